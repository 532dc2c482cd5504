import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { type Page, pageInput, pageSizeDefault } from '../base/list.ts';
import type { Args, Db } from '../db/index.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { type EventType, eventTypes } from './emit.ts';
import { stampEvents } from './stamp.ts';

const ListEvents = z.strictObject({
  ...pageInput,
  types: z.array(z.enum(eventTypes)).min(1).max(eventTypes.length).optional(),
});
export type ListEvents = z.input<typeof ListEvents>;

export interface StoredEvent {
  id: string;
  /** Its place in the application's log: 1, 2, 3, … */
  number: number;
  type: EventType;
  data: Record<string, string | number | boolean | null>;
  createdAt: Date;
}

/**
 * The application's events in the order of their numbers, none skipped. There is always a cursor: keep it and come back for what
 * follows. What has been committed is numbered first, so that callers see their own doing, also where no worker runs.
 */
export async function listEvents({ ctx, input }: Args<ListEvents>): Promise<Page<StoredEvent>> {
  const { applicationId } = requireScope(ctx.actor, 'events:read');
  const { cursor, pageSize = pageSizeDefault, types } = ListEvents.parse(input);
  await stampEvents(ctx.db, { waits: true });
  const after = cursor === undefined ? null : await positionOf(ctx.db, applicationId, cursor);
  const { events, log } = await readPage(ctx.db, { applicationId, after: after ?? 0n, take: pageSize + 1, types });
  if (after !== null && after > log.last) throw expired('It is ahead of the log, which was restored from a backup');
  if (after !== null && after < log.dropped) throw expired('Events that it had not yet shown were removed');
  const data = events.slice(0, pageSize);
  const hasMore = events.length > pageSize;
  // Everything up to the last number has been looked at, whatever the filter left of it.
  const position = hasMore ? BigInt(data.at(-1)!.number) : log.last;
  return { data, hasMore, nextCursor: encodeCursor({ kind: 'number', position }) };
}

interface PageWanted {
  applicationId: string;
  after: bigint;
  take: number;
  types: EventType[] | undefined;
}

interface Row {
  last: string;
  first: string | null;
  id: string | null;
  number: string;
  type: EventType;
  data: StoredEvent['data'];
  createdAt: Date;
}

/** One statement, one snapshot: an event that is removed meanwhile is either shown, or known to be gone. */
async function readPage(
  db: Db,
  { applicationId, after, take, types }: PageWanted,
): Promise<{ events: StoredEvent[]; log: { last: bigint; dropped: bigint } }> {
  const { rows } = await db.pool.query<Row>({
    name: 'list_events',
    text: `
      select coalesce((select last_number from event_counter where application_id = $1::text), 0)::text as last,
             (select min(number) from event where application_id = $1::text)::text as first,
             p.id, p.number::text as number, p.type, p.data, p.created_at as "createdAt"
      from (select) as log
      left join lateral (
        select id, number, type, data, created_at
        from event
        where application_id = $1::text
        and number > $2::int8
        and ($3::text[] is null or type = any ($3::text[]))
        order by number
        limit $4::int4
      ) as p on true
      order by p.number`,
    values: [applicationId, after.toString(), types ?? null, take],
  });
  const { last, first } = rows[0]!;
  return {
    events: rows.flatMap(({ id, number, type, data, createdAt }) =>
      id === null ? [] : [{ id, number: Number(number), type, data, createdAt }],
    ),
    log: { last: BigInt(last), dropped: first === null ? BigInt(last) : BigInt(first) - 1n },
  };
}

/**
 * What arrived behind an old cursor may have been numbered before what it has shown: it goes on before the first of those, so that some
 * are shown twice and none is skipped.
 */
async function positionOf(db: Db, applicationId: string, text: string): Promise<bigint> {
  const { kind, position } = decodeCursor(text);
  if (kind === 'number') return position;
  const { rows } = await db.pool.query<{ position: string }>(
    `select coalesce(
       (select min(number) - 1 from event where application_id = $1::text and seq > $2::int8),
       (select last_number from event_counter where application_id = $1::text),
       0
     )::text as position`,
    [applicationId, position.toString()],
  );
  return BigInt(rows[0]!.position);
}

function expired(why: string): AppError {
  return new AppError('cursor_expired', `This cursor has expired. ${why}. Start again without a cursor.`);
}
