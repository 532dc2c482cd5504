import { expect, test } from 'vitest';
import { advance, type Cursor, EndlessPages, startCursor } from './cursor.ts';

function walk(next: (i: number) => number, pagesMax: number): number {
  let cursor: Cursor = startCursor;
  for (let i = 0, page = 0; page < pagesMax; page++) {
    i = next(i);
    cursor = advance(cursor, { i });
  }
  return cursor.pages;
}

test('a listing that goes on is followed', () => {
  expect(walk((i) => i + 1, 10_000)).toBe(10_000);
});

test.each([1, 2, 3, 7, 100])('a circle of %i pages is noticed', (length) => {
  expect(() => walk((i) => (i + 1) % length, length * 4 + 10)).toThrow(EndlessPages);
});

test('a circle behind a long way is noticed', () => {
  expect(() => walk((i) => (i === 1003 ? 1000 : i + 1), 3000)).toThrow(EndlessPages);
});

test('each part has positions of its own', () => {
  const first = advance(advance(startCursor, { after: 'x' }), null);
  expect(first).toEqual({ part: 1, position: null, pages: 2, beacon: null });
  expect(advance(first, { after: 'x' }).position).toEqual({ after: 'x' });
});
