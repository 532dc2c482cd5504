import type { HubCtx } from '../hub/context.ts';
import type { Limits } from '../ops/config.ts';

const dropBatchRows = 5_000;
/** Batches per hub and visit; what is left goes at the next one. */
const dropBatchesMax = 20;
const destinationsPage = 100;

/** Visits every hub and removes the tombstones, and the rows of runs, whose days have passed. Any number of processes may do it at once. */
export async function dropOldTombstones({ ctx }: { ctx: KeepingCtx }): Promise<number> {
  let dropped = 0;
  for (let after = ''; ; ) {
    const destinations = await ctx.db.prisma.destination.findMany({
      where: { id: { gt: after } },
      orderBy: { id: 'asc' },
      take: destinationsPage,
    });
    for (const destination of destinations) {
      try {
        dropped += await dropFrom(ctx, destination);
      } catch (error) {
        // One destination that cannot be reached keeps no other from its housekeeping.
        ctx.log.warn({ err: error, destination: destination.id }, 'old tombstones could not be dropped');
      }
    }
    if (destinations.length < destinationsPage) return dropped;
    after = destinations.at(-1)!.id;
  }
}

type KeepingCtx = Omit<HubCtx, 'actor' | 'requestId'> & { limits: Pick<Limits, 'runDays'> };

async function dropFrom({ hubs, limits }: KeepingCtx, destination: Parameters<HubCtx['hubs']['open']>[0]): Promise<number> {
  const hub = await hubs.open(destination);
  await hub.dropOldHookPayloads();
  for (let batch = 0; batch < dropBatchesMax; batch++)
    if (!(await hub.dropRuns({ days: limits.runDays, rowsMax: dropBatchRows })).remaining) break;
  let dropped = 0;
  for (let batch = 0; batch < dropBatchesMax; batch++) {
    const done = await hub.dropTombstones({ rowsMax: dropBatchRows });
    dropped += done.dropped;
    if (!done.remaining) break;
  }
  return dropped;
}
