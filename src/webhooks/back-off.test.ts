import { expect, test } from 'vitest';
import { endpointWaitSeconds, retryWaitSeconds } from './back-off.ts';

const bounds = { attemptsMax: 10, waitSecondsMax: 43_200, retryAfterSeconds: undefined, random: 1 };
const waits = (rest: Partial<Parameters<typeof retryWaitSeconds>[0]>) =>
  Array.from({ length: 10 }, (_, n) => retryWaitSeconds({ ...bounds, attempts: n + 1, ...rest }));

test('waits grow to half a day, and the tenth attempt is the last', () => {
  expect(waits({})).toEqual([5, 20, 80, 320, 1280, 5120, 20_480, 43_200, 43_200, null]);
});

test('are spread by a quarter', () => {
  expect(waits({ random: 0 }).slice(0, 3)).toEqual([3.75, 15, 60]);
});

test('what the receiver asks for is obeyed where it is longer, within the bound', () => {
  expect(waits({ retryAfterSeconds: 100 }).slice(0, 4)).toEqual([100, 100, 100, 320]);
  expect(waits({ retryAfterSeconds: 1e9 })[0]).toBe(43_200);
});

test('an endpoint is left alone after two failed rounds, for five minutes at most', () => {
  const of = (failures: number) => endpointWaitSeconds({ failures, random: 1 });
  expect([0, 1, 2, 3, 4, 7, 8, 9, 1000].map(of)).toEqual([0, 0, 5, 10, 20, 160, 300, 300, 300]);
});
