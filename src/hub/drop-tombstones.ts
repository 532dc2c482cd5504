import type { HubHandle } from './handle.ts';
import { listTables } from './tables.ts';
import { writeTransaction } from './transaction.ts';
import type { HubTable } from './types.ts';

const dayMs = 24 * 3_600_000;

/**
 * Removes tombstones that have stood long enough, at most `rowsMax`. The highest seq that went is written down in the same
 * transaction: a page reads it in its own statement, and a cursor that may have missed a delete expires.
 */
export async function dropTombstones(hub: HubHandle, { rowsMax }: { rowsMax: number }): Promise<{ dropped: number; remaining: boolean }> {
  const before = new Date(hub.clock.now().getTime() - hub.tombstoneDays * dayMs);
  let dropped = 0;
  for (const table of await listTables(hub)) {
    dropped += await dropFrom(hub, table, before, rowsMax - dropped);
    if (dropped >= rowsMax) return { dropped, remaining: true };
  }
  return { dropped, remaining: false };
}

async function dropFrom(hub: HubHandle, { name, provider, object }: HubTable, before: Date, rowsMax: number): Promise<number> {
  const table = hub.names.record(name);
  return writeTransaction(hub, async (tx) => {
    const { rows } = await tx.query<{ dropped: number }>(
      `with old as (
         select _syncline_connection as connection, _syncline_record_id as id
         from ${table}
         where _syncline_deleted_at < $1::timestamptz
         order by _syncline_deleted_at
         limit $2::int4
         for update skip locked
       ), gone as (
         delete from ${table} t
         using old
         where t._syncline_connection = old.connection and t._syncline_record_id = old.id
         returning t._syncline_seq as seq
       ), noted as (
         update ${hub.names.table}
         set dropped_seq = greatest(dropped_seq, (select max(seq) from gone))
         where provider = $3::text and object = $4::text and exists (select from gone)
       )
       select count(*)::int4 as dropped from gone`,
      [before, rowsMax, provider, object],
    );
    return rows[0]!.dropped;
  });
}
