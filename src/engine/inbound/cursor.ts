import type { JsonObject } from '../../kit/index.ts';

/** Where a read stands: part, position in it, and what it needs to notice that it goes in circles. */
export interface Cursor {
  part: number;
  position: JsonObject | null;
  /** Pages of the whole read. */
  pages: number;
  /** A position of this part that must not come back. */
  beacon: JsonObject | null;
}

export const startCursor: Cursor = { part: 0, position: null, pages: 0, beacon: null };

/** More pages than any honest listing has: 50 million records at 10 to a page. */
const readPagesMax = 5_000_000;

/** The provider's pages do not come to an end. */
export class EndlessPages extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EndlessPages';
  }
}

/**
 * The place after a page. A position that comes back would be read for ever: the beacon moves to the current position at every
 * power of two (Brent), so that a circle of any length is found within three times its length.
 */
export function advance(cursor: Cursor, next: JsonObject | null): Cursor {
  const pages = cursor.pages + 1;
  if (pages > readPagesMax) throw new EndlessPages(`The listing did not end within ${readPagesMax} pages.`);
  if (next === null) return { part: cursor.part + 1, position: null, pages, beacon: null };
  if (isSame(next, cursor.position) || isSame(next, cursor.beacon))
    throw new EndlessPages('The provider answered with a page position that it had given before: the listing would never end.');
  const isPowerOfTwo = (pages & (pages - 1)) === 0;
  return { part: cursor.part, position: next, pages, beacon: isPowerOfTwo ? next : cursor.beacon };
}

function isSame(a: JsonObject, b: JsonObject | null): boolean {
  return b !== null && JSON.stringify(a) === JSON.stringify(b);
}
