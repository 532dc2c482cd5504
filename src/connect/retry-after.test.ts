import { expect, test } from 'vitest';
import { parseRetryAfter, secondsUntilReset } from './retry-after.ts';

const now = new Date('2026-11-20T10:00:00Z');

test.each([
  ['7', 7],
  ['0', 0],
  ['1.5', 2],
  ['Fri, 20 Nov 2026 10:00:30 GMT', 30],
  ['Fri, 20 Nov 2026 09:00:00 GMT', 0],
  ['99999999', 86_400],
  ['soon', undefined],
  [undefined, undefined],
])('Retry-After %s is %s seconds by the provider’s clock', (value, seconds) => {
  expect(parseRetryAfter(value, now)).toBe(seconds);
});

test.each([
  ['0', '5', 5],
  ['0', String(now.getTime() / 1000 + 9), 9],
  ['0', String(now.getTime() + 9000), 9],
  ['3', '5', undefined],
  ['0', 'later', undefined],
  [undefined, '5', undefined],
])('a budget with %s left and reset %s is empty for %s seconds', (remaining, reset, seconds) => {
  expect(secondsUntilReset(remaining, reset, now)).toBe(seconds);
});
