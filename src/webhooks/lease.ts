import type { DeliveryCtx } from './context.ts';

/** An endpoint that this worker alone sends to, for as long as it says so in time. */
export interface LeasedEndpoint {
  id: string;
  applicationId: string;
  url: string;
  eventTypes: string[];
  filters: StoredFilters;
  payload: 'event' | 'records';
  failures: number;
  /** Raised by every change of the endpoint: what is held here is stale then. */
  version: number;
  secretSealed: Buffer;
  /** null: there is none that still signs. */
  previousSecretSealed: Buffer | null;
}

export interface StoredFilters {
  customerIds?: string[];
  providers?: string[];
  objects?: string[];
}

/**
 * Takes endpoints that have something to be sent and that nobody has. Those that were served longest ago come first; those in trouble are
 * asked for apart, so that they never take all places.
 */
export async function leaseEndpoints(
  { db, limits }: Pick<DeliveryCtx, 'db' | 'limits'>,
  { owner, endpointsMax, inTrouble }: { owner: string; endpointsMax: number; inTrouble: boolean },
): Promise<LeasedEndpoint[]> {
  if (endpointsMax <= 0) return [];
  const { rows } = await db.pool.query<LeasedEndpoint>({
    name: 'lease_webhook_endpoints',
    text: `
      update webhook_endpoint w
      set lease_owner = $1::text,
          lease_until = (select syncline_now()) + $2::float8 * interval '1 second'
      from (
        select w.id
        from webhook_endpoint w
        where w.status = 'enabled'
        and (w.lease_until is null or w.lease_until <= (select syncline_now()))
        and (w.not_before is null or w.not_before <= (select syncline_now()))
        and (w.failures > 0) = $3::bool
        and (
          w.position < (select c.last_number from event_counter c where c.application_id = w.application_id)
          or exists (select from webhook_delivery d
                     where d.endpoint_id = w.id and d.status = 'pending' and d.next_attempt_at <= (select syncline_now()))
        )
        order by w.lease_until nulls first
        limit $4::int4
        for update skip locked
      ) as free
      where w.id = free.id
      returning w.id, w.application_id as "applicationId", w.url, w.event_types as "eventTypes", w.filters, w.payload, w.failures, w.version,
                w.secret_sealed as "secretSealed",
                case when w.previous_secret_until > (select syncline_now()) then w.previous_secret_sealed end as "previousSecretSealed"`,
    values: [owner, limits.leaseSeconds, inTrouble, endpointsMax],
  });
  return rows;
}

/** Others may have it at once. Who has it meanwhile keeps it. */
export async function releaseEndpoint({ db }: Pick<DeliveryCtx, 'db'>, { id, owner }: { id: string; owner: string }): Promise<void> {
  await db.pool.query(
    `update webhook_endpoint
     set lease_owner = null, lease_until = syncline_now()
     where id = $1::text and lease_owner = $2::text`,
    [id, owner],
  );
}
