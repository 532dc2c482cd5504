import { z } from 'zod';
import { type Page, pageById, pageInput } from '../base/list.ts';
import { idInput } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import type { HeldDelete } from '../hub/held-types.ts';
import type { SyncsCtx } from './context.ts';
import { openHub } from './edit-checkpoint.ts';
import { findHeldRun } from './held-deletes.ts';
import { parseInput } from './input.ts';

const ListHeldRecords = z.strictObject({ ...pageInput, runId: idInput });

/** The records that a run would have deleted and that still wait, by id. */
export async function listHeldRecords({ ctx, input }: Args<unknown, SyncsCtx>): Promise<Page<HeldDelete>> {
  const { runId, cursor, pageSize } = parseInput(ListHeldRecords, input);
  const { sync } = await findHeldRun(ctx, 'syncs:read', runId);
  const hub = await openHub(ctx, sync);
  return pageById(
    { cursor, pageSize },
    ({ after, take }) => hub.listHeldDeletes({ syncId: sync.id, runId, after, rowsMax: take }),
    ({ recordId }) => recordId,
  );
}
