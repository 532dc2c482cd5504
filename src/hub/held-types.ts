/** What a read would have deleted and a person decides about. Named by the run that was held. */
export interface Hold {
  syncId: string;
  runId: string;
  reason: string;
  /** Records that still wait: met ones and those that were rewritten since are left out when they are decided about. */
  deletes: number;
  heldAt: Date;
  /** Set while a decision is carried out. */
  decision: HoldDecision | null;
}

export type HoldDecision = 'approve' | 'reject';

export interface HeldDelete {
  recordId: string;
  /** `signalled`: the provider said that it is deleted; `missing`: a complete read did not list it. */
  cause: 'signalled' | 'missing';
  modifiedAt: Date | null;
}

/** What carrying out a decision has done so far. */
export interface SettledHold {
  decision: HoldDecision;
  /** Records deleted, or kept. */
  settled: number;
  firstSeq: bigint | null;
  lastSeq: bigint | null;
  remaining: boolean;
}

/** Held deletes of a hub. A decision is taken once; it is carried out in batches that a crash does not undo. */
export interface HeldDeletesOfHub {
  listHolds(input: { syncId: string; after: string | null; rowsMax: number }): Promise<Hold[]>;
  listHeldDeletes(input: { syncId: string; runId: string; after: string | null; rowsMax: number }): Promise<HeldDelete[]>;
  /** The decision that stands now; null: there is no such hold (any more). */
  decideHold(input: { syncId: string; runId: string; decision: HoldDecision }): Promise<HoldDecision | null>;
  /** At most `rowsMax` more records are deleted, or remembered as kept. null: there is nothing decided to carry out. */
  settleHold(input: { syncId: string; runId: string; rowsMax: number }): Promise<SettledHold | null>;
  /** Forgets a hold that was carried out, once what it did has been told. */
  closeHold(input: { syncId: string; runId: string }): Promise<void>;
}
