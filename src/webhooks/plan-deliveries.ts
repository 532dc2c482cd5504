import { newId } from '../base/ids.ts';
import { type Ctx, type Tx, withTransaction } from '../db/index.ts';
import type { LeasedEndpoint } from './lease.ts';

/** Numbers of the log that one transaction goes on by: as many deliveries, at most. */
export const planEventsMax = 500;

/**
 * Makes deliveries of the events that follow the endpoint's position, and moves the position, in one transaction: a worker that is
 * killed has done both or neither. null: there is nothing behind the position, or the endpoint is somebody else's, or another, by now.
 */
export async function planDeliveries(ctx: Pick<Ctx, 'db' | 'clock'>, endpoint: LeasedEndpoint, owner: string): Promise<number | null> {
  return withTransaction(ctx, async (tx) => {
    const range = await movePosition(tx, endpoint, owner);
    if (!range) return null;
    return insertDeliveries(tx, ctx.clock.now(), { endpoint, ...range, types: null, isReplay: false, eventsMax: planEventsMax });
  });
}

/** Events that were removed meanwhile are gone over. */
async function movePosition(
  tx: Pick<Tx, '$queryRaw'>,
  { id, version }: LeasedEndpoint,
  owner: string,
): Promise<{ after: bigint; upTo: bigint } | null> {
  const [range] = await tx.$queryRaw<{ after: bigint; upTo: bigint }[]>`
    update webhook_endpoint w
    set position = least(o.after + ${planEventsMax}::int8, o.last)
    from (
      select w.id,
             c.last_number as last,
             greatest(w.position, coalesce((select min(e.number) - 1 from event e where e.application_id = w.application_id), c.last_number)) as after
      from webhook_endpoint w
      join event_counter c on c.application_id = w.application_id
      where w.id = ${id}::text
      and w.lease_owner = ${owner}::text
      and w.version = ${version}::int4
      and w.position < c.last_number
      for update of w
    ) as o
    where w.id = o.id
    returning o.after as "after", w.position as "upTo"`;
  return range ?? null;
}

export interface Wanted {
  endpoint: Pick<LeasedEndpoint, 'id' | 'applicationId' | 'eventTypes' | 'filters'>;
  /** Numbers: behind this one, up to that one. */
  after: bigint;
  upTo: bigint;
  /** Narrower than what the endpoint wants; null: all of it. */
  types: string[] | null;
  isReplay: boolean;
  eventsMax: number;
}

/**
 * One delivery for each event that the endpoint wants; answers how many. A filter passes only events that say what it asks for: one about
 * no customer is not for an endpoint of some customers. A test event is for the endpoint that it names, whatever that one wants.
 */
export async function insertDeliveries(tx: Pick<Tx, '$executeRaw'>, now: Date, wanted: Wanted): Promise<number> {
  const { endpoint, after, upTo, types, isReplay, eventsMax } = wanted;
  const { customerIds = null, providers = null, objects = null } = endpoint.filters;
  // Ids sort by birth; those of one moment are put in the order of the events.
  const ids = Array.from({ length: eventsMax }, () => newId('whd', now)).sort();
  return tx.$executeRaw`
    insert into webhook_delivery (id, application_id, endpoint_id, event_id, event_number, event_type, next_attempt_at, is_replay, created_at, updated_at)
    select (${ids}::text[])[row_number() over (order by e.number)], e.application_id, ${endpoint.id}::text, e.id, e.number, e.type,
           (select syncline_now()), ${isReplay}::bool, (select syncline_now()), (select syncline_now())
    from event e
    where e.application_id = ${endpoint.applicationId}::text
    and e.number > ${after}::int8
    and e.number <= ${upTo}::int8
    and (${types}::text[] is null or e.type = any (${types}::text[]))
    and case
      when e.type = 'webhook.test' then e.data->>'webhook_endpoint_id' = ${endpoint.id}::text
      else (cardinality(${endpoint.eventTypes}::text[]) = 0 or e.type = any (${endpoint.eventTypes}::text[]))
        and (${customerIds}::text[] is null or e.data->>'customer_id' = any (${customerIds}::text[]))
        and (${providers}::text[] is null or e.data->>'provider' = any (${providers}::text[]))
        and (${objects}::text[] is null or e.data->>'object' = any (${objects}::text[]))
    end
    order by e.number
    limit ${eventsMax}::int4`;
}
