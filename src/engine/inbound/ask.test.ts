import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ask } from './ask.ts';
import type { Slice } from './slice.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
});
afterEach(() => {
  vi.useRealTimers();
});

const second = 1000;

/** A slice as far as a question needs it; its provider's clock is ahead of ours by so much, and its answer is on its way for so long. */
function sliceWith({ aheadMs, dateAfterMs, answerAfterMs }: Record<'aheadMs' | 'dateAfterMs' | 'answerAfterMs', number>): Slice {
  const request = async () => {
    vi.advanceTimersByTime(dateAfterMs);
    const providerTime = new Date(Date.now() + aheadMs);
    vi.advanceTimersByTime(answerAfterMs);
    return { body: Buffer.from('{}'), headers: {}, providerTime };
  };
  return {
    ctx: { clock: { now: () => new Date() }, limits: { sliceSecondsMax: 2, requestRetriesMax: 0 } },
    connection: { number: 1, connectionId: 'conn_1', customerId: 'acme' },
    client: async () => ({ connectionId: 'conn_1', apiCalls: 0, request }),
    pending: { slices: 1, apiCalls: 0, bytes: 0, waitMs: 0 },
    failures: 0,
  } as unknown as Slice;
}

test('H53 an answer that is long on its way shows no clock that was set back', async () => {
  const slice = sliceWith({ aheadMs: 0, dateAfterMs: 0, answerAfterMs: 25 * second });
  await ask(slice, { method: 'GET', path: '/' }, () => null);
  expect(slice.connection.providerAheadMs).toBe(0);
});

test.each([
  ['a provider that answers late', { aheadMs: 0, dateAfterMs: 25 * second, answerAfterMs: 0 }],
  ['a provider whose clock is ahead, and slow', { aheadMs: 60 * second, dateAfterMs: 5 * second, answerAfterMs: 20 * second }],
])('H53 is no clock that was set back: %s', async (_what, answer) => {
  const slice = sliceWith(answer);
  await ask(slice, { method: 'GET', path: '/' }, () => null);
  expect(slice.connection.providerAheadMs).toBeGreaterThanOrEqual(answer.aheadMs);
  expect(slice.connection.providerAheadMs).toBeLessThanOrEqual(answer.aheadMs + answer.dateAfterMs + answer.answerAfterMs);
});

test('H53 a clock that was set back is known for it', async () => {
  const slice = sliceWith({ aheadMs: -1200 * second, dateAfterMs: second, answerAfterMs: second });
  await ask(slice, { method: 'GET', path: '/' }, () => null);
  expect(slice.connection.providerAheadMs).toBeLessThan(-1190 * second);
});
