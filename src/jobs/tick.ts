import { setTimeout as sleep } from 'node:timers/promises';
import { dropOldEvents } from '../events/drop-old-events.ts';
import { queuePendingFields } from '../fields/queue-pending.ts';
import { checkAlerts } from '../syncs/alerts/check-alerts.ts';
import type { SyncsCtx } from '../syncs/context.ts';
import { dropOldTombstones } from '../syncs/drop-old-tombstones.ts';
import { tellEnds } from '../syncs/end-run.ts';
import { queueOverdueNotices } from '../syncs/hook-notices.ts';
import { claimBatchMax, claimDueSyncs } from '../syncs/lease.ts';
import { secondsToNextDelayed } from '../syncs/next-delayed.ts';
import { queuePendingPurges } from '../syncs/purge-connection.ts';
import { queuePendingSettlements } from '../syncs/settle-held-deletes.ts';
import { queueUnmirroredRuns } from '../syncs/unmirrored-runs.ts';
import { dropOldDeliveries } from '../webhooks/drop-old-deliveries.ts';

/** Batches of due syncs that one tick queues; what is left is due at the next one. */
const claimBatchesMax = 20;
const housekeepingSeconds = 3600;
/** Alerts are for people: half a minute is soon enough, and a look goes over every sync. */
const alertSeconds = 30;

export interface Tick {
  /** A run was put off: if it is due before the next tick, that one comes earlier. */
  runPostponed(): void;
  stop(): Promise<void>;
}

/** Every worker ticks: what is due, and what dead workers left, is found by whoever looks first. */
export function startTick({ ctx, intervalSeconds }: { ctx: SyncsCtx; intervalSeconds: number }): Tick {
  const stopping = new AbortController();
  let waking = new AbortController();
  const ticking = repeatUntil(stopping.signal, async () => {
    waking = new AbortController();
    await attempt(ctx, 'the tick failed', () => tick(ctx));
    await rest(intervalSeconds, AbortSignal.any([stopping.signal, waking.signal]));
  });
  // Apart from the tick: a hub that is slow to clean must not keep due syncs waiting.
  const keeping = rest(housekeepingSeconds, stopping.signal).then(() =>
    repeatUntil(stopping.signal, async () => {
      await attempt(ctx, 'the housekeeping failed', () => dropOldTombstones({ ctx }));
      await attempt(ctx, 'old events could not be dropped', () => dropOldEvents(ctx));
      await attempt(ctx, 'old webhook deliveries could not be dropped', () => dropOldDeliveries(ctx));
      await rest(housekeepingSeconds, stopping.signal);
    }),
  );

  const alerting = repeatUntil(stopping.signal, async () => {
    await rest(alertSeconds, stopping.signal);
    if (!stopping.signal.aborted) await attempt(ctx, 'alerts could not be looked for', () => checkAlerts({ ctx }));
  });

  /** Budgets are a matter of single seconds: a run that waits for one would otherwise wait for the tick on top. */
  async function wakeForDelayed(): Promise<void> {
    const seconds = await secondsToNextDelayed({ ctx, withinSeconds: intervalSeconds });
    if (seconds === null) return;
    await rest(seconds, stopping.signal);
    waking.abort();
  }

  return {
    runPostponed() {
      void attempt(ctx, 'the look for delayed runs failed', wakeForDelayed);
    },
    async stop() {
      stopping.abort();
      await Promise.all([ticking, keeping, alerting]);
    },
  };
}

async function tick(ctx: SyncsCtx): Promise<void> {
  for (let batch = 0; batch < claimBatchesMax; batch++) if ((await claimDueSyncs({ ctx })) < claimBatchMax) break;
  await queuePendingPurges({ ctx });
  await queueOverdueNotices({ ctx });
  await queuePendingSettlements({ ctx });
  await queuePendingFields({ ctx });
  await tellEnds({ ctx });
  await queueUnmirroredRuns({ ctx });
}

async function repeatUntil(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) await work();
}

async function rest(seconds: number, signal: AbortSignal): Promise<void> {
  await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined); // only a stop or a waking ends a sleep early
}

/** The database may be away for a while; the next time looks again. */
async function attempt(ctx: SyncsCtx, message: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    ctx.log.error({ err: error }, message);
  }
}
