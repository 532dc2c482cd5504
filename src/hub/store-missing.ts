import type { HubHandle } from './handle.ts';
import { sweepTransaction } from './transaction.ts';
import type { EndedRead } from './types.ts';

/**
 * At the clean end of a full read: one anti-join finds the live records that it did not meet, and stores their ids, so that
 * the deletes after it are plain batches. Registers nothing; done once for a read (the checkpoint's row remembers), and not
 * at all once the read has ended and its seen ids are gone.
 */
export async function storeMissing(hub: HubHandle, read: EndedRead): Promise<void> {
  if (read.absence === 'none') return;
  await sweepTransaction(hub, async (tx) => {
    const { rowCount } = await tx.query(
      `select from ${hub.names.checkpoint}
       where sync = $1::text and generation = $2::int8 and is_open and missing_generation is distinct from $2::int8
       for update`,
      [read.syncId, read.generation],
    );
    if (!rowCount) return;
    // An id that was met twice drops out like any other: nobody has to count the ids, which is a third of the work.
    await tx.query(
      `insert into ${hub.names.stagedDelete} as s (sync, generation, record_id, is_missing, was_missed)
       select $1::text, $2::int8, t._syncline_record_id, true,
              exists (select from ${hub.names.missedOnce} m where m.sync = $1::text and m.record_id = t._syncline_record_id)
       from ${hub.names.record(read.table.name)} t
       left join (select unnest(ids) as id from ${hub.names.seen} where sync = $1::text and generation = $2::int8) met
         on met.id = t._syncline_record_id
       where t._syncline_connection = $3::int4
         and t._syncline_deleted_at is null
         and t._syncline_seq <= $4::int8
         and met.id is null
       on conflict (sync, generation, record_id) do update
       set is_missing = true, was_missed = excluded.was_missed`,
      [read.syncId, read.generation, read.connection.number, read.horizon],
    );
    await tx.query(`update ${hub.names.checkpoint} set missing_generation = $2::int8 where sync = $1::text`, [
      read.syncId,
      read.generation,
    ]);
  });
}
