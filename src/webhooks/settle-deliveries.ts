import type { DeliveryCtx } from './context.ts';

/** What has become of one attempt. */
export interface Outcome {
  deliveryId: string;
  status: 'succeeded' | 'pending' | 'dead';
  attempts: number;
  /** Seconds until the next attempt, of what is pending. */
  waitSeconds: number;
  /** Where the next part of its records begins. */
  recordSeq: string | null;
  responseStatus: number | null;
  error: string | null;
  durationMs: number;
}

export interface Settled {
  id: string;
  owner: string;
  outcomes: Outcome[];
  failures: number;
  /** Seconds for which the endpoint is left alone. */
  waitSeconds: number;
}

/**
 * Writes down what has become of attempts, and renews the lease, in one statement. Answers the endpoint's version; null: the endpoint is
 * somebody else's by now, disabled or gone. The outcomes count all the same: the receiver has answered.
 */
export async function settleDeliveries({ db, limits }: Pick<DeliveryCtx, 'db' | 'limits'>, settled: Settled): Promise<number | null> {
  const { id, owner, outcomes, failures, waitSeconds } = settled;
  const { rows } = await db.pool.query<{ version: number }>({
    name: 'settle_webhook_deliveries',
    text: `
      with settled as (
        update webhook_delivery d
        set status = o.status,
            attempts = o.attempts,
            next_attempt_at = (select syncline_now()) + o.wait * interval '1 second',
            record_seq = o.record_seq,
            response_status = o.response_status,
            error = o.error,
            duration_ms = o.duration_ms,
            updated_at = (select syncline_now())
        from unnest($5::text[], $6::text[], $7::int4[], $8::float8[], $9::int8[], $10::int4[], $11::text[], $12::int4[])
          as o (id, status, attempts, wait, record_seq, response_status, error, duration_ms)
        where d.id = o.id
        and d.endpoint_id = $1::text
        and d.status = 'pending'
      )
      update webhook_endpoint w
      set failures = $3::int4,
          not_before = case when $4::float8 > 0 then (select syncline_now()) + $4::float8 * interval '1 second' end,
          lease_until = (select syncline_now()) + $13::float8 * interval '1 second'
      where w.id = $1::text
      and w.lease_owner = $2::text
      and w.status = 'enabled'
      returning w.version`,
    values: [id, owner, failures, waitSeconds, ...columnsOf(outcomes), limits.leaseSeconds],
  });
  return rows[0]?.version ?? null;
}

function columnsOf(outcomes: Outcome[]) {
  return [
    outcomes.map((one) => one.deliveryId),
    outcomes.map((one) => one.status),
    outcomes.map((one) => one.attempts),
    outcomes.map((one) => one.waitSeconds),
    outcomes.map((one) => one.recordSeq),
    outcomes.map((one) => one.responseStatus),
    outcomes.map((one) => one.error),
    outcomes.map((one) => one.durationMs),
  ];
}
