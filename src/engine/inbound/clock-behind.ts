import { readsDeletions } from './read-parts.ts';
import { openRead, type Slice } from './slice.ts';
import { isClockBehind } from './watermark-rules.ts';

/**
 * The provider's clock was set back since the read that this one goes on from: what was written and deleted meanwhile lies before the
 * window, or before the pointer into the feed of deletions, and from when on nobody knows. Of an incremental read the first page is
 * asked the same about the watermark.
 */
export function beganAheadOfClock(slice: Slice): boolean {
  const { definition, state } = slice;
  const { kind, providerTime } = openRead(slice);
  const began = [
    kind === 'window' ? state.covered?.until : undefined,
    readsDeletions(definition, kind) ? state.deletions?.pointer : undefined,
  ];
  return began.some((mark) => isClockBehind('datetime', mark ?? null, providerTime === null ? null : new Date(providerTime)));
}
