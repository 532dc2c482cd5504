import type { CheckpointState } from '../../syncs/checkpoint-state.ts';

export interface PlanInput {
  state: CheckpointState;
  strategy: 'full_only' | 'full_then_incremental';
  fullRefreshEvery: number | null;
  incrementalsSinceFull: number;
  fullRequested: boolean;
  /** null: the object cannot be read incrementally. */
  watermarkType: 'datetime' | 'integer' | 'opaque' | null;
  /** Parts that each kind of read has now; a provider may have changed since the read began. */
  parts: { full: number; incremental: number };
}

export type Plan = { kind: 'full' | 'incremental'; isResumed: boolean };

/**
 * What this run reads. An unfinished read comes first: nothing is gained by reading its first pages again. With
 * `full_refresh_every: n`, n incremental runs stand between two full ones: n = 3 reads in full at run 1, 5, 9 …
 */
export function planRead(input: PlanInput): Plan {
  const { state, watermarkType } = input;
  const wanted = chooseKind(input);
  const { read } = state;
  if (read && read.part <= input.parts[read.kind] && !(wanted === 'full' && read.kind === 'incremental'))
    return { kind: read.kind, isResumed: true };
  if (wanted === 'incremental' && watermarkType === null) return { kind: 'full', isResumed: false };
  return { kind: wanted, isResumed: false };
}

function chooseKind(input: PlanInput): 'full' | 'incremental' {
  const { state, watermarkType, fullRefreshEvery } = input;
  if (input.strategy === 'full_only' || watermarkType === null) return 'full';
  if (input.fullRequested || !state.hasFull) return 'full';
  // A full read of an object that counts in versions gives no mark (see watermark-rules): its first incremental read begins at
  // the beginning. A time that is missing means that the object was empty, or that its records carry none.
  if (watermarkType === 'datetime' && state.watermark === null) return 'full';
  return fullRefreshEvery !== null && input.incrementalsSinceFull >= fullRefreshEvery ? 'full' : 'incremental';
}
