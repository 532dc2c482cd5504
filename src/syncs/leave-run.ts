import type { Sync as SyncRow } from '../db/generated/client.ts';
import type { Ctx, Tx } from '../db/index.ts';
import { withTransaction } from '../db/index.ts';
import { emit, emitAll, type NewEvent } from '../events/emit.ts';
import type { ReadKind } from '../kit/index.ts';
import { enqueue } from '../queue/index.ts';
import type { Counters } from './checkpoint-state.ts';
import { catchUpRun, endRun } from './end-run.ts';
import { lockFollowers, runFollowers } from './followers.ts';
import { type Held, type Lease, lockHeld, updateHeld } from './lease.ts';
import { gapWarnings, type ReadWarning } from './read-kinds.ts';
import { nextRunAt, retryRunAt } from './schedule.ts';
import { pauseSyncs } from './stop-syncs.ts';

/** The read has begun: what it was asked for is being done, so the requests are answered. Later ones are the next run's. */
export async function markBegun(ctx: Ctx, lease: Lease, begun: BegunRead): Promise<void> {
  const { sync, run } = lease;
  const answers = begun.isFresh && (sync.rerunRequested || sync.fullRequested);
  if (!answers && run.kind === begun.kind && begun.warnings.length === 0) return;
  await withTransaction(ctx, async (tx) => {
    await lockHeld(tx, lease);
    if (answers) await updateHeld(tx, lease, { rerunRequested: false, ...(begun.kind === 'full' ? { fullRequested: false } : {}) });
    await tx.run.update({ where: { id: run.id }, data: { kind: begun.kind, warnings: begun.warnings } });
    await emitAll(
      tx,
      ctx.clock,
      begun.warnings.filter((reason) => gapWarnings.includes(reason)).map((reason) => gapEvent(lease, begun.kind, reason)),
    );
  });
}

export interface BegunRead {
  kind: ReadKind;
  /** false: this run goes on with a read that an earlier one began. */
  isFresh: boolean;
  warnings: ReadWarning[];
}

/** Told when the reading begins: a full read may take its time. */
function gapEvent({ sync, run }: Lease, kind: ReadKind, reason: ReadWarning): NewEvent {
  return {
    applicationId: sync.applicationId,
    type: 'sync.gap_found',
    data: {
      sync_id: sync.id,
      run_id: run.id,
      customer_id: sync.customerId,
      connection_id: sync.connectionId,
      ...{ provider: sync.provider, object: sync.object, reason, kind },
    },
  };
}

/** A slice has ended and the run has not: to the back of the queue, where other tenants come first. */
export async function handOver(ctx: Ctx, lease: Lease, counters: Counters): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    const { now } = await lockHeld(tx, lease);
    // Due by the clock of this moment: one that was set back during the slice would keep the run until it gets there again.
    await updateHeld(tx, lease, { leaseOwner: null, leaseUntil: null, nextRunAt: now });
    await catchUpRun(tx, ctx.clock, lease.run.id, counters, { announces: false });
    await enqueue(tx, 'run-sync', { syncId: lease.sync.id });
  });
}

/** The provider asked for patience, or failed: the run goes on later, and holds no worker until then. */
export async function postpone(ctx: Ctx, lease: Lease, counters: Counters | null, waitSeconds: number): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    const { now } = await lockHeld(tx, lease);
    const until = new Date(now.getTime() + waitSeconds * 1000);
    await updateHeld(tx, lease, { leaseOwner: null, leaseUntil: null, nextRunAt: until, health: 'delayed' });
    if (counters) await catchUpRun(tx, ctx.clock, lease.run.id, counters, { announces: false });
  });
}

export interface SuccessfulEnd {
  kind: ReadKind;
  /** A pass over the keys is to follow: at once, unless runs have just been failing. */
  owesKeys: boolean;
  /** When the read began that has ended. */
  readBeganAt: Date;
  /** When the last read of changes began: a pass over the keys does not put the next one off. */
  changesReadAt: Date | null;
  outcome: 'succeeded' | 'held';
  reason: string | null;
  counters: Counters;
  watermarkBefore: string | null | undefined;
  watermarkAfter: string | null;
  providerTime: Date | null;
  /** Records that a full read met; null: it was another read. */
  fullRecords: number | null;
  /** Until when the hub is complete, for a reader who is past the seq. */
  complete: { asOf: Date; seq: bigint } | null;
}

