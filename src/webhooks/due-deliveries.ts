import type { DeliveryCtx } from './context.ts';

/** A delivery with its event, ready to be made into a message. */
export interface DueDelivery {
  id: string;
  attempts: number;
  /** Where the next part of its records begins; null: at the first. */
  recordSeq: string | null;
  /** null: it is no longer kept. */
  event: LoggedEvent | null;
}

export interface LoggedEvent {
  id: string;
  number: number;
  type: string;
  createdAt: Date;
  data: Record<string, string | number | boolean | null>;
}

interface Row {
  id: string;
  attempts: number;
  recordSeq: string | null;
  eventId: string | null;
  number: string;
  type: string;
  createdAt: Date;
  data: LoggedEvent['data'];
}

/** In the order of the log; what is replayed stands behind what is new. */
export async function findDue(
  { db }: Pick<DeliveryCtx, 'db'>,
  { endpointId, applicationId, rowsMax }: { endpointId: string; applicationId: string; rowsMax: number },
): Promise<DueDelivery[]> {
  const { rows } = await db.pool.query<Row>({
    name: 'due_webhook_deliveries',
    text: `
      select d.id, d.attempts, d.record_seq::text as "recordSeq",
             e.id as "eventId", e.number::text as number, e.type, e.created_at as "createdAt", e.data
      from webhook_delivery d
      left join event e on e.id = d.event_id and e.application_id = d.application_id
      where d.endpoint_id = $1::text
      and d.application_id = $2::text
      and d.status = 'pending'
      and d.next_attempt_at <= (select syncline_now())
      order by d.is_replay, d.event_number
      limit $3::int4`,
    values: [endpointId, applicationId, rowsMax],
  });
  return rows.map(({ id, attempts, recordSeq, eventId, number, ...event }) => ({
    ...{ id, attempts, recordSeq },
    event: eventId === null ? null : { id: eventId, number: Number(number), ...event },
  }));
}
