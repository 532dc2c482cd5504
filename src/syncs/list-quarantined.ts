import { z } from 'zod';
import { type Page, pageById, pageInput } from '../base/list.ts';
import { idInput } from '../base/text.ts';
import type { Sync as SyncRow } from '../db/generated/client.ts';
import type { Args } from '../db/index.ts';
import type { SetAside } from '../hub/quarantine-types.ts';
import type { SyncsCtx } from './context.ts';
import { openHub } from './edit-checkpoint.ts';
import { findSync } from './find-sync.ts';
import { parseInput } from './input.ts';

/** A record of a sync that could not be stored, with its reason. */
export interface Quarantined extends SetAside {
  customerId: string;
  provider: string;
  object: string;
}

const ListQuarantined = z.strictObject({ ...pageInput, syncId: idInput });

export async function listQuarantined({ ctx, input }: Args<unknown, SyncsCtx>): Promise<Page<Quarantined>> {
  const { syncId, cursor, pageSize } = parseInput(ListQuarantined, input);
  const sync = await findSync(ctx, ctx.db.prisma, 'syncs:read', syncId);
  const hub = await openHub(ctx, sync);
  const page = await pageById(
    { cursor, pageSize },
    ({ after, take }) => hub.listQuarantined({ syncId, after, rowsMax: take }),
    ({ id }) => id,
  );
  return { ...page, data: page.data.map((record) => toQuarantined(sync, record)) };
}

export function toQuarantined({ customerId, provider, object }: SyncRow, record: SetAside): Quarantined {
  return { ...record, customerId, provider, object };
}
