import { describe, expect, test } from 'vitest';
import { compareWatermarks, isWatermark, watermarkToDate } from './watermark.ts';

describe('compareWatermarks', () => {
  test.each([
    ['datetime', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.001Z'],
    ['datetime', '2026-01-01T00:00:00.123456Z', '2026-01-01T00:00:00.123457Z'],
    ['datetime', '2026-01-01T00:00:00.123Z', '2026-01-01T00:00:00.1230001Z'],
    ['datetime', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00.5Z'],
    ['datetime', '2026-01-01T10:00:00+02:00', '2026-01-01T09:00:00Z'],
    ['datetime', '2021-12-02T18:24:38.000+0000', '2021-12-02T18:24:38.001+0000'],
    ['datetime', '999', '1000'],
    ['datetime', '1700000000000', '2026-01-01T00:00:00Z'],
    ['integer', '9', '10'],
    ['integer', '9007199254740992', '9007199254740993'],
    ['integer', '-1', '0'],
  ] as const)('%s: %s is below %s', (type, low, high) => {
    expect([compareWatermarks(type, low, high), compareWatermarks(type, high, low)]).toEqual([-1, 1]);
  });

  test.each([
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z'],
    ['2026-01-01T02:00:00+02:00', '2026-01-01T00:00:00Z'],
    ['2026-01-01T00:00:00.1230000Z', '2026-01-01T00:00:00.123Z'],
    ['1767225600000', '2026-01-01T00:00:00Z'],
  ])('%s and %s are the same moment', (a, b) => {
    expect(compareWatermarks('datetime', a, b)).toBe(0);
  });

  test('an opaque value is never compared: the one that came later is above', () => {
    expect([compareWatermarks('opaque', 'zzz', 'aaa'), compareWatermarks('opaque', 'aaa', 'aaa')]).toEqual([-1, 0]);
  });
});

test.each([
  ['datetime', 'yesterday', false],
  ['datetime', '2026-01-01', false],
  ['datetime', '2026-01-01T00:00:00', false],
  ['datetime', '2026-13-01T00:00:00Z', false],
  ['datetime', '99999999999999999', false],
  ['integer', '1.5', false],
  ['integer', '', false],
  ['opaque', '', false],
  ['opaque', 'x', true],
] as const)('%s %j can be a watermark: %s', (type, value, expected) => {
  expect(isWatermark(type, value)).toBe(expected);
});

test('a moment finer than a millisecond is cut, never rounded up', () => {
  expect(watermarkToDate('2026-01-01T00:00:00.0009999Z')).toEqual(new Date('2026-01-01T00:00:00.000Z'));
});
