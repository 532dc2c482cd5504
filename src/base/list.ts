import { z } from 'zod';
import { AppError } from './errors.ts';
import { text } from './text.ts';

/** A page of any list: `next_cursor` is null only where nothing can follow. Cursors go forward only. */
export interface Page<T> {
  data: T[];
  nextCursor: string | null;
  hasMore: boolean;
}

export const pageSizeDefault = 100;
export const pageSizeMax = 1000;
const cursorCharsMax = 2000;

/** The members that every list's input has: `z.strictObject({ ...pageInput, … })`. */
export const pageInput = {
  cursor: text(cursorCharsMax).optional(),
  pageSize: z.int().min(1).max(pageSizeMax).optional(),
};

/**
 * Pages by id: `find` gets the last id of the page before (or null) and how many to take, in its own order.
 * The cursor is opaque to callers; one that we did not write is `cursor_invalid`.
 */
export async function pageById<T>(
  input: { cursor?: string | undefined; pageSize?: number | undefined },
  find: (page: { after: string | null; take: number }) => Promise<T[]>,
  idOf: (row: T) => string,
): Promise<Page<T>> {
  const size = input.pageSize ?? pageSizeDefault;
  const rows = await find({ after: input.cursor === undefined ? null : decode(input.cursor), take: size + 1 });
  const data = rows.slice(0, size);
  const hasMore = rows.length > size;
  return { data, hasMore, nextCursor: hasMore ? encode(idOf(data[data.length - 1]!)) : null };
}

const mark = 'l1:';

function encode(id: string): string {
  return Buffer.from(mark + id, 'utf8').toString('base64url');
}

function decode(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!text.startsWith(mark) || Buffer.from(text, 'utf8').toString('base64url') !== cursor || text.includes('\u0000'))
    throw new AppError('cursor_invalid', 'This cursor was not given by this list. Start again without a cursor.');
  return text.slice(mark.length);
}
