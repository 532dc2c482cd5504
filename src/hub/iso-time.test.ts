import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isoTime } from './iso-time.ts';

test('every time of the calendar reads as Date writes it', () => {
  const bounds = { min: new Date('1900-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true };
  fc.assert(
    fc.property(fc.date(bounds), (date) => {
      expect(isoTime((date.getTime() - Date.UTC(2000, 0, 1)) * 1000)).toBe(date.toISOString());
    }),
    { numRuns: 2000 },
  );
});
