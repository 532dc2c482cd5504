import { ProviderError } from './errors.ts';
import type { Paging } from './paging.ts';
import type { JsonObject, PageAnswer, PageRequest, RequestSpec } from './types.ts';

export interface ModifiedWalk {
  /** Records that changed at or after `at` (after it, when `isExclusive`), in the order of change; all of them when `at` is null. */
  walk: (page: PageRequest, from: { at: string | null; isExclusive: boolean }) => RequestSpec;
  /** Records that changed exactly at `at`; `step` is null on their first page, then what `nextTie` said. */
  ties: (page: PageRequest, tie: { at: string; step: JsonObject | null }) => RequestSpec;
  /** The next page of ties, or null after the last. */
  nextTie: (page: PageRequest, answer: PageAnswer, tie: { at: string; step: JsonObject | null }) => JsonObject | null;
  /** Whether the page was the last of its request. */
  isEnd: (page: PageRequest, answer: PageAnswer) => boolean;
}

/**
 * Walks a listing in the order of change: every page begins at the last value of the page before, inclusively, never at an
 * offset. A record that changes meanwhile moves to the end and is met again there, and no other record slides through
 * between two pages; a ceiling on offsets is never reached. Where more records share one value than fit a page, they are
 * drained by a second order, and the walk goes on behind them. Times are compared by the millisecond.
 */
export function byModified({ walk, ties, nextTie, isEnd }: ModifiedWalk): Paging {
  return {
    coversChanges: true,
    request(page) {
      const place = placeOf(page);
      return place.kind === 'ties' ? ties(page, place) : walk(page, place);
    },
    next(page, answer): JsonObject | null {
      const place = placeOf(page);
      if (place.kind === 'ties') {
        const step = nextTie(page, answer, place);
        return step === null ? { at: place.at, isExclusive: true } : { at: place.at, step };
      }
      if (isEnd(page, answer)) return null;
      const at = answer.last?.watermark;
      if (at == null)
        throw new ProviderError('unavailable', 'The last record of a page has no modified time, so the listing cannot go on.');
      const step = place.at === null ? 1 : Date.parse(at) - Date.parse(place.at);
      if (step < 0 || (step === 0 && place.isExclusive))
        throw new ProviderError('unavailable', `The listing is not in the order of change: ${at} came behind ${place.at}.`);
      return step === 0 ? { at, step: null } : { at, isExclusive: false };
    },
    resume: (position) => position,
  };
}

/**
 * Ties of a listing that has pages by number only: to their end, and back to the first. A record that changes meanwhile draws the ties
 * behind it forward, and none is ever pushed back: whichever slid by on the way there is met on the way back. `hasMore`: whether the
 * page was full and ended within the ties.
 */
export function nextTiePage(step: JsonObject | null, hasMore: boolean): JsonObject | null {
  const page = tiePageOf(step);
  if (hasMore && step?.isBack !== true) return { page: page + 1 };
  return page === 0 ? null : { page: page - 1, isBack: true };
}

/** Counted from 0. */
export function tiePageOf(step: JsonObject | null): number {
  return Number(step?.page ?? 0);
}

type Place = { kind: 'walk'; at: string | null; isExclusive: boolean } | { kind: 'ties'; at: string; step: JsonObject | null };

function placeOf({ position, since }: PageRequest): Place {
  if (position === null) return { kind: 'walk', at: since, isExclusive: false };
  const at = String(position.at);
  if (position.step === undefined) return { kind: 'walk', at, isExclusive: position.isExclusive === true };
  return { kind: 'ties', at, step: position.step as JsonObject | null };
}
