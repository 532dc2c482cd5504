import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { type Runner, run, type TaskList } from 'graphile-worker';
import type { Actor } from '../base/actor.ts';
import type { SyncsCtx } from '../syncs/context.ts';
import type { DeliveryCtx } from '../webhooks/context.ts';
import { applyFieldTask } from './apply-field.ts';
import { applyHooksTask } from './apply-hooks.ts';
import { type EventLoop, startEventLoop } from './event-loop.ts';
import { createJobLogger } from './job-logger.ts';
import { mirrorRunTask } from './mirror-run.ts';
import { ownNotices } from './own-notices.ts';
import { purgeConnectionTask } from './purge-connection.ts';
import { runSyncTask, type SliceEnded } from './run-sync.ts';
import { settleHeldDeletesTask } from './settle-held-deletes.ts';
import { startTick, type Tick } from './tick.ts';

export interface Worker {
  /** Idempotent. */
  start(): Promise<void>;
  /** Slices in flight end at their next transaction boundary; other workers, or the next start, go on with them. */
  stop(): Promise<void>;
}

interface WorkerOptions {
  contextFor: (actor: Actor) => SyncsCtx;
  concurrency: number;
  sliceEnded?: SliceEnded;
  /** The way out for webhooks. */
  webhookEgress: DeliveryCtx['egress'];
}

/** graphile-worker looks for jobs this often when no notification has arrived. */
const pollIntervalMs = 2_000;
/** Syncs whose hooks are worked off at the same time. They have places of their own: what takes milliseconds does not wait behind slices. */
const hooksAtOnceMax = 4;
/** A job that has not ended this long after `stop()` is given up; its lease ends by itself. */
const gracefulShutdownAbortMs = 10_000;

/**
 * Works off jobs in this process. graphile-worker only hands them out: who may run what is decided by the leases in our own rows.
 * No local queue (it would pin jobs to one process, and keep them locked for hours after a kill) and no named queues.
 */
export function createWorker(options: WorkerOptions): Worker {
  const owner = `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`;
  // Each task puts the actor of its own application in its place.
  const ctx = options.contextFor({ kind: 'system', id: owner, applicationId: '' });
  let running: { runners: Runner[]; tick: Tick; events: EventLoop; stopping: AbortController } | null = null;

  const sliceEnded: SliceEnded = (slice) => {
    options.sliceEnded?.(slice);
    if (slice.outcome === 'postponed') running?.tick.runPostponed();
  };

  return {
    async start() {
      if (running) return;
      const stopping = new AbortController();
      const tasks: TaskList = {
        'run-sync': runSyncTask({ ctx, owner, signal: stopping.signal, sliceEnded }),
        'purge-connection': purgeConnectionTask({ ctx }),
        'settle-held-deletes': settleHeldDeletesTask({ ctx }),
        'mirror-run': mirrorRunTask({ ctx }),
        'apply-field': applyFieldTask({ ctx, signal: stopping.signal }),
      };
      const start = (taskList: TaskList, concurrency: number) =>
        run({
          pgPool: ctx.db.pool,
          taskList,
          concurrency,
          noHandleSignals: true,
          // Ours is the tick; without this graphile-worker looks for a crontab file where the process was started.
          parsedCronItems: [],
          logger: createJobLogger(ctx.log),
          events: ownNotices(ctx.log),
          preset: { worker: { pollInterval: pollIntervalMs, gracefulShutdownAbortTimeout: gracefulShutdownAbortMs } },
        });
      const hookTasks = { 'apply-hooks': applyHooksTask({ ctx, signal: stopping.signal }) };
      const runners = [await start(tasks, options.concurrency), await start(hookTasks, hooksAtOnceMax)];
      running = {
        runners,
        tick: startTick({ ctx, intervalSeconds: ctx.limits.tickSeconds }),
        events: startEventLoop({ ctx: { ...ctx, egress: options.webhookEgress } }),
        stopping,
      };
    },
    async stop() {
      if (!running) return;
      const { runners, tick, events, stopping } = running;
      running = null;
      stopping.abort();
      await Promise.all([tick.stop(), events.stop()]);
      for (const runner of runners) await runner.stop();
      for (const runner of runners) await runner.promise;
    },
  };
}
