import type { DeliveryCtx } from './context.ts';

const dropBatchRows = 5_000;
/** Batches per application and visit; what is left goes at the next one. */
const dropBatchesMax = 20;

/** The log of deliveries is kept as long as the events are. Any number of processes may do it at once. */
export async function dropOldDeliveries({ db, limits }: Pick<DeliveryCtx, 'db' | 'limits'>): Promise<number> {
  const { rows } = await db.pool.query<{ application_id: string }>('select distinct application_id from webhook_endpoint');
  let dropped = 0;
  for (const { application_id: applicationId } of rows)
    for (let batch = 0; batch < dropBatchesMax; batch++) {
      const { rowCount } = await db.pool.query(
        `with oldest as (
           select id, created_at < (select syncline_now()) - $2::int4 * interval '1 day' as is_old
           from webhook_delivery
           where application_id = $1::text
           order by id
           limit $3::int4
         )
         delete from webhook_delivery d
         using oldest o
         where d.application_id = $1::text and d.id = o.id and o.is_old`,
        [applicationId, limits.eventDays, dropBatchRows],
      );
      dropped += rowCount ?? 0;
      if ((rowCount ?? 0) < dropBatchRows) break;
    }
  return dropped;
}
