import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.ts';

const cursor = { hubId: 'h', incarnation: 'i', filters: 'f', seq: 9_007_199_254_740_993n, base: 12n };

test('a cursor comes back as it went', () => {
  expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
});

test('whatever a caller sends, it is a cursor of ours or refused as one that is not', () => {
  const given = encodeCursor(cursor);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.nat(given.length - 1).map((at) => `${given.slice(0, at)}A${given.slice(at + 1)}`),
      ),
      (text) => {
        if (text === given) return;
        expect(() => decodeCursor(text)).toThrow(expect.objectContaining({ code: 'cursor_invalid' }));
      },
    ),
  );
});
