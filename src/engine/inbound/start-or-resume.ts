import type { ReadKind } from '../../kit/index.ts';
import type { Strategy } from '../../syncs/config-input.ts';
import type { SyncsCtx } from '../../syncs/context.ts';
import { markBegun } from '../../syncs/leave-run.ts';
import { beginRead } from './begin-read.ts';
import { planRead } from './plan.ts';
import { partsOf } from './read-parts.ts';
import type { Slice } from './slice.ts';

/** Rows of a pass over the keys that one transaction takes. */
const keyRowsMax = 1_500;

/** Goes on with the open read, or begins the one that is owed. */
export async function startOrResume(slice: Slice): Promise<void> {
  const { ctx, lease, state, definition } = slice;
  const { sync, run } = lease;
  const isFirstSlice = state.runId !== run.id;
  const count = (kind: ReadKind) => partsOf(definition, kind).length;
  const plan = planRead({
    state,
    strategy: sync.strategy as Strategy,
    fullRefreshEvery: sync.fullRefreshEvery,
    incrementalsSinceFull: sync.incrementalsSinceFull,
    // Asked for while this run was reading: the next run's business.
    fullRequested: sync.fullRequested && (isFirstSlice || state.read === null),
    isScheduled: run.trigger === 'schedule',
    consecutiveFailures: sync.consecutiveFailures,
    watermarkType: definition.incremental?.watermark.type ?? null,
    feedSecondsMax: definition.delta?.maxAgeSeconds ?? null,
    windowSeconds: sync.windowSeconds,
    readsAnewSince: sync.readsAnewSince,
    now: ctx.clock.now(),
    parts: { full: count('full'), incremental: count('incremental'), delta: count('delta'), window: count('window'), keys: count('keys') },
  });
  if (plan.kind === 'keys') slice.ctx = withFewerRows(ctx);
  if (!plan.isResumed) await beginRead(slice, plan.kind, 0, plan.warnings);
  else if (isFirstSlice) await markBegun(ctx, lease, { kind: plan.kind, isFresh: false, warnings: plan.warnings });
}

/**
 * Keys are small and come fast: as many of them as of records would wait so long for their transaction that they outlive the young
 * generation, and nothing frees them before 90 MB of them have gathered (10,000: 107 MB of heap at a million keys; 2,000: 56 MB).
 */
function withFewerRows(ctx: SyncsCtx): SyncsCtx {
  const transactionRowsMax = Math.min(ctx.limits.transactionRowsMax, keyRowsMax);
  return { ...ctx, limits: { ...ctx.limits, transactionRowsMax } };
}
