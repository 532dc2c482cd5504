import { expect, test } from 'vitest';
import { AppError } from '../base/errors.ts';
import { logError } from './log-error.ts';

test('what a library hangs on an error is not logged, its code and its causes are', () => {
  const cut = Object.assign(new Error('terminating connection'), { code: '57P01', client: { password: 'hunter2', secretKey: 42 } });
  const error = new AppError('destination_unavailable', 'Try again later.', { internal: 'the hub was cut off', cause: cut });
  const logged = logError(error);
  expect(JSON.stringify(logged)).not.toMatch(/hunter2|secretKey/);
  expect(logged).toMatchObject({
    type: 'AppError',
    message: 'Try again later.',
    error_code: 'destination_unavailable',
    internal: 'the hub was cut off',
    cause: { message: 'terminating connection', error_code: '57P01' },
  });
});

test('a circle of causes ends', () => {
  const error = new Error('a');
  error.cause = error;
  expect(() => JSON.stringify(logError(error))).not.toThrow();
});
