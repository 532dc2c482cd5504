import { expect, test } from 'vitest';
import { isClockBehind, markAfterFull, markAfterIncremental, type ReadMarks, sinceOf } from './watermark-rules.ts';

const at = (time: string) => `2026-01-01T${time}Z`;
const clock = (time: string) => new Date(at(time));
const marks = (change: Partial<ReadMarks>): ReadMarks => ({
  type: 'datetime',
  before: null,
  highest: null,
  firstPageHighest: null,
  providerTime: null,
  ...change,
});

test.each<[string, string | null, Partial<ReadMarks>]>([
  ['the highest seen', at('10:00:00.000'), { highest: at('10:00:00.000'), providerTime: clock('12:00:00') }],
  ['B13 not beyond the clock when the read began', at('12:00:00.000'), { highest: at('12:00:07.500'), providerTime: clock('12:00:00') }],
  [
    'B14 a record dated in the future does not push it',
    at('12:00:00.000'),
    { highest: '2099-01-01T00:00:00Z', providerTime: clock('12:00:00') },
  ],
  ['finer than a millisecond: cut downwards', at('10:00:00.123'), { highest: at('10:00:00.123987'), providerTime: clock('12:00:00') }],
  [
    'epoch milliseconds become the same moment',
    at('00:00:01.000'),
    { highest: `${Date.UTC(2026, 0, 1) + 1000}`, providerTime: clock('12:00:00') },
  ],
  [
    'without a clock: the highest of the first page',
    at('09:00:00.000'),
    { highest: at('12:00:07.500'), firstPageHighest: at('09:00:00.000') },
  ],
  ['nothing met: the mark stays', at('08:00:00.000'), { before: at('08:00:00.000'), providerTime: clock('12:00:00') }],
  ['nothing met, no mark: none', null, { providerTime: clock('12:00:00') }],
  ['an integer mark is not moved by a listing', '7', { type: 'integer', before: '7', highest: '12', providerTime: clock('12:00:00') }],
  ['an opaque mark is not given by a listing', null, { type: 'opaque', highest: 'b', providerTime: clock('12:00:00') }],
])('after a full read: %s', (_title, expected, change) => {
  expect(markAfterFull(marks(change))).toBe(expected);
});

test.each<[string, string | null, Partial<ReadMarks>]>([
  [
    'D21 the highest seen',
    at('10:00:00.000'),
    { before: at('09:00:00.000'), highest: at('10:00:00.000'), providerTime: clock('12:00:00') },
  ],
  [
    'H53 never beyond the provider’s clock',
    at('12:00:00.000'),
    { before: at('09:00:00.000'), highest: at('12:30:00.000'), providerTime: clock('12:00:00') },
  ],
  [
    'never back: the look-back met older ones only',
    at('09:00:00.000'),
    { before: at('09:00:00.000'), highest: at('08:00:00.000'), providerTime: clock('12:00:00') },
  ],
  ['nothing met: it stays', at('09:00:00.000'), { before: at('09:00:00.000'), providerTime: clock('12:00:00') }],
  ['D26 integers compare as numbers', '10', { type: 'integer', before: '9', highest: '10' }],
  ['D26 integers beyond 2^53', '9007199254740993', { type: 'integer', before: '9007199254740992', highest: '9007199254740993' }],
  ['D26 an opaque mark is the newest in feed order', 'aa', { type: 'opaque', before: 'zz', highest: 'aa' }],
])('after an incremental read: %s', (_title, expected, change) => {
  expect(markAfterIncremental(marks(change))).toBe(expected);
});

test('T10 H52 the next read begins at the mark minus the look-back, in the provider’s time', () => {
  expect(sinceOf('datetime', at('10:00:00.000'), 300)).toBe(at('09:55:00.000'));
  expect(sinceOf('datetime', at('10:00:00.000'), 0)).toBe(at('10:00:00.000'));
  expect(sinceOf('integer', '42', 300)).toBe('42');
  expect(sinceOf('opaque', 'token', 300)).toBe('token');
  expect(sinceOf('datetime', null, 300)).toBeNull();
});

test('H53 a mark ahead of the provider’s clock is noticed, a few seconds between front ends are not', () => {
  expect(isClockBehind('datetime', at('12:10:00.000'), clock('12:00:00'))).toBe(true);
  expect(isClockBehind('datetime', at('12:00:04.000'), clock('12:00:00'))).toBe(false);
  expect(isClockBehind('datetime', at('11:00:00.000'), clock('12:00:00'))).toBe(false);
  expect(isClockBehind('datetime', at('12:10:00.000'), null)).toBe(false);
  expect(isClockBehind('integer', '99', clock('12:00:00'))).toBe(false);
});
