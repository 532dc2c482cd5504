import { hubIdOf, type Subject } from './subjects.ts';

/** What the simulation did to the provider's records: whom steps can choose, and which of the hub's tombstones may be. */
export interface Ledger {
  live: string[];
  /** Marked deleted; gone without a trace. */
  deleted: string[];
  removed: string[];
  /** As the hub calls them: records that did not exist at some time. No other may ever be shown as deleted. */
  everGone: Set<string>;
  /** Records that vanished without a word. */
  vanished: Set<string>;
  /** Records that were edited behind their modified time. */
  hidden: Set<string>;
  /** Takes the chosen ones out of a list: no later step chooses them. */
  take(from: 'live' | 'deleted' | 'removed', picks: number[]): string[];
  /** The chosen ones stay where they are. */
  choose(picks: number[]): string[];
  mark(as: 'everGone' | 'vanished' | 'hidden', ids: string[]): void;
}

export function createLedger(subject: Subject, live: string[]): Ledger {
  const ledger: Ledger = {
    ...{ live, deleted: [], removed: [], everGone: new Set(), vanished: new Set(), hidden: new Set() },
    take(from, picks) {
      const list = ledger[from];
      const taken: string[] = [];
      for (const pick of picks) if (list.length > 0) taken.push(...list.splice(pick % list.length, 1));
      return taken;
    },
    choose: (picks) => (ledger.live.length === 0 ? [] : [...new Set(picks.map((pick) => ledger.live[pick % ledger.live.length]!))]),
    mark(as, ids) {
      for (const id of ids) ledger[as].add(hubIdOf(subject, id));
    },
  };
  return ledger;
}
