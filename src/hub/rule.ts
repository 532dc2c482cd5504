import type { HubConnection } from './types.ts';

/**
 * Which of two versions stands, as SQL over the stored row `t`: `asked` is the last drawn seq noted before the version
 * was asked for, `modified` its provider time. Seq is the clock that orders observations, across processes and without
 * clocks: a version that was stored before ours was asked for yields, whatever the provider's time says (restores,
 * imports). Of overlapping ones the newer or equal time wins; a tombstone yields only to a strictly newer one.
 * `ahead`: see `clockBoundMs`.
 */
export function incomingWins({ asked, modified, ahead }: { asked: string; modified: string; ahead?: string }): string {
  return `(t._syncline_seq <= ${asked}
      or (t._syncline_deleted_at is null
          and (t._syncline_modified_at is null or ${modified} is null or ${modified} >= t._syncline_modified_at))
      or ${modified} > t._syncline_modified_at${ahead ? `\n      or ${isOfOtherClock({ asked, ahead })}` : ''})`;
}

/**
 * The stored version has a time that the provider's clock, as it goes now, had not reached when we stored it: the clock was set back
 * since, or the record is dated in the future. Such a time orders nothing, so that it does not hold off answers that have nothing but
 * their time (`asked` is 0). Every other stored time lies before whatever is written by the clock as it goes now.
 */
export function isOfOtherClock({ asked, ahead }: { asked: string; ahead: string }): string {
  return `(${asked} = 0 and t._syncline_modified_at > t._syncline_synced_at + ${ahead} * interval '1 millisecond')`;
}

/** Front ends of one provider may differ by some seconds, and an answer is a while on its way. */
const clockToleranceMs = 10_000;

/** How far above the time of its storing a version's own time may lie; null: the provider shows no clock, and every time is believed. */
export function clockBoundMs({ providerAheadMs }: Pick<HubConnection, 'providerAheadMs'>): number | null {
  return providerAheadMs === undefined ? null : providerAheadMs + clockToleranceMs;
}
