import { expect, test } from 'vitest';
import { cronProblem, nextCronTime } from './cron.ts';

/** The next moments, as instants. */
function moments(expression: string, timeZone: string, after: string, count: number): string[] {
  const found: string[] = [];
  for (let at: Date | null = new Date(after); found.length < count; ) {
    at = nextCronTime({ expression, timeZone }, at!);
    found.push(at!.toISOString().slice(0, 16));
  }
  return found;
}

test.each([
  // Spring: the clock skips the time, which is kept at the first valid minute behind the gap.
  ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', ['2026-03-29T01:00', '2026-03-30T00:30']],
  ['30 2 * * *', 'America/New_York', '2026-03-07T12:00Z', ['2026-03-08T07:00', '2026-03-09T06:30']],
  ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00Z', ['2026-10-03T15:30', '2026-10-04T15:15']],
  ['0 0 * * *', 'America/Santiago', '2026-09-05T12:00Z', ['2026-09-06T04:00', '2026-09-07T03:00']],
  ['0 0 * * *', 'Africa/Cairo', '2026-04-23T12:00Z', ['2026-04-23T22:00', '2026-04-24T21:00']],
  // Two times in the gap: once, not twice and not never.
  ['15,45 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', ['2026-03-29T01:00', '2026-03-30T00:15']],
  // Autumn: the clock passes the time twice, the first passing counts.
  ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', ['2026-10-25T00:30', '2026-10-26T01:30']],
  ['30 1 * * *', 'America/New_York', '2026-10-31T12:00Z', ['2026-11-01T05:30', '2026-11-02T06:30']],
  ['45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T00:00Z', ['2026-04-04T14:45', '2026-04-05T15:15']],
  ['30 23 * * *', 'America/Santiago', '2026-04-04T12:00Z', ['2026-04-05T02:30', '2026-04-06T03:30']],
  // What recurs follows the hours as they pass: none is skipped, none is doubled.
  ['*/30 * * * *', 'Europe/Berlin', '2026-10-25T00:00Z', ['2026-10-25T00:30', '2026-10-25T01:00', '2026-10-25T01:30', '2026-10-25T02:00']],
  ['0 * * * *', 'Europe/Berlin', '2026-03-29T00:00Z', ['2026-03-29T01:00', '2026-03-29T02:00']],
  ['0 9 * * MON-FRI', 'UTC', '2026-11-20T09:00Z', ['2026-11-23T09:00', '2026-11-24T09:00']],
])('H59 %s in %s after %s', (expression, timeZone, after, expected) => {
  expect(moments(expression, timeZone, after, expected.length)).toEqual(expected);
});

test.each([
  ['* * * * * *', 'UTC', 'expression'],
  ['61 * * * *', 'UTC', 'expression'],
  ['0 0 30 2 *', 'UTC', 'expression'],
  ['@daily', 'UTC', 'expression'],
  ['0 0 L * *', 'UTC', 'expression'],
  ['0 0 X * *', 'UTC', 'expression'],
  ['0 0 * * *', 'Mars/Olympus', 'time_zone'],
  ['0 0 * * *', '+02:00', 'time_zone'],
  ['0 0 * * *', '', 'time_zone'],
])('%s in %s is refused at its %s', (expression, timeZone, field) => {
  expect(cronProblem({ expression, timeZone }, new Date('2026-01-01'))).toMatchObject({ field });
});

test('a good one has no problem', () => {
  expect(cronProblem({ expression: '30 2 * * *', timeZone: 'Europe/Berlin' }, new Date('2026-01-01'))).toBe(null);
});
