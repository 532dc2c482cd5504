import { AppError } from '../base/errors.ts';

/** Where a reader of an application's log stands: the number of the last event that it has seen. */
export interface EventCursor {
  /** Cursors of before there were numbers hold a place in the order of arrival. */
  kind: 'number' | 'arrival';
  position: bigint;
}

const marks = { number: 'e2:', arrival: 'e1:' } as const;
const int8Max = 2n ** 63n - 1n;

export function encodeCursor({ kind, position }: EventCursor): string {
  return Buffer.from(marks[kind] + position, 'utf8').toString('base64url');
}

/** Refuses what this list did not give. */
export function decodeCursor(text: string): EventCursor {
  const [, mark, digits] = /^(e[12]:)(0|[1-9]\d{0,18})$/.exec(Buffer.from(text, 'base64url').toString('utf8')) ?? [];
  const cursor: EventCursor = { kind: mark === marks.arrival ? 'arrival' : 'number', position: BigInt(digits ?? 0) };
  if (digits === undefined || cursor.position > int8Max || encodeCursor(cursor) !== text)
    throw new AppError('cursor_invalid', 'This cursor was not given by this list. Start again without a cursor.');
  return cursor;
}
