import type { HubHandle } from './handle.ts';

const clearRowsMax = 10_000;
const clearBatchesMax = 10_000; // a hundred million staged deletes; what is left goes the next time

/**
 * Forgets what ended and unfinished reads of a sync noted, in statements of a bounded size. What an open read or one
 * that is held for a person still needs stays: the current generation's, until the read has ended.
 */
export async function clearReads(hub: HubHandle, syncId: string): Promise<void> {
  await hub.pool.query(
    `delete from ${hub.names.seen} s
     where s.sync = $1::text
       and not exists (select from ${hub.names.checkpoint} c where c.sync = s.sync and c.generation = s.generation and c.is_open)`,
    [syncId],
  );
  for (let batch = 0; batch < clearBatchesMax; batch++) {
    const { rowCount } = await hub.pool.query(
      `delete from ${hub.names.stagedDelete} s
       using (
         select s.generation, s.record_id
         from ${hub.names.stagedDelete} s
         where s.sync = $1::text
           and s.generation < (select c.generation from ${hub.names.checkpoint} c where c.sync = $1::text)
           and not exists (select from ${hub.names.hold} h where h.sync = s.sync and h.generation = s.generation)
         limit $2::int4
       ) old
       where s.sync = $1::text and s.generation = old.generation and s.record_id = old.record_id`,
      [syncId, clearRowsMax],
    );
    if ((rowCount ?? 0) < clearRowsMax) return;
  }
}
