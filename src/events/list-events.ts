import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { type Page, pageInput, pageSizeDefault } from '../base/list.ts';
import type { Args } from '../db/index.ts';
import { type EventType, eventTypes } from './emit.ts';
import { eventHorizon } from './feed.ts';

const ListEvents = z.strictObject({
  ...pageInput,
  types: z.array(z.enum(eventTypes)).min(1).max(eventTypes.length).optional(),
});
export type ListEvents = z.input<typeof ListEvents>;

export interface StoredEvent {
  id: string;
  type: EventType;
  data: Record<string, string | number | boolean | null>;
  createdAt: Date;
}

/** The application's events, oldest first, none skipped. There is always a cursor: keep it and come back for what follows. */
export async function listEvents({ ctx, input }: Args<ListEvents>): Promise<Page<StoredEvent>> {
  const { applicationId } = requireScope(ctx.actor, 'events:read');
  const { cursor, pageSize = pageSizeDefault, types } = ListEvents.parse(input);
  const after = cursor === undefined ? 0n : decodeCursor(cursor);
  const horizon = await eventHorizon(ctx.db);
  const rows = await ctx.db.prisma.event.findMany({
    where: { applicationId, seq: { gt: after, lte: horizon }, ...(types === undefined ? {} : { type: { in: types } }) },
    orderBy: { seq: 'asc' },
    take: pageSize + 1,
  });
  const page = rows.slice(0, pageSize);
  return {
    data: page.map(({ id, type, data, createdAt }) => ({
      id,
      type: type as EventType,
      data: data as StoredEvent['data'],
      createdAt,
    })),
    hasMore: rows.length > pageSize,
    nextCursor: encodeCursor(page.at(-1)?.seq ?? after),
  };
}

const mark = 'e1:';
const seqMax = 2n ** 63n - 1n;

function encodeCursor(seq: bigint): string {
  return Buffer.from(mark + seq, 'utf8').toString('base64url');
}

function decodeCursor(cursor: string): bigint {
  const seq = /^e1:(0|[1-9]\d{0,18})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'))?.[1];
  if (seq === undefined || BigInt(seq) > seqMax || encodeCursor(BigInt(seq)) !== cursor)
    throw new AppError('cursor_invalid', 'This cursor was not given by this list. Start again without a cursor.');
  return BigInt(seq);
}
