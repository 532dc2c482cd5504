import { z } from 'zod';
import { type Page, pageById, pageInput } from '../base/list.ts';
import { idInput } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import type { SyncsCtx } from './context.ts';
import { openHub } from './edit-checkpoint.ts';
import { findSync } from './find-sync.ts';
import { type HeldDeletes, toHeldDeletes } from './held-deletes.ts';
import { parseInput } from './input.ts';

const ListHeldDeletes = z.strictObject({ ...pageInput, syncId: idInput });

/** What of a sync waits for a person, or is being carried out, oldest first. What a later read has settled is not there. */
export async function listHeldDeletes({ ctx, input }: Args<unknown, SyncsCtx>): Promise<Page<HeldDeletes>> {
  const { syncId, cursor, pageSize } = parseInput(ListHeldDeletes, input);
  const sync = await findSync(ctx, ctx.db.prisma, 'syncs:read', syncId);
  const hub = await openHub(ctx, sync);
  const page = await pageById(
    { cursor, pageSize },
    ({ after, take }) => hub.listHolds({ syncId, after, rowsMax: take }),
    ({ runId }) => runId,
  );
  const runs = await ctx.db.prisma.run.findMany({ where: { syncId, id: { in: page.data.map(({ runId }) => runId) } } });
  const runOf = new Map(runs.map((run) => [run.id, run]));
  return { ...page, data: page.data.flatMap((hold) => (runOf.has(hold.runId) ? [toHeldDeletes(runOf.get(hold.runId)!, hold)] : [])) };
}
