import { z } from 'zod';
import { text } from '../base/text.ts';
import { cronProblem } from './cron.ts';
import { inputError } from './input.ts';

/** Shorter intervals buy nothing that a trigger would not, and cost every provider's budget. */
export const intervalSecondsMin = 10;
export const intervalSecondsMax = 30 * 24 * 3600;
export const cronCharsMax = 100;
export const timeZoneCharsMax = 64;

/** Which ends of the other sync's runs count. `completed`: failed ones too. */
export const followedEnds = ['completed', 'succeeded'] as const;

/** When an object's runs are due, as a vendor says it. */
export const scheduleInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('interval'), seconds: z.int().min(intervalSecondsMin).max(intervalSecondsMax) }),
  z.strictObject({ kind: z.literal('cron'), expression: text(cronCharsMax), timeZone: text(timeZoneCharsMax) }),
  z.strictObject({ kind: z.literal('after'), object: text(200), on: z.enum(followedEnds) }),
  z.strictObject({ kind: z.literal('manual') }),
]);
export type ScheduleInput = z.infer<typeof scheduleInput>;

/** As it is stored with the object and the sync, where it is not every interval. */
export type StoredSchedule =
  | { kind: 'cron'; expression: string; time_zone: string }
  | { kind: 'after'; object: string; on: (typeof followedEnds)[number] }
  | { kind: 'manual' };

/** What was said of one object, or by default: an interval is the short form of a schedule, so both at once say two things. */
export interface ScheduleWish {
  schedule?: ScheduleInput | undefined;
  intervalSeconds?: number | undefined;
}

export interface DecidedSchedule {
  schedule: StoredSchedule | null;
  interval_seconds: number;
}

const intervalSecondsDefault = 3600;

/** What is said of the object itself counts; then the default. */
export function decideSchedule(own: ScheduleWish, byDefault: ScheduleWish, place: string): DecidedSchedule {
  const wish = isSaid(own) ? own : byDefault;
  const at = isSaid(own) ? `${place}.` : '';
  if (wish.schedule !== undefined && wish.intervalSeconds !== undefined)
    throw inputError(`${at}interval_seconds`, 'interval_seconds is the short form of a schedule of kind interval: give one of the two.');
  const { schedule } = wish;
  const interval_seconds = schedule?.kind === 'interval' ? schedule.seconds : (wish.intervalSeconds ?? intervalSecondsDefault);
  if (schedule === undefined || schedule.kind === 'interval') return { schedule: null, interval_seconds };
  if (schedule.kind !== 'cron') return { schedule, interval_seconds };
  const problem = cronProblem(schedule, new Date(0));
  if (problem) throw inputError(`${at}schedule.${problem.field}`, `The ${problem.field} ${problem.message}.`);
  return { schedule: { kind: 'cron', expression: schedule.expression, time_zone: schedule.timeZone }, interval_seconds };
}

function isSaid({ schedule, intervalSeconds }: ScheduleWish): boolean {
  return schedule !== undefined || intervalSeconds !== undefined;
}

/** An object follows another one of the same order, and no circle comes of it: nobody would ever begin. */
export function refuseLostFollowers(objects: { object: string; schedule: StoredSchedule | null }[]): void {
  const leaderOf = new Map(objects.map(({ object, schedule }) => [object, schedule?.kind === 'after' ? schedule.object : null]));
  for (const [index, { object, schedule }] of objects.entries()) {
    if (schedule?.kind !== 'after') continue;
    const place = `objects.${index}.schedule.object`;
    if (!leaderOf.has(schedule.object))
      throw inputError(place, `${object} follows ${schedule.object}, which this sync config does not read. Add it.`);
    let at: string | null = schedule.object;
    for (let step = 0; at !== null && step < objects.length; step++) at = leaderOf.get(at) ?? null;
    if (at !== null)
      throw inputError(place, `${object} follows ${schedule.object} in a circle, so neither would ever run. Give one of them a time.`);
  }
}

/** How a schedule is told: an interval like every other kind. */
export type Schedule =
  | { kind: 'interval'; seconds: number }
  | { kind: 'cron'; expression: string; timeZone: string }
  | { kind: 'after'; object: string; on: (typeof followedEnds)[number] }
  | { kind: 'manual' };

export function toSchedule(stored: StoredSchedule | null, intervalSeconds: number): Schedule {
  if (stored === null) return { kind: 'interval', seconds: intervalSeconds };
  if (stored.kind !== 'cron') return stored;
  return { kind: 'cron', expression: stored.expression, timeZone: stored.time_zone };
}
