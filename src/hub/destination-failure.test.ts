import { expect, test } from 'vitest';
import { AppError } from '../base/errors.ts';
import { asDestinationFailure, isLasting } from './destination-failure.ts';

const withCode = (code: string) => Object.assign(new Error('Acme Ltd already exists'), { code });

test.each([
  ['ECONNREFUSED', 'unreachable'],
  ['ENOTFOUND', 'unreachable'],
  ['08006', 'unreachable'],
  ['57P01', 'unreachable'],
  ['58030', 'unreachable'],
  ['28P01', 'login'],
  ['3D000', 'missing'],
  ['53100', 'full'],
  ['53300', 'full'],
  ['25006', 'read_only'],
  ['42501', 'rights'],
])('S20 %s is %s: every sync of the destination would meet it', (code, reason) => {
  const failure = asDestinationFailure(withCode(code))!;
  expect(failure).toMatchObject({ code: 'destination_unavailable', details: { reason } });
  expect(isLasting(failure)).toBe(true);
});

test.each(['57014', '25P03', '55P03'])('S20 %s is slow: that says nothing about the next statement', (code) => {
  const failure = asDestinationFailure(withCode(code))!;
  expect(failure).toMatchObject({ code: 'destination_unavailable', details: { reason: 'slow' } });
  expect(isLasting(failure)).toBe(false);
});

test.each(['Connection terminated unexpectedly', 'timeout exceeded when trying to connect'])(
  'S20 what pg says without a code (%s) is unreachable',
  (message) => {
    expect(asDestinationFailure(new Error(message))).toMatchObject({ details: { reason: 'unreachable' } });
  },
);

test('B30 what was added to the tables, or taken away, is told without the server’s words: they may quote a record', () => {
  for (const code of ['42883', '42P01', '23514', '22P02', 'P0001', '2F002', '3F000']) {
    const failure = asDestinationFailure(withCode(code))!;
    expect(failure.code).toBe('destination_refused');
    expect(failure.message).toContain(code);
    expect(failure.message).not.toContain('Acme');
    expect(isLasting(failure)).toBe(false);
  }
});

test('what is no failure of a database stays what it was', () => {
  for (const error of [new Error('x'), new TypeError('y'), withCode('XX000'), new AppError('conflict', 'z'), 'text', withCode('EACCES')])
    expect(asDestinationFailure(error)).toBeNull();
});
