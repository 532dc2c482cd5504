import type { Run } from './outputs.ts';

/** How far a run is, by its own estimate. */
export interface RunProgress {
  fetched: number;
  /** Records that it is expected to read; null: nobody knows. */
  totalEstimate: number | null;
  /** 0 … 1; null: nobody knows. */
  share: number | null;
}

/** An estimate is never taken for the end: only a run that has read everything has a share of 1. */
const shareUnfinishedMax = 0.99;

export function progressOf({ status, fetched, totalEstimate }: Pick<Run, 'status' | 'fetched' | 'totalEstimate'>): RunProgress {
  return { fetched, totalEstimate, share: shareOf(status, fetched, totalEstimate) };
}

function shareOf(status: Run['status'], fetched: number, total: number | null): number | null {
  if (status === 'succeeded' || status === 'held') return 1;
  if (status === 'queued') return 0;
  if (total === null) return null;
  const share = total === 0 ? 0 : fetched / total;
  return Math.min(Math.round(share * 100) / 100, shareUnfinishedMax);
}