/** Run row, sync row and events of a read that has ended, in one transaction; what is owed next is queued in it too. */
export async function finishRun(ctx: Ctx, lease: Lease, end: SuccessfulEnd): Promise<void> {
  const { kind, owesKeys, readBeganAt, changesReadAt, outcome, reason, fullRecords, complete, ...rest } = end;
  await withTransaction(ctx, async (tx) => {
    const { sync, run } = lease;
    const followers = await lockFollowers(tx, sync);
    const held = await lockHeld(tx, lease);
    const { now, schedule, intervalSeconds } = held;
    const { connectionId } = sync;
    const isDueNow = owesMore(held) || (owesKeys && sync.consecutiveFailures === 0);
    const startedAt = (kind === 'keys' ? changesReadAt : run.startedAt) ?? now;
    await release(tx, lease, {
      health: outcome === 'held' ? 'held' : 'healthy',
      consecutiveFailures: 0,
      ...countedBy(kind, readBeganAt),
      lastSuccessAt: ctx.clock.now(),
      ...(fullRecords === null ? {} : { lastFullRecords: fullRecords }),
      ...completeness(sync, complete),
      // What was asked for during the run is due now instead of at the next interval.
      nextRunAt: isDueNow ? now : nextRunAt({ schedule, startedAt, now, intervalSeconds, connectionId }),
    });
    await endRun(tx, ctx.clock, {
      runId: run.id,
      status: outcome,
      isInHub: true,
      ...rest,
      completeAsOf: complete?.asOf ?? null,
      ...(reason === null ? {} : { errorCode: reason }),
    });
    if (outcome === 'held')
      await emit(tx, ctx.clock, {
        applicationId: sync.applicationId,
        type: 'sync.held',
        data: { sync_id: sync.id, run_id: run.id, customer_id: sync.customerId, reason, held_deletes: rest.counters.heldDeletes },
      });
    if (isDueNow) await enqueue(tx, 'run-sync', { syncId: sync.id });
    await runFollowers(tx, ctx.clock, { ids: followers, outcome, runId: run.id });
  });
}

/** A pass over the keys is no turn of the strategy. What proves what is gone is noted with its begin: what went later it may have met. */
function countedBy(kind: ReadKind, beganAt: Date): Parameters<typeof updateHeld>[2] {
  switch (kind) {
    case 'full':
      return { incrementalsSinceFull: 0, lastKeyPassAt: beganAt };
    case 'keys':
      return { lastKeyPassAt: beganAt };
    case 'incremental':
    case 'delta':
    case 'window':
      return { incrementalsSinceFull: { increment: 1 } };
    default:
      throw new Error(`nothing counts ${kind satisfies never}`);
  }
}

export interface FailedEnd {
  errorCode: string;
  errorMessage: string;
  isInHub: boolean;
  counters: Counters | null;
  watermarkBefore: string | null | undefined;
  /** The connection was refused although its credentials are fresh: only its customer can mend that. */
  pausesForAuth: boolean;
  /** A full read was given up behind an earlier one. Its request was answered when it began, so it is asked for again. */
  owesFull: boolean;
  /** The failure is not the sync's own: it makes no later wait longer, and nothing is given up for it. */
  isUncounted?: boolean;
  /** The next run comes no later than this. */
  retrySecondsMax?: number;
}

/** The run failed. The sync stays and backs off, whatever was asked for meanwhile; one bad sync stops no other. */
export async function failRun(ctx: Ctx, lease: Lease, failed: FailedEnd): Promise<void> {
  const { pausesForAuth, owesFull, isUncounted = false, retrySecondsMax, ...end } = failed;
  await withTransaction(ctx, async (tx) => {
    const { sync, run } = lease;
    const followers = await lockFollowers(tx, sync);
    const held = await lockHeld(tx, lease);
    const consecutiveFailures = sync.consecutiveFailures + (isUncounted ? 0 : 1);
    await release(tx, lease, {
      health: 'failed',
      consecutiveFailures,
      ...(owesFull ? { fullRequested: true } : {}),
      nextRunAt: retryRunAt({
        ...{ now: held.now, intervalSeconds: sync.intervalSeconds, secondsMax: retrySecondsMax },
        consecutiveFailures: Math.max(consecutiveFailures, 1),
      }),
    });
    await endRun(tx, ctx.clock, { runId: run.id, status: 'failed', ...end });
    await runFollowers(tx, ctx.clock, { ids: followers, outcome: 'failed', runId: run.id });
    if (pausesForAuth) await pauseSyncs(tx, ctx.clock, { id: sync.id }, 'auth');
  });
}

/** A worker that lost its lease owns nothing, but what it committed to the hub is true: the run's counters learn of it. */
export async function leaveTrace(ctx: Ctx, runId: string, counters: Counters): Promise<void> {
  await withTransaction(ctx, (tx) => catchUpRun(tx, ctx.clock, runId, counters, { announces: true }));
}

/** The time that holds now, and the one before it for readers who are not that far. */
function completeness({ completeAsOf, completeSeq }: SyncRow, complete: SuccessfulEnd['complete']) {
  const before = { completeBefore: completeAsOf, completeBeforeSeq: completeSeq };
  if (complete === null) return { completeAsOf: null, completeSeq: null, completeBefore: null, completeBeforeSeq: null };
  if (completeAsOf?.getTime() === complete.asOf.getTime()) return {};
  return { completeAsOf: complete.asOf, completeSeq: complete.seq, ...before };
}

function owesMore(held: Held): boolean {
  return held.rerunRequested || held.fullRequested;
}

async function release(tx: Tx, lease: Lease, data: Parameters<typeof updateHeld>[2]): Promise<void> {
  await updateHeld(tx, lease, { ...data, currentRunId: null, leaseOwner: null, leaseUntil: null });
}
