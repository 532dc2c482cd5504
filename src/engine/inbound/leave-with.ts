import { AppError } from '../../base/errors.ts';
import { FenceLost } from '../../hub/index.ts';
import { type Json, ProviderError } from '../../kit/index.ts';
import { emptyCounters } from '../../syncs/checkpoint-state.ts';
import type { SyncsCtx } from '../../syncs/context.ts';
import { type Lease, LeaseLost } from '../../syncs/lease.ts';
import { failRun, handOver, leaveTrace, postpone } from '../../syncs/leave-run.ts';
import { EndlessPages } from './cursor.ts';
import { runRow } from './hub-run.ts';
import { type Reaction, reactTo } from './reaction.ts';
import { committed, countersOf, nextState, type Slice } from './slice.ts';
import { CheckpointStalled } from './stalled.ts';
import { DestinationWaits, destinationFailure, noteDestination } from './wait-for-destination.ts';
import { ParentMissing, ParentsAhead } from './wait-for-parent.ts';

/** What is at hand when something goes wrong: the lease always, the slice once it is open. */
export interface Desk {
  ctx: SyncsCtx;
  lease: Lease;
  signal: AbortSignal;
  slice: Slice | null;
}

export type SliceOutcome = 'idle' | 'handed_over' | 'postponed' | 'succeeded' | 'held' | 'failed' | 'lost';

/** A sync that fails this often in a row without a page of progress gives up its unfinished read: its position may be the reason. */
const fruitlessRunsMax = 5;

/** A destination that fails a sync now and then is asked again within this; one that is down, by one of its syncs at a time. */
const destinationRetrySecondsMax = 300;
const downRetrySecondsMax = 30;

/** Leaves a slice that was stopped by an error. What cannot be recorded any more (the database is gone) is thrown. */
export async function leaveWith(desk: Desk, error: unknown): Promise<SliceOutcome> {
  const { ctx, lease, slice } = desk;
  const log = ctx.log.child({ sync: lease.sync.id, run: lease.run.id, provider: lease.sync.provider, object: lease.sync.object });
  try {
    if (error instanceof LeaseLost || error instanceof FenceLost) throw error;
    if (slice && desk.signal.aborted) {
      await handOver(ctx, lease, countersOf(slice));
      return 'handed_over';
    }
    const failure = destinationFailure(error);
    if (failure) return await leaveDestination(desk, failure, log);
    const verdict = judge(error, slice, ctx.limits.requestRetriesMax);
    if (verdict.do !== 'fail') {
      if (slice && !(error instanceof ParentsAhead)) slice.pending.waitMs += Math.round(verdict.waitSeconds * 1000);
      if (slice) await saveFailures(slice, slice.failures, false);
      await postpone(ctx, lease, slice ? countersOf(slice) : null, verdict.waitSeconds);
      log.info({ wait: verdict.waitSeconds, reason: verdict.message }, 'a run waits');
      await noteDestination(desk, null);
      return 'postponed';
    }
    const { errorCode, message: errorMessage, pausesForAuth } = verdict;
    if (errorCode === 'internal') log.error({ err: error }, 'a run failed for a reason of ours');
    else log.warn({ error_code: errorCode, error_message: errorMessage }, 'a run failed');
    // The next run begins to count anew; growing intervals between runs take over.
    const dropsRead = slice !== null && (verdict.dropsRead || isFruitless(slice));
    const owesFull = dropsRead && slice.state.hasFull && slice.state.read?.kind === 'full';
    if (slice) await saveFailures(slice, 0, dropsRead, { errorCode });
    await failRun(ctx, lease, {
      errorCode,
      errorMessage,
      isInHub: slice !== null,
      counters: slice && countersOf(slice),
      watermarkBefore: slice?.watermarkBefore,
      pausesForAuth,
      owesFull,
    });
    await noteDestination(desk, null);
    return 'failed';
  } catch (left) {
    // The destination went away while something else was being noted in it.
    const failure = destinationFailure(left);
    if (failure && failure !== error) return leaveWith(desk, failure);
    if (!(left instanceof LeaseLost || left instanceof FenceLost)) throw left;
    log.info({ reason: left.message }, 'a slice was lost');
    await leaveTrace(ctx, lease.run.id, slice && slice.state.runId === lease.run.id ? slice.state.counters : emptyCounters);
    return 'lost';
  }
}

