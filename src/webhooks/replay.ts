import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import { type Args, type Tx, withTransaction } from '../db/index.ts';
import { tellWorkers } from '../events/channel.ts';
import { eventTypes } from '../events/emit.ts';
import { stampEvents } from '../events/stamp.ts';
import { audit } from '../tenancy/index.ts';
import { findEndpoint, type WebhookFilters } from './endpoint.ts';
import { insertDeliveries } from './plan-deliveries.ts';

/** Numbers that one call goes over; the answer says where the next call goes on. */
export const replayEventsMax = 10_000;

const ReplayWebhookEvents = z
  .strictObject({
    webhookEndpointId: idInput,
    fromNumber: z.int().min(1).optional(),
    fromTime: z.date().optional(),
    /** Inclusive; absent: up to the newest event. */
    toNumber: z.int().min(1).optional(),
    types: z.array(z.enum(eventTypes)).min(1).max(eventTypes.length).optional(),
  })
  .refine(({ fromNumber, fromTime }) => (fromNumber === undefined) !== (fromTime === undefined), {
    message: 'Give either from_number or from_time.',
    path: ['fromNumber'],
  });
export type ReplayWebhookEvents = z.input<typeof ReplayWebhookEvents>;

export interface Replayed {
  deliveries: number;
  /** The last number that was looked at; null: there is none in the range. */
  lastNumber: number | null;
  hasMore: boolean;
}

/** Delivers events once more, with the ids that they had. The endpoint's own filters hold, and its place in the log stays. */
export async function replayWebhookEvents({ ctx, input }: Args<ReplayWebhookEvents>): Promise<Replayed> {
  const { applicationId } = requireScope(ctx.actor, 'webhooks:write');
  const { webhookEndpointId: id, types = null, ...range } = ReplayWebhookEvents.parse(input);
  await stampEvents(ctx.db, { waits: true });
  return withTransaction(ctx, async (tx) => {
    const row = await findEndpoint(tx, applicationId, id);
    if (row.status !== 'enabled') throw new AppError('conflict', 'Nothing is sent to a disabled endpoint. Enable it first.');
    const found = await findRange(tx, applicationId, range);
    if (found.last < found.first) return { deliveries: 0, lastNumber: null, hasMore: false };
    const after = found.first - 1n;
    const upTo = found.last - after > BigInt(replayEventsMax) ? after + BigInt(replayEventsMax) : found.last;
    const endpoint = { id, applicationId, eventTypes: row.eventTypes, filters: row.filters as WebhookFilters };
    const wanted = { endpoint, after, upTo, types, isReplay: true, eventsMax: replayEventsMax };
    const deliveries = await insertDeliveries(tx, ctx.clock.now(), wanted);
    await audit(tx, ctx, { applicationId, action: 'webhook_endpoint.replayed', target: id });
    await tellWorkers(tx);
    return { deliveries, lastNumber: Number(upTo), hasMore: upTo < found.last };
  });
}

/** Numbers follow the order of commits, and times that of the doing: everything from the first event of that time on is taken. */
async function findRange(
  tx: Pick<Tx, '$queryRaw'>,
  applicationId: string,
  { fromNumber, fromTime, toNumber }: { fromNumber?: number | undefined; fromTime?: Date | undefined; toNumber?: number | undefined },
): Promise<{ first: bigint; last: bigint }> {
  const [range] = await tx.$queryRaw<{ first: bigint | null; last: bigint | null }[]>`
    select min(number) as first, max(number) as last
    from event
    where application_id = ${applicationId}::text
    and number >= ${fromNumber ?? 1}::int8
    and number <= coalesce(${toNumber ?? null}::int8, number)
    and number >= (
      select coalesce(min(number), ${int8Max}::int8)
      from event
      where application_id = ${applicationId}::text
      and created_at >= coalesce(${fromTime ?? null}::timestamptz, '-infinity')
    )`;
  return { first: range?.first ?? 1n, last: range?.last ?? 0n };
}

const int8Max = 2n ** 63n - 1n;
