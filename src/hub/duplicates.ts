import type { HubHandle } from './handle.ts';
import type { HubTx } from './transaction.ts';
import type { IncomingRecord } from './types.ts';

/** More than this in one transaction are no duplicates: the provider has gone back to older versions (a restore, an import). */
const duplicatesMax = 1000;

/**
 * Of an id that one read lists twice, far apart, the newest provider time wins wherever it stands, as it does within a transaction:
 * an `older` version of what this very read has met before is left out. Met for the first time, it is what the provider shows now.
 */
export async function withoutDuplicates(
  hub: HubHandle,
  tx: HubTx,
  { syncId, generation }: { syncId: string; generation: bigint },
  { changed, older }: { changed: IncomingRecord[]; older: IncomingRecord[] },
): Promise<IncomingRecord[]> {
  if (older.length === 0 || older.length > duplicatesMax) return changed;
  const { rows } = await tx.query<{ id: string }>(
    `select distinct met.id
     from ${hub.names.seen} s
     cross join lateral unnest(s.ids) as met(id)
     where s.sync = $1::text and s.generation = $2::int8 and met.id = any ($3::text[])`,
    [syncId, generation, older.map(({ id }) => id)],
  );
  if (rows.length === 0) return changed;
  const met = new Set(rows.map(({ id }) => id));
  const dropped = new Set(older.filter(({ id }) => met.has(id)));
  return changed.filter((record) => !dropped.has(record));
}
