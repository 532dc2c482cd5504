import type { ReadKind } from '../../kit/index.ts';
import type { CheckpointState } from '../../syncs/checkpoint-state.ts';
import type { Strategy } from '../../syncs/config-input.ts';
import type { ReadWarning } from '../../syncs/read-kinds.ts';

export interface PlanInput {
  state: CheckpointState;
  strategy: Strategy;
  fullRefreshEvery: number | null;
  incrementalsSinceFull: number;
  fullRequested: boolean;
  /** Whether the schedule began this run: only then it does what is owed behind another. */
  isScheduled: boolean;
  /** Runs that failed in a row. */
  consecutiveFailures: number;
  /** null: the object cannot be read incrementally. */
  watermarkType: 'datetime' | 'integer' | 'opaque' | null;
  /** The age at which the provider forgets the changes of its feed; null: it does not say. */
  feedSecondsMax: number | null;
  windowSeconds: number | null;
  /** What is wanted has changed then: a read that began before asks for something else. null: never. */
  readsAnewSince: Date | null;
  now: Date;
  /** Parts that each kind of read has now (0: the object cannot be read so); a provider may have changed since the read began. */
  parts: Record<ReadKind, number>;
}

export interface Plan {
  kind: ReadKind;
  isResumed: boolean;
  warnings: ReadWarning[];
}

/**
 * What this run reads. An unfinished read comes first: nothing is gained by reading its first pages again. With
 * `full_refresh_every: n`, n other runs stand between two full ones: n = 3 reads in full at run 1, 5, 9 …
 */
export function planRead(input: PlanInput): Plan {
  const { read } = input.state;
  const wanted = chooseRead(input);
  const isOutdated = read !== null && input.readsAnewSince !== null && Date.parse(read.startedAt) < input.readsAnewSince.getTime();
  const isGivenUp = read?.kind === 'keys' && input.consecutiveFailures >= keysFailuresMax;
  if (read && !isOutdated && !isGivenUp && read.part <= input.parts[read.kind] && (wanted.kind !== 'full' || read.kind === 'full'))
    return { kind: read.kind, isResumed: true, warnings: read.warnings };
  return { ...wanted, isResumed: false };
}

/** A pass over the keys that keeps failing lets the changes by: they are read, and it is tried again at the next turn. */
const keysFailuresMax = 3;

type Choice = Omit<Plan, 'isResumed'>;

function chooseRead(input: PlanInput): Choice {
  const { state, strategy, fullRefreshEvery } = input;
  // Under another strategy the first read is a baseline: every mark of the new one begins with it.
  const isSwitched = state.strategy !== null && state.strategy !== strategy;
  if (strategy === 'full_only' || input.fullRequested || !state.hasFull || isSwitched) return full;
  if (fullRefreshEvery !== null && input.incrementalsSinceFull >= fullRefreshEvery) return full;
  if (state.owesKeys && input.isScheduled && input.consecutiveFailures < keysFailuresMax)
    return input.parts.keys > 0 ? { kind: 'keys', warnings: [] } : full;
  return chooseByStrategy(strategy, input);
}

function chooseByStrategy(strategy: Exclude<Strategy, 'full_only'>, input: PlanInput): Choice {
  const { state, watermarkType } = input;
  switch (strategy) {
    case 'full_then_incremental':
      // A full read of an object that counts in versions gives no mark (see watermark-rules): its first incremental read begins at
      // the beginning. A time that is missing means that the object was empty, or that its records carry none.
      if (watermarkType === null || (watermarkType === 'datetime' && state.watermark === null)) return full;
      return { kind: 'incremental', warnings: [] };
    case 'full_then_delta':
      if (input.parts.delta === 0 || state.feed === null) return full;
      if (secondsSince(input, state.feed.at) > (input.feedSecondsMax ?? Infinity)) return { kind: 'full', warnings: ['position_expired'] };
      return { kind: 'delta', warnings: [] };
    case 'full_then_window': {
      if (input.parts.window === 0 || state.covered === null || input.windowSeconds === null) return full;
      const isExceeded = secondsSince(input, state.covered.at) > input.windowSeconds;
      return { kind: 'window', warnings: isExceeded ? ['window_exceeded'] : [] };
    }
    default:
      throw new Error(`no plan for ${strategy satisfies never}`);
  }
}

const full: Choice = { kind: 'full', warnings: [] };

function secondsSince({ now }: PlanInput, at: string): number {
  return (now.getTime() - Date.parse(at)) / 1000;
}
