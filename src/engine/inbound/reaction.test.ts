import { expect, test } from 'vitest';
import { rateLimitedMax, reactTo } from './reaction.ts';

const retriesMax = 8;

const refused = (meaning: Parameters<typeof reactTo>[0]['meaning'], failures = 1, retryAfterSeconds?: number) =>
  reactTo({ meaning, failures, retryAfterSeconds, retriesMax });

test('P33 failures that pass are asked again with growing waits, and not for ever', () => {
  const waits = Array.from({ length: retriesMax }, (_, i) => refused('unavailable', i + 1));
  expect(waits.map((w) => ('waitSeconds' in w ? w.waitSeconds : w.do))).toEqual([0.25, 0.5, 1, 2, 4, 8, 16, 30]);
  expect(waits.map((w) => w.do)).toEqual(['retry', 'retry', 'retry', 'retry', 'postpone', 'postpone', 'postpone', 'postpone']);
  expect(refused('unavailable', retriesMax + 1)).toMatchObject({ do: 'fail', errorCode: 'provider_unavailable', dropsRead: false });
});

test('B21 Retry-After is obeyed exactly; a long one holds no worker', () => {
  expect(refused('rate_limited', 1, 1)).toEqual({ do: 'retry', waitSeconds: 1 });
  expect(refused('rate_limited', 1, 3)).toEqual({ do: 'postpone', waitSeconds: 3 });
  expect(refused('rate_limited', 7, 120)).toEqual({ do: 'postpone', waitSeconds: 120 });
  expect(refused('unavailable', 1, 60)).toEqual({ do: 'postpone', waitSeconds: 60 });
});

test('a rate limit without Retry-After waits longer each time, and ends the run at last', () => {
  expect(refused('rate_limited', 1)).toEqual({ do: 'retry', waitSeconds: 0.25 });
  expect(refused('rate_limited', 12)).toEqual({ do: 'postpone', waitSeconds: 300 });
  expect(refused('rate_limited', rateLimitedMax + 1)).toMatchObject({ do: 'fail', errorCode: 'provider_rate_limited' });
});

test.each([
  ['unauthorized', { errorCode: 'auth_failed', pausesForAuth: true, dropsRead: false }],
  ['forbidden', { errorCode: 'provider_forbidden', pausesForAuth: false, dropsRead: false }],
  ['config', { errorCode: 'config_invalid', pausesForAuth: false, dropsRead: false }],
  ['not_found', { errorCode: 'provider_not_found', pausesForAuth: false, dropsRead: true }],
  ['invalid', { errorCode: 'provider_rejected', pausesForAuth: false, dropsRead: true }],
] as const)('%s ends the run with a reason', (meaning, expected) => {
  expect(refused(meaning)).toEqual({ do: 'fail', ...expected });
});

test('H56 an expired page token restarts', () => {
  expect(refused('page_expired')).toEqual({ do: 'restart' });
});
