import type { Fault } from '../../sandbox/faults.ts';
import { faultStep } from './plan-fault.ts';
import { createRandom, type Random } from './random.ts';
import { type Subject, subjects } from './subjects.ts';

/** What happens at the provider, on the way, and to the workers. Picks choose records by number, whatever records there are then. */
export type Step =
  /** `hasOneTime`: all of them share one modified time; `ageMs`: how old it is when they become visible. */
  | { do: 'create'; count: number; hasOneTime: boolean; ageMs: number }
  | { do: 'update'; picks: number[]; hasOneTime: boolean }
  /** An edit that leaves the modified time where it was. */
  | { do: 'edit_silently'; picks: number[] }
  | { do: 'delete' | 'remove' | 'restore' | 'recreate'; picks: number[] }
  | { do: 'fault'; fault: Fault; at?: 'api' | 'token'; on?: 'first_page' | 'later_page'; skip: number; times: number }
  /** Records change right after a page was answered: rows slide between pages. */
  | { do: 'change_between_pages'; updates: number[]; deletes: number[]; creates: number; skip: number }
  | { do: 'expire_tokens' | 'end_grant' | 'pause_and_resume' | 'reset' | 'forget_feed' }
  | { do: 'switch_strategy'; pick: number }
  | { do: 'set_clock'; offsetMs: number }
  | { do: 'trigger'; full: boolean }
  | { do: 'wait_for_run' }
  | { do: 'rest'; ms: number }
  /** The worker that holds the sync's lease, `afterMs` after it took it: gone, or stopped for longer than its lease. */
  | { do: 'kill'; afterMs: number }
  | { do: 'freeze'; afterMs: number };

export interface Plan {
  seed: number;
  subject: Subject;
  size: number;
  settings: {
    pageRecordsMax: number;
    clockOffsetMs: number;
    visibilityLagMs: number;
    rotatesRefreshTokens: boolean;
    repeatsChanges: boolean;
  };
  /** Before the customer connects: the first read suffers it. */
  prelude: Step[];
  steps: Step[];
}

const roundsMin = 2;
const roundsMax = 4;
/** Share of the records that a plan deletes at most, far below the guard: what it holds back is no fault. */
const deletedShareMax = 0.06;
const minuteMs = 60_000;

/** The whole story of a seed. A pure function: what differs from one playing to the next is timing only. */
export function planOf(seed: number): Plan {
  const random = createRandom(seed);
  const subject = random.pick(subjects);
  const size = random.between(...subject.size);
  // A write that waits to become visible would wait for a clock that was set back as well: a plan has the one or the other.
  const movesClock = random.chance(0.25);
  const settings = {
    pageRecordsMax: random.between(20, 80),
    clockOffsetMs: random.chance(0.3) ? random.pick([-10, 10, 45]) * minuteMs : 0,
    visibilityLagMs: !movesClock && random.chance(0.35) ? random.between(200, 1500) : 0,
    rotatesRefreshTokens: random.chance(0.3),
    repeatsChanges: random.chance(0.4),
  };
  const budget = { deletes: Math.floor(size * deletedShareMax) };
  const prelude = Array.from({ length: random.between(0, 2) }, () => faultStep(random)).filter(({ at }) => at !== 'token');
  // Most stories begin behind the first read: what goes wrong then has something to destroy.
  const first: Step[] = random.chance(0.65) ? [{ do: 'wait_for_run' }] : [];
  const rounds = Array.from({ length: random.between(roundsMin, roundsMax) }, (_, i) => round(random, i, { subject, movesClock, budget }));
  const steps = [...first, ...rounds.flat()];
  return { seed, subject, size, settings, prelude, steps };
}

interface Circumstances {
  subject: Subject;
  movesClock: boolean;
  budget: { deletes: number };
}

/** Edits and faults, a run, and what happens while it is under way. */
function round(random: Random, index: number, { subject, movesClock, budget }: Circumstances): Step[] {
  const steps: Step[] = [];
  if (index > 0 || random.chance(0.5)) for (let i = random.between(0, 3); i > 0; i--) steps.push(edit(random, budget));
  if (movesClock && random.chance(0.4)) steps.push({ do: 'set_clock', offsetMs: random.pick([-60, -20, 0, 20, 60]) * minuteMs });
  for (let i = random.between(0, 3); i > 0; i--) steps.push(faultStep(random));
  if (random.chance(0.4)) steps.push(changeBetweenPages(random, budget));
  if (random.chance(0.06)) steps.push({ do: random.pick(['reset', 'pause_and_resume', 'end_grant']) });
  if (random.chance(0.15)) steps.push({ do: 'expire_tokens' });
  if (random.chance(0.2) && subject.hasFeed) steps.push({ do: 'forget_feed' });
  if (random.chance(0.5) && subject.switchesTo.length > 0) steps.push({ do: 'switch_strategy', pick: random.below(1000) });
  steps.push({ do: 'trigger', full: random.chance(0.25) });
  if (random.chance(0.5)) steps.push({ do: 'kill', afterMs: random.between(0, 250) });
  else if (random.chance(0.06)) steps.push({ do: 'freeze', afterMs: random.between(0, 200) });
  for (let i = random.between(0, 2); i > 0; i--) steps.push(random.chance(0.3) ? rest(random) : edit(random, budget));
  if (random.chance(0.65)) steps.push({ do: 'wait_for_run' });
  return steps;
}

function edit(random: Random, budget: { deletes: number }): Step {
  const kind = random.weighted([
    ['create', 3],
    ['update', 5],
    ['edit_silently', 1],
    ['delete', 3],
    ['remove', 2],
    ['restore', 2],
    ['recreate', 1],
  ] as const);
  switch (kind) {
    case 'create':
      return { do: kind, count: random.between(1, 12), hasOneTime: random.chance(0.5), ageMs: random.pick([0, 0, 400, 800]) };
    case 'update':
      return { do: kind, picks: random.picks(1, 20), hasOneTime: random.chance(0.5) };
    case 'delete':
    case 'remove':
      return { do: kind, picks: spend(random.picks(1, 4), budget) };
    default:
      return { do: kind, picks: random.picks(1, 4) };
  }
}

function changeBetweenPages(random: Random, budget: { deletes: number }): Step {
  const deletes = spend(random.picks(0, 2), budget);
  return { do: 'change_between_pages', updates: random.picks(1, 5), deletes, creates: random.below(3), skip: random.below(4) };
}

function rest(random: Random): Step {
  return { do: 'rest', ms: random.between(20, 400) };
}

function spend(picks: number[], budget: { deletes: number }): number[] {
  const affordable = picks.slice(0, budget.deletes);
  budget.deletes -= affordable.length;
  return affordable;
}
