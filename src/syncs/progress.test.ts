import { expect, test } from 'vitest';
import { progressOf } from './progress.ts';

test.each([
  ['queued', 0, null, 0],
  ['running', 0, 200, 0],
  ['running', 50, 200, 0.25],
  ['running', 230, 200, 0.99],
  ['running', 0, 0, 0],
  ['running', 50, null, null],
  ['failed', 50, 200, 0.25],
  ['succeeded', 180, 200, 1],
  ['held', 180, null, 1],
] as const)('a run that is %s with %i of %j records has a share of %j', (status, fetched, totalEstimate, share) => {
  expect(progressOf({ status, fetched, totalEstimate })).toEqual({ fetched, totalEstimate, share });
});
