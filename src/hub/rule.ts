/**
 * Which of two versions stands, as SQL over the stored row `t`: `asked` is the last drawn seq noted before the version
 * was asked for, `modified` its provider time. Seq is the clock that orders observations, across processes and without
 * clocks: a version that was stored before ours was asked for yields, whatever the provider's time says (restores,
 * imports). Of overlapping ones the newer or equal time wins; a tombstone yields only to a strictly newer one.
 */
export function incomingWins({ asked, modified }: { asked: string; modified: string }): string {
  return `(t._syncline_seq <= ${asked}
      or (t._syncline_deleted_at is null
          and (t._syncline_modified_at is null or ${modified} is null or ${modified} >= t._syncline_modified_at))
      or ${modified} > t._syncline_modified_at)`;
}
