import { setTimeout as sleep } from 'node:timers/promises';
import type { SyncsCtx } from '../syncs/context.ts';
import { dropOldTombstones } from '../syncs/drop-old-tombstones.ts';
import { queueOverdueNotices } from '../syncs/hook-notices.ts';
import { claimBatchMax, claimDueSyncs } from '../syncs/lease.ts';
import { queuePendingPurges } from '../syncs/purge-connection.ts';
import { queuePendingSettlements } from '../syncs/settle-held-deletes.ts';

/** Batches of due syncs that one tick queues; what is left is due at the next one. */
const claimBatchesMax = 20;
const housekeepingSeconds = 3600;

/** Every worker ticks: what is due, and what dead workers left, is found by whoever looks first. */
export function startTick({ ctx, intervalSeconds }: { ctx: SyncsCtx; intervalSeconds: number }): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const ticking = repeat(intervalSeconds, stopping.signal, () => attempt(ctx, 'the tick failed', () => tick(ctx)));
  // Apart from the tick: a hub that is slow to clean must not keep due syncs waiting.
  const keeping = rest(housekeepingSeconds, stopping.signal).then(() =>
    repeat(housekeepingSeconds, stopping.signal, () => attempt(ctx, 'the housekeeping failed', () => dropOldTombstones({ ctx }))),
  );
  return {
    async stop() {
      stopping.abort();
      await Promise.all([ticking, keeping]);
    },
  };
}

async function tick(ctx: SyncsCtx): Promise<void> {
  for (let batch = 0; batch < claimBatchesMax; batch++) if ((await claimDueSyncs({ ctx })) < claimBatchMax) break;
  await queuePendingPurges({ ctx });
  await queueOverdueNotices({ ctx });
  await queuePendingSettlements({ ctx });
}

async function repeat(intervalSeconds: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await work();
    await rest(intervalSeconds, signal);
  }
}

async function rest(seconds: number, signal: AbortSignal): Promise<void> {
  await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined); // only the stop ends a sleep early
}

/** The database may be away for a while; the next time looks again. */
async function attempt(ctx: SyncsCtx, message: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    ctx.log.error({ err: error }, message);
  }
}
