import type { Counters } from './checkpoint-state.ts';

/** As the run's row keeps it: what a run did to the objects that are unfolded from its records, and up to which seq that was announced. */
export type StoredUnfolded = Record<
  string,
  { inserted: number; updated: number; deleted: number; quarantined: number; announced_seq: string | null }
>;

export interface UnfoldedNews {
  object: string;
  inserted: number;
  updated: number;
  deleted: number;
  firstSeq: string;
  lastSeq: string;
}

/** The row's next content, and what nobody has been told yet. Announced once, however often the counters are copied. */
export function storeUnfolded(
  before: StoredUnfolded,
  counted: Counters['unfolded'],
  announces: boolean,
): { stored: StoredUnfolded; news: UnfoldedNews[] } {
  const stored: StoredUnfolded = {};
  const news: UnfoldedNews[] = [];
  for (const [object, { inserted, updated, deleted, quarantined, firstSeq, lastSeq }] of Object.entries(counted)) {
    const announced = before[object]?.announced_seq ?? null;
    const isNews = announces && lastSeq !== null && BigInt(lastSeq) > BigInt(announced ?? 0);
    stored[object] = { inserted, updated, deleted, quarantined, announced_seq: isNews ? lastSeq : announced };
    if (isNews) news.push({ object, inserted, updated, deleted, firstSeq: firstSeq!, lastSeq });
  }
  return { stored, news };
}
