/** What the control plane knows about the syncs that a listing covers: how far each has been read, and from which seq on that counts. */
export interface Completeness {
  /** No sync covers the listing, or one of them has never been read to its end. */
  isUnknown: boolean;
  /** The oldest of all. */
  oldest: Date | null;
  /** The syncs that moved last, the newest first, at most `movesMax`. */
  recent: Move[];
}

interface Move {
  /** A reader who is past this seq has everything that the time speaks of. */
  seq: bigint;
  /** The time that held before, and its own seq. */
  before: Date | null;
  beforeSeq: bigint | null;
}

/** Syncs that end a read within the few seconds by which a writer in flight may hold readers back. */
export const movesMax = 50;

/**
 * The time until which a reader at the horizon has everything. A sync that moved above the horizon (another writer is still in flight
 * below it) counts with its time before; null: nobody can say.
 */
export function completeAsOf({ isUnknown, oldest, recent }: Completeness, horizon: bigint): Date | null {
  if (isUnknown || oldest === null) return null;
  const above = recent.filter(({ seq }) => seq > horizon);
  if (above.length === movesMax) return null;
  let earliest = oldest;
  for (const { before, beforeSeq } of above) {
    if (before === null || beforeSeq === null || beforeSeq > horizon) return null;
    if (before < earliest) earliest = before;
  }
  return earliest;
}
