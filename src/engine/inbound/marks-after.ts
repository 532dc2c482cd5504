import type { ObjectDefinition } from '../../kit/index.ts';
import type { CheckpointState, ReadState } from '../../syncs/checkpoint-state.ts';
import { completeAfter } from './completeness.ts';
import { meetsEverything, readsDeletions } from './read-parts.ts';
import { heldUnder, markAfterFull, markAfterIncremental } from './watermark-rules.ts';

export interface EndedInput {
  object: ObjectDefinition;
  state: CheckpointState;
  read: ReadState;
  /** What its end proves about what it did not meet. */
  absence: 'complete' | 'approximate' | 'none';
  sync: { strategy: string; keyPassIntervalSeconds: number | null; lastKeyPassAt: Date | null };
  now: Date;
}

/** Where the sync stands after a read has ended cleanly: every mark moves here and nowhere else. */
export function marksAfter(input: EndedInput): Partial<CheckpointState> {
  const { state, read, sync } = input;
  const isFull = read.kind === 'full';
  return {
    watermark: watermarkAfter(input),
    hasFull: state.hasFull || isFull,
    strategy: isFull ? sync.strategy : (state.strategy ?? sync.strategy),
    feed: feedAfter(input),
    deletions: deletionsAfter(input),
    covered: isFull || read.kind === 'window' ? { until: read.providerTime ?? read.startedAt, at: read.startedAt } : state.covered,
    changesReadAt: read.kind === 'keys' ? state.changesReadAt : read.startedAt,
    owesKeys: owesKeysAfter(input),
    completeAsOf: completeAfter(input),
  };
}

function watermarkAfter({ object, state, read }: EndedInput): string | null {
  const type = object.incremental?.watermark.type;
  if (!type) return null;
  const { kind, highest, firstPageHighest } = read;
  const marks = { type, before: state.watermark, highest, firstPageHighest, providerTime: timeOf(read.providerTime) };
  if (kind === 'full') return markAfterFull(marks);
  return kind === 'incremental' ? markAfterIncremental(marks) : state.watermark;
}

/** A feed is taken up by the strategy that reads it. Another strategy's full read leaves no position behind that would grow old. */
function feedAfter({ state, read, sync }: EndedInput): CheckpointState['feed'] {
  const { kind, feed, startedAt } = read;
  if (kind === 'full') return sync.strategy === 'full_then_delta' && feed ? { ...feed, at: startedAt } : null;
  if (kind !== 'delta') return state.feed;
  return { position: feed?.position ?? state.feed?.position ?? null, at: startedAt };
}

/**
 * The pointer into the feed of deletions follows what it listed. A read that proves what is gone moves it to its own beginning: what
 * was deleted before is missing from it. One that proves less takes it back to the provider's clock at least, where that was set back.
 */
function deletionsAfter({ object, state, read, absence }: EndedInput): CheckpointState['deletions'] {
  const { deletions } = state;
  if (!object.deletions) return null;
  const providerTime = timeOf(read.providerTime);
  const before = deletions?.pointer ?? null;
  if (meetsEverything(read.kind)) {
    const isProven = absence === 'complete' || deletions === null;
    return isProven
      ? { pointer: read.providerTime ?? before, at: read.startedAt }
      : { ...deletions, pointer: heldUnder(before, providerTime) };
  }
  if (!readsDeletions(object, read.kind)) return deletions;
  const seen = heldUnder(read.highestDeletion, providerTime);
  const pointer = seen !== null && (before === null || seen > before) ? seen : before;
  return { pointer, at: read.startedAt };
}

/** Due by its interval, or because the feed of deletions has forgotten some. */
function owesKeysAfter({ state, read, sync, now }: EndedInput): boolean {
  if (meetsEverything(read.kind)) return false;
  if (state.owesKeys || read.warnings.includes('deletions_expired')) return true;
  const { keyPassIntervalSeconds, lastKeyPassAt } = sync;
  if (keyPassIntervalSeconds === null) return false;
  return lastKeyPassAt === null || now.getTime() - lastKeyPassAt.getTime() >= keyPassIntervalSeconds * 1000;
}

function timeOf(time: string | null): Date | null {
  return time === null ? null : new Date(time);
}
