import { expect, test } from 'vitest';
import { nextRunAt, retryRunAt } from './schedule.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000);

test('connections of one interval are spread over a tenth of it, each always by the same', () => {
  const due = (connectionId: string) =>
    nextRunAt({ schedule: null, startedAt: at(0), now: at(10), intervalSeconds: 1000, connectionId })!.getTime();
  const times = Array.from({ length: 50 }, (_, i) => due(`conn_${i}`));
  expect(Math.min(...times)).toBeGreaterThanOrEqual(at(900).getTime());
  expect(Math.max(...times)).toBeLessThanOrEqual(at(1000).getTime());
  expect(new Set(times).size).toBeGreaterThan(40);
  expect(due('conn_7')).toBe(due('conn_7'));
});

test('a run that took longer than its interval is followed at once, not in the past', () => {
  expect(nextRunAt({ schedule: null, startedAt: at(0), now: at(5000), intervalSeconds: 60, connectionId: 'c' })).toEqual(at(5000));
});

test('a cron expression is due at its next moment, whatever passed during the run', () => {
  const schedule = { kind: 'cron', expression: '30 * * * *', time_zone: 'UTC' } as const;
  const due = (now: Date) => nextRunAt({ schedule, startedAt: at(1800), now, intervalSeconds: 3600, connectionId: 'c' });
  expect(due(at(1810))).toEqual(at(1800 + 3600));
  expect(due(at(4 * 3600))).toEqual(at(1800 + 4 * 3600));
  expect(due(at(0))).toEqual(at(1800 + 3600));
});

test.each([{ kind: 'manual' } as const, { kind: 'after', object: 'contacts', on: 'completed' } as const])(
  '$kind is due when something happens',
  (schedule) => {
    expect(nextRunAt({ schedule, startedAt: at(0), now: at(1), intervalSeconds: 60, connectionId: 'c' })).toBe(null);
  },
);

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
