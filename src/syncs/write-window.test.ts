import { expect, test } from 'vitest';
import { secondsToWindow } from './write-window.ts';

const berlin = { timeZone: 'Europe/Berlin' };
const at = (time: string) => new Date(time);

test('S21 inside of its hours a destination takes writes, outside it waits for their begin', () => {
  const day = { from: '09:00', to: '17:30', ...berlin };
  expect(secondsToWindow(day, at('2026-03-10T08:00:00Z'))).toBe(0); // 09:00 in Berlin
  expect(secondsToWindow(day, at('2026-03-10T16:29:59Z'))).toBe(0);
  expect(secondsToWindow(day, at('2026-03-10T07:59:00Z'))).toBe(60);
  expect(secondsToWindow(day, at('2026-03-10T16:30:00Z'))).toBe(15.5 * 3600);
});

test('S21 hours that go past midnight are one night', () => {
  const night = { from: '22:00', to: '06:00', ...berlin };
  expect(secondsToWindow(night, at('2026-03-10T21:00:00Z'))).toBe(0);
  expect(secondsToWindow(night, at('2026-03-10T04:59:59Z'))).toBe(0);
  expect(secondsToWindow(night, at('2026-03-10T05:00:00Z'))).toBe(16 * 3600);
});

test('S21 a begin that the change of the clock skips is the first minute behind it', () => {
  // 29 March 2026: Berlin goes from 02:00 to 03:00.
  const gap = { from: '02:30', to: '05:00', ...berlin };
  expect(secondsToWindow(gap, at('2026-03-29T00:30:00Z'))).toBe(1800);
  expect(secondsToWindow(gap, at('2026-03-29T01:00:00Z'))).toBe(0);
});

test('S21 a window over the whole day is always open', () => {
  expect(secondsToWindow({ from: '00:00', to: '24:00', timeZone: 'UTC' }, at('2026-03-10T23:59:59Z'))).toBe(0);
});