/**
 * Nothing can be written to the hub, so nothing is: its checkpoint stands where it stood, with the read that it holds. The next run
 * asks the destination before it asks the provider. A destination that is down is no failure of the sync's own: it does not count.
 */
async function leaveDestination(desk: Desk, failure: AppError, log: SyncsCtx['log']): Promise<SliceOutcome> {
  const { ctx, lease, slice } = desk;
  log.warn({ err: failure }, 'a run failed at its destination');
  const { isDown } = await noteDestination(desk, failure);
  await failRun(ctx, lease, {
    errorCode: failure.code,
    errorMessage: failure.message,
    isInHub: false,
    counters: slice && countersOf(slice),
    watermarkBefore: slice?.watermarkBefore,
    pausesForAuth: false,
    owesFull: false,
    isUncounted: isDown,
    retrySecondsMax: isDown ? downRetrySecondsMax : destinationRetrySecondsMax,
  });
  return 'failed';
}

type Verdict = { message: string } & Exclude<Reaction, { do: 'restart' }>;

function judge(error: unknown, slice: Slice | null, retriesMax: number): Verdict {
  if (error instanceof ProviderError) {
    const { meaning, retryAfterSeconds, message } = error;
    const reaction = reactTo({ meaning, retryAfterSeconds, failures: Math.max(slice?.failures ?? 0, 1), retriesMax });
    if (reaction.do === 'restart') return fail('page_expired', `The page token expired again: ${message}`, { dropsRead: true });
    return { ...reaction, message };
  }
  if (error instanceof DestinationWaits) return { do: 'postpone', waitSeconds: error.waitSeconds, message: error.message };
  if (error instanceof ParentsAhead) return { do: 'postpone', waitSeconds: error.waitSeconds, message: error.message };
  if (error instanceof ParentMissing) return fail('parent_missing', error.message);
  if (error instanceof CheckpointStalled) return fail('checkpoint_stalled', error.message, { dropsRead: true });
  if (error instanceof EndlessPages) return fail('pagination_endless', error.message, { dropsRead: true });
  if (error instanceof AppError)
    return error.code === 'connection_not_active'
      ? fail('auth_failed', error.message, { pausesForAuth: true })
      : fail(error.code, error.message);
  return fail('internal', 'Something went wrong on our side. The next run goes on from the last committed page.');
}

function fail(errorCode: string, message: string, options: { dropsRead?: boolean; pausesForAuth?: boolean } = {}): Verdict {
  return { do: 'fail', errorCode, message, dropsRead: options.dropsRead ?? false, pausesForAuth: options.pausesForAuth ?? false };
}

function isFruitless({ state, lease }: Slice): boolean {
  const isWithoutProgress = state.runId !== lease.run.id || state.counters.fetched === 0;
  return state.read !== null && isWithoutProgress && lease.sync.consecutiveFailures >= fruitlessRunsMax;
}

/** Failures in a row outlive the slice, or a provider that is down would be asked for ever. */
async function saveFailures(slice: Slice, failures: number, dropsRead: boolean, failed?: { errorCode: string }): Promise<void> {
  const { hub, lease, state } = slice;
  const next = nextState(slice, { fetched: 0, facts: null }, { failures, ...(dropsRead ? { read: null } : { read: state.read }) });
  const run = () => runRow(slice, next, failed);
  await hub.writeCheckpoint({ syncId: lease.sync.id, fence: lease.fence, state: next as Json, run });
  committed(slice, next);
}
