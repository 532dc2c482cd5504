import { Cron } from 'croner';

/**
 * The next moment of a cron expression in a named zone, later than `after`; null: there is none. A fixed time that a change of the
 * clock skips is kept at the first valid minute behind the gap, and one that the clock passes twice at its first passing; what
 * recurs within the hour (*, *\/n) follows the hours as they really pass.
 */
export function nextCronTime({ expression, timeZone }: CronSchedule, after: Date): Date | null {
  return cronOf({ expression, timeZone }).nextRun(after);
}

export interface CronSchedule {
  expression: string;
  timeZone: string;
}

/** What is wrong with it, in a sentence; null: nothing. */
export function cronProblem(schedule: CronSchedule, now: Date): { field: 'expression' | 'time_zone'; message: string } | null {
  if (!isTimeZone(schedule.timeZone))
    return { field: 'time_zone', message: 'is no name of a time zone: write one of the IANA database, such as Europe/Berlin' };
  if (!fiveFields.test(schedule.expression))
    return { field: 'expression', message: 'needs five fields: minute, hour, day of month, month, day of week' };
  try {
    if (nextCronTime(schedule, now) === null) return { field: 'expression', message: 'names a moment that never comes' };
    return null;
  } catch {
    return {
      field: 'expression',
      message: 'is no cron expression: each field takes numbers, *, lists (1,2), ranges (1-5) and steps (*/15)',
    };
  }
}

/** What every cron knows; croner's further signs (?, L, W, #, +) would not be understood elsewhere. */
const fiveFields = /^(?:\d|[A-Za-z]{3}|[*,/-])+(?: (?:\d|[A-Za-z]{3}|[*,/-])+){4}$/;

function cronOf({ expression, timeZone }: CronSchedule): Cron {
  return new Cron(expression, { timezone: timeZone, mode: '5-part', fixedTimeRule: 'no-wildcard', paused: true });
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '' && !/^[+-]/.test(name);
  } catch {
    return false;
  }
}
