import { expect, test } from 'vitest';
import { AppError } from '../../base/errors.ts';
import { asListingProblem } from './refusals.ts';

const pgError = (code: string) => Object.assign(new Error('as Postgres says it, with what the caller wrote'), { code });

test.each([
  ['57014', 'filter_too_expensive', 422],
  ['42703', 'input_invalid', 400],
  ['22P02', 'input_invalid', 400],
  ['22008', 'input_invalid', 400],
])('X17 what Postgres calls %s is the request’s: %s', (code, expected, status) => {
  const problem = asListingProblem(pgError(code)) as AppError;
  expect(problem).toMatchObject({ code: expected, status });
  expect(JSON.stringify([problem.message, problem.issues])).not.toContain('as Postgres says it');
});

test('everything else stays what it is', () => {
  const own = new AppError('cursor_expired', 'Expired.');
  for (const error of [pgError('57P01'), pgError('08006'), pgError('ECONNRESET'), pgError('42P01'), own, new Error('x'), undefined, null])
    expect(asListingProblem(error)).toBe(error);
});
