import type { Strategy } from '../../syncs/config-input.ts';
import { markBegun } from '../../syncs/leave-run.ts';
import { beginRead } from './begin-read.ts';
import { planRead } from './plan.ts';
import type { Slice } from './slice.ts';

/** Goes on with the open read, or begins the one that is owed. */
export async function startOrResume(slice: Slice): Promise<void> {
  const { ctx, lease, state, definition } = slice;
  const { sync, run } = lease;
  const isFirstSlice = state.runId !== run.id;
  const plan = planRead({
    state,
    strategy: sync.strategy as Strategy,
    fullRefreshEvery: sync.fullRefreshEvery,
    incrementalsSinceFull: sync.incrementalsSinceFull,
    // Asked for while this run was reading: the next run's business.
    fullRequested: sync.fullRequested && (isFirstSlice || state.read === null),
    watermarkType: definition.incremental?.watermark.type ?? null,
    parts: { full: definition.full.parts.length, incremental: definition.incremental?.parts.length ?? 0 },
  });
  if (!plan.isResumed) await beginRead(slice, plan.kind, 0);
  else if (isFirstSlice) await markBegun(ctx, lease, { kind: plan.kind, isFresh: false });
}
