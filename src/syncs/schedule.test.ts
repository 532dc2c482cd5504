import { expect, test } from 'vitest';
import { nextRunAt, retryRunAt } from './schedule.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000);

test('connections of one interval are spread over a tenth of it, each always by the same', () => {
  const due = (connectionId: string) => nextRunAt({ startedAt: at(0), now: at(10), intervalSeconds: 1000, connectionId }).getTime();
  const times = Array.from({ length: 50 }, (_, i) => due(`conn_${i}`));
  expect(Math.min(...times)).toBeGreaterThanOrEqual(at(900).getTime());
  expect(Math.max(...times)).toBeLessThanOrEqual(at(1000).getTime());
  expect(new Set(times).size).toBeGreaterThan(40);
  expect(due('conn_7')).toBe(due('conn_7'));
});

test('a run that took longer than its interval is followed at once, not in the past', () => {
  expect(nextRunAt({ startedAt: at(0), now: at(5000), intervalSeconds: 60, connectionId: 'c' })).toEqual(at(5000));
});

test.each([
  [1, 30],
  [2, 60],
  [3, 120],
  [7, 1920],
  [8, 3600],
  [500, 3600],
])('failure %i in a row waits %i seconds: growing, and bounded', (consecutiveFailures, seconds) => {
  expect(retryRunAt({ now: at(0), consecutiveFailures, intervalSeconds: 60 })).toEqual(at(seconds));
});

test('the bound of the back-off is the interval where that is longer', () => {
  expect(retryRunAt({ now: at(0), consecutiveFailures: 50, intervalSeconds: 86_400 })).toEqual(at(86_400));
});
