import type { ObjectDefinition, ReadKind } from '../../kit/index.ts';
import type { CheckpointState } from '../../syncs/checkpoint-state.ts';
import { settledSince } from './completeness.ts';
import { readsDeletions } from './read-parts.ts';
import { sinceOf } from './watermark-rules.ts';

export interface SinceInput {
  object: ObjectDefinition;
  state: CheckpointState;
  windowSeconds: number | null;
  now: Date;
}

/** What the requests of a read ask from; null: everything. */
export function sinceFor(kind: ReadKind, { object, state, windowSeconds, now }: SinceInput): string | null {
  switch (kind) {
    case 'full':
    case 'keys':
      return null;
    case 'delta':
      return state.feed!.position;
    case 'incremental': {
      const { watermark, lookbackSeconds, filterStepSeconds } = object.incremental!;
      const fast = sinceOf(watermark.type, state.watermark, lookbackSeconds ?? object.visibilityLagSeconds, filterStepSeconds);
      const settled = settledSince(object, state, now);
      return fast !== null && settled !== null && settled < fast ? sinceOf('datetime', settled, 0, filterStepSeconds) : fast;
    }
    case 'window':
      return windowStart({ covered: state.covered!, windowSeconds: windowSeconds!, now, object });
    default:
      throw new Error(`no beginning of a read by ${kind satisfies never}`);
  }
}

/**
 * The provider's present is where it stood when the last read began, plus what has passed here since: its clock may differ from
 * ours. After a downtime longer than the window the read begins where that read began, so that no stretch of time is left out.
 */
function windowStart({ covered, windowSeconds, now, object }: Pick<SinceInput, 'now' | 'object'> & WindowInput): string {
  const elapsedMs = Math.max(now.getTime() - Date.parse(covered.at), 0);
  const backMs = Math.max(windowSeconds * 1000 - elapsedMs, 0);
  const start = new Date(Date.parse(covered.until) - backMs).toISOString();
  return sinceOf('datetime', start, object.visibilityLagSeconds, object.incremental?.filterStepSeconds)!;
}

interface WindowInput {
  covered: NonNullable<CheckpointState['covered']>;
  windowSeconds: number;
}

/** Kept clear of the provider's limit, for the time that a read takes and for clocks that differ. */
const expiryMarginSeconds = 300;

/**
 * Where the parts that list deletions begin: at their own pointer, minus the look-back, but not before what the provider still
 * knows, which it would refuse. `isExpired`: between the last reading and that moment some were forgotten.
 */
export function deletionsSince(kind: ReadKind, { object, state, now }: SinceInput): { since: string | null; isExpired: boolean } {
  const { deletions } = state;
  if (!readsDeletions(object, kind) || deletions === null) return { since: null, isExpired: false };
  const { lookbackSeconds = object.visibilityLagSeconds, maxAgeSeconds = Infinity } = object.deletions!;
  const since = sinceOf('datetime', deletions.pointer, lookbackSeconds);
  const agedSeconds = (now.getTime() - Date.parse(deletions.at)) / 1000;
  const isExpired = agedSeconds > maxAgeSeconds - expiryMarginSeconds;
  const { until = deletions.pointer, at = deletions.at } = state.covered ?? {};
  if (since === null || until === null || maxAgeSeconds === Infinity) return { since, isExpired };
  const providerNowMs = Date.parse(until) + now.getTime() - Date.parse(at);
  const oldestMs = providerNowMs - (maxAgeSeconds - expiryMarginSeconds) * 1000;
  return { since: new Date(Math.max(Date.parse(since), oldestMs)).toISOString(), isExpired };
}
