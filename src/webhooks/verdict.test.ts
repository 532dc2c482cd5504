import { expect, test } from 'vitest';
import { verdictOf } from './verdict.ts';

test.each([
  ['succeeded', [200, 201, 202, 204, 299]],
  ['retry', [null, 408, 409, 425, 429, 500, 502, 503, 504, 599]],
  ['dead', [301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 413, 422]],
  ['gone', [410]],
] as const)('%s', (verdict, statuses) => {
  for (const status of statuses) expect(verdictOf(status), String(status)).toBe(verdict);
});
