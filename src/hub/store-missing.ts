import type { HubHandle } from './handle.ts';
import { dropUnmet } from './quarantine.ts';
import { sweepTransaction } from './transaction.ts';
import type { EndedRead } from './types.ts';

/**
 * At the clean end of a full read: one anti-join finds the live records that it did not meet, and stores their ids, so that
 * the deletes after it are plain batches. Registers nothing; done once for a read (the checkpoint's row remembers), and not
 * at all once the read has ended and its seen ids are gone. Returns the live records that it passed, null when not done now.
 */
export async function storeMissing(hub: HubHandle, read: EndedRead): Promise<number | null> {
  if (read.absence === 'none') return null;
  return sweepTransaction(hub, async (tx) => {
    const { rowCount } = await tx.query(
      `select from ${hub.names.checkpoint}
       where sync = $1::text and generation = $2::int8 and is_open and missing_generation is distinct from $2::int8
       for update`,
      [read.syncId, read.generation],
    );
    if (!rowCount) return null;
    const { rows } = await tx.query<{ known: string }>(
      `with live as (
         select t._syncline_record_id as id, met.id is null and t._syncline_seq <= $4::int8 as is_missing
         from ${hub.names.record(read.table.name)} t
         left join (select distinct unnest(ids) as id from ${hub.names.seen} where sync = $1::text and generation = $2::int8) met
           on met.id = t._syncline_record_id
         where t._syncline_connection = $3::int4 and t._syncline_deleted_at is null
       ), stored as (
         insert into ${hub.names.stagedDelete} as s (sync, generation, record_id, is_missing, was_missed)
         select $1::text, $2::int8, id, true,
                exists (select from ${hub.names.missedOnce} m where m.sync = $1::text and m.record_id = live.id)
         from live
         where is_missing
         on conflict (sync, generation, record_id) do update
         set is_missing = true, was_missed = excluded.was_missed
       )
       select count(*) as known from live`,
      [read.syncId, read.generation, read.connection.number, read.horizon],
    );
    if (read.absence === 'complete') await dropUnmet(hub, tx, read);
    await tx.query(`update ${hub.names.checkpoint} set missing_generation = $2::int8 where sync = $1::text`, [
      read.syncId,
      read.generation,
    ]);
    return Number(rows[0]!.known);
  });
}
