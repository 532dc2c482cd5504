import type { Db } from '../db/index.ts';

const dropBatchRows = 5_000;
/** Batches per application and visit; what is left goes at the next one. */
const dropBatchesMax = 20;

/**
 * Removes events whose days have passed, from the beginning of each application's log and never out of its middle: a cursor that stands
 * behind the removed ones has expired, every other one goes on without a gap. Any number of processes may do it at once.
 */
export async function dropOldEvents({ db, limits }: { db: Db; limits: { eventDays: number } }): Promise<number> {
  const { rows: logs } = await db.pool.query<{ application_id: string }>(
    'select application_id from event_counter order by application_id',
  );
  let dropped = 0;
  for (const { application_id: applicationId } of logs)
    for (let batch = 0; batch < dropBatchesMax; batch++) {
      const count = await dropBatch(db, applicationId, limits.eventDays);
      dropped += count;
      if (count < dropBatchRows) break;
    }
  return dropped;
}

async function dropBatch(db: Db, applicationId: string, days: number): Promise<number> {
  const { rowCount } = await db.pool.query(
    `with oldest as (
       select id, number, created_at >= (select syncline_now()) - $2::int4 * interval '1 day' as is_kept
       from event
       where application_id = $1::text and number is not null
       order by number
       limit $3::int4
     )
     delete from event e
     using oldest o
     where e.id = o.id
     and o.number < coalesce((select min(number) from oldest where is_kept), o.number + 1)`,
    [applicationId, days, dropBatchRows],
  );
  return rowCount ?? 0;
}
