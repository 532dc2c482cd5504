import { z } from 'zod';
import { AppError } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import type { Destination } from '../db/generated/client.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { emit } from '../events/emit.ts';
import type { HubCtx } from '../hub/context.ts';
import { isLasting } from '../hub/destination-failure.ts';
import { FenceLost } from '../hub/index.ts';
import type { Hub } from '../hub/types.ts';
import { enqueueAll } from '../queue/index.ts';
import { parseInput } from './input.ts';
import { markRecovered, markUnavailable, secondsToProbe } from './mark-destination.ts';

const PurgeConnection = z.strictObject({ connectionId: idInput });

const purgeBatchRows = 5_000;
/** Batches of one job; then the purge goes to the back of the queue. */
const purgeBatchesMax = 40;
const destinationsMax = 100;

/**
 * Empties the records of a disconnected connection in every hub of its application, some at a time. Idempotent. A destination that
 * does not answer keeps the purge pending, and no other from being emptied.
 */
export async function purgeConnection({ ctx, input }: Args<unknown, HubCtx>): Promise<{ isDone: boolean; purged: number }> {
  const { connectionId } = parseInput(PurgeConnection, input);
  const connection = await ctx.db.prisma.connection.findUnique({ where: { id: connectionId } });
  if (!connection?.purgeRequestedAt) return { isDone: true, purged: 0 };
  const { applicationId, customerId, provider } = connection;
  const destinations = await ctx.db.prisma.destination.findMany({ where: { applicationId }, take: destinationsMax });
  const work = { purged: 0, batches: 0 };
  let unanswered = 0;
  for (const destination of destinations) {
    const outcome = await emptyHub(ctx, { connectionId, destination, work });
    if (outcome === 'unanswered') unanswered++;
    if (outcome !== 'unfinished') continue;
    await withTransaction(ctx, (tx) => enqueueAll(tx, 'purge-connection', [{ connectionId }]));
    return { isDone: false, purged: work.purged };
  }
  const { purged } = work;
  if (unanswered > 0) return { isDone: false, purged };
  await withTransaction(ctx, async (tx) => {
    const { count } = await tx.connection.updateMany({
      where: { id: connectionId, purgeRequestedAt: { not: null } },
      data: { purgeRequestedAt: null, updatedAt: ctx.clock.now() },
    });
    if (count === 0) return;
    await tx.hookNotice.deleteMany({ where: { sync: { connectionId } } });
    await emit(tx, ctx.clock, {
      applicationId,
      type: 'records.purged',
      data: { connection_id: connectionId, customer_id: customerId, provider },
    });
  });
  return { isDone: true, purged };
}

interface Emptying {
  connectionId: string;
  destination: Destination;
  work: { purged: number; batches: number };
}

async function emptyHub(ctx: HubCtx, { connectionId, destination, work }: Emptying): Promise<'empty' | 'unfinished' | 'unanswered'> {
  const place = { applicationId: destination.applicationId, destinationId: destination.id };
  // One in so many seconds looks whether it answers again: a purge asks as the syncs of the destination do.
  if (destination.status === 'unavailable' && (await secondsToProbe(ctx, place)) > 0) return 'unanswered';
  try {
    const hub = await ctx.hubs.open(destination);
    await overtakeWorkers(ctx, hub, { connectionId, destinationId: destination.id });
    for (let remaining = true; remaining; ) {
      if (++work.batches > purgeBatchesMax) return 'unfinished';
      const batch = await hub.purgeBatch({ connectionId, rowsMax: purgeBatchRows });
      work.purged += batch.purged;
      remaining = batch.remaining;
    }
  } catch (error) {
    if (!(error instanceof AppError) || destination.kind === 'hosted') throw error;
    ctx.log.warn(
      { err: error, destination: destination.id, connection: connectionId },
      'the records in a destination are still to be purged',
    );
    if (isLasting(error)) await markUnavailable(ctx, place, error);
    return 'unanswered';
  }
  if (destination.status === 'unavailable') await markRecovered(ctx, place);
  return 'empty';
}

/**
 * Disconnecting has raised the fence of every sync. A worker that had begun its first read, and waits for the provider, stands in no
 * row of the hub that names the connection: the purge would not meet it, and it would write behind the purge.
 */
async function overtakeWorkers(ctx: HubCtx, hub: Hub, where: { connectionId: string; destinationId: string }): Promise<void> {
  const syncs = await ctx.db.prisma.sync.findMany({ where: { ...where, status: 'paused' }, select: { id: true, fence: true } });
  for (const { id: syncId, fence } of syncs) {
    try {
      await hub.takeCheckpoint({ syncId, fence });
    } catch (error) {
      // The purge itself has raised it higher, in an earlier job.
      if (!(error instanceof FenceLost)) throw error;
    }
  }
}

const purgesQueuedMax = 100;
/** Any of them: those that wait for a destination that is down keep no other from its turn. A purge that has waited longer than this is queued again: the worker that had it may have died. */
const purgeRequeueSeconds = 60;

/** For the tick. */
export async function queuePendingPurges({ ctx }: { ctx: Pick<Args['ctx'], 'db'> }): Promise<number> {
  return withTransaction(ctx, async (tx) => {
    const pending = await tx.$queryRaw<{ id: string }[]>`
      select id
      from connection
      where purge_requested_at < (select syncline_now()) - ${purgeRequeueSeconds}::int * interval '1 second'
      order by random()
      limit ${purgesQueuedMax}::int`;
    await enqueueAll(
      tx,
      'purge-connection',
      pending.map(({ id }) => ({ connectionId: id })),
    );
    return pending.length;
  });
}
