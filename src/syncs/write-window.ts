import { nextCronTime } from './cron.ts';

/** The hours in which a destination takes writes, by the clock of a zone: from 22:00 until 06:00 is one night. */
export interface WriteWindow {
  /** HH:MM */
  from: string;
  to: string;
  timeZone: string;
}

/** Seconds until writing may begin; 0: it may. A begin that a change of the clock skips is the first minute behind the gap. */
export function secondsToWindow({ from, to, timeZone }: WriteWindow, now: Date): number {
  const time = localTime(now, timeZone);
  const isInside = from <= to ? from <= time && time < to : time >= from || time < to;
  if (isInside) return 0;
  const [hour, minute] = from.split(':').map(Number);
  const begin = nextCronTime({ expression: `${minute} ${hour} * * *`, timeZone }, now);
  // Every zone has such a minute each day.
  return Math.max((begin!.getTime() - now.getTime()) / 1000, 1);
}

function localTime(now: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(now);
}
