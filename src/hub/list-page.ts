import type pg from 'pg';
import { AppError } from '../base/errors.ts';
import { type Completeness, completeAsOf } from './completeness.ts';
import { findConnection } from './connections.ts';
import { type Cursor, decodeCursor, encodeCursor, fingerprint } from './cursor.ts';
import { lastDrawn } from './feed.ts';
import type { HubHandle } from './handle.ts';
import { literal } from './layout.ts';
import { borrow } from './pool.ts';
import { customerSetting, readPage } from './read-page.ts';
import { findTable } from './tables.ts';

export interface ListPageInput {
  provider: string;
  object: string;
  customerId?: string | undefined;
  connectionId?: string | undefined;
  cursor?: string | undefined;
  pageSize: number;
  modifiedAfter?: Date | undefined;
  includeDeleted: boolean;
  /** Of the syncs that bring these records; absent: not asked for. */
  completeness?: Completeness;
}

/** `body` is the whole answer as JSON text. */
export interface ListedPage {
  body: Buffer;
  count: number;
  nextCursor: string;
  hasMore: boolean;
}

/** A page of the feed: from the cursor up to the horizon, in commit order. */
export async function listPage(hub: HubHandle, input: ListPageInput): Promise<ListedPage> {
  const connection = input.connectionId === undefined ? null : await findConnection(hub, input.connectionId);
  const customerId = input.customerId ?? connection?.customerId;
  const filters = fingerprint([
    input.provider,
    input.object,
    input.customerId ?? null,
    input.connectionId ?? null,
    input.modifiedAfter?.getTime() ?? null,
    input.includeDeleted,
  ]);
  return withVerifiedClient(hub, async (client) => {
    const now = await readHorizon(hub, client, customerId);
    const cursor = input.cursor === undefined ? firstCursor(now, filters) : continued(decodeCursor(input.cursor), now, filters);
    const table = await findTable(hub, input.provider, input.object, client);
    const complete = input.completeness ? completeAsOf(input.completeness, now.horizon) : null;
    if (!table || (input.connectionId !== undefined && !connection)) return nothingYet(cursor, complete);
    // A statement of its own, later than the look at the locks: in a snapshot before it a writer's rows could be missing.
    const query = { ...input, customerId, connection, after: cursor.seq, upTo: now.horizon };
    const { page, finish } = await readPage(hub, client, table, query);
    if (page.droppedSeq > cursor.seq && page.droppedSeq > cursor.base)
      throw expired('Deleted records that it had not yet shown were removed');
    const next = page.hasMore
      ? { ...cursor, seq: page.lastSeq }
      : { ...cursor, seq: highest(cursor.seq, now.horizon), base: highest(cursor.base, now.horizon) };
    return answer(next, page, complete, finish);
  });
}

function answer(
  next: Cursor,
  page: { count: number; hasMore: boolean },
  complete: Date | null,
  finish: (closing: string) => Buffer,
): ListedPage {
  const nextCursor = encodeCursor(next);
  const body = finish(`],"next_cursor":"${nextCursor}","has_more":${page.hasMore},"complete_as_of":${JSON.stringify(complete)}}`);
  return { body, count: page.count, nextCursor, hasMore: page.hasMore };
}

const verifyAttemptsMax = 3;

/** A session that is new may speak to another server than before: then the hub is looked at first. */
async function withVerifiedClient<T>(hub: HubHandle, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const client = await borrow(hub.pool);
    try {
      if (hub.isVerified() || attempt === verifyAttemptsMax) return await work(client);
    } finally {
      client.release();
    }
    await hub.verify();
  }
}

interface Now {
  hubId: string;
  incarnation: string;
  drawn: bigint;
  horizon: bigint;
}

/** Also hands the customer over to the page's statement, which takes no parameters. */
async function readHorizon(hub: HubHandle, client: pg.PoolClient, customerId: string | undefined): Promise<Now> {
  const { rows } = await client.query<{ hub_id: string; incarnation: string; horizon: string; drawn: string; standby: boolean }>(
    `select hub_id, incarnation, ${hub.names.feedHorizon}() as horizon, ${lastDrawn(hub)} as drawn, pg_is_in_recovery() as standby,
            set_config(${literal(customerSetting)}, $1::text, false)
     from ${hub.names.hub}`,
    [customerId ?? ''],
  );
  const { hub_id, incarnation, horizon, drawn, standby } = rows[0]!;
  if (standby)
    throw new AppError('destination_unavailable', 'The records are read from the primary server only. Try again in a moment.', {
      internal: 'a standby does not know the locks of registered writers',
    });
  return { hubId: hub_id, incarnation, horizon: BigInt(horizon), drawn: BigInt(drawn) };
}

function firstCursor({ hubId, incarnation, horizon }: Now, filters: string): Cursor {
  return { hubId, incarnation, filters, seq: 0n, base: horizon };
}

function continued(cursor: Cursor, now: Now, filters: string): Cursor {
  if (cursor.filters !== filters && cursor.hubId === now.hubId)
    throw new AppError(
      'cursor_invalid',
      'A cursor goes on with the object and the filters that it began with. Repeat them, or start without a cursor.',
    );
  if (cursor.hubId !== now.hubId || cursor.incarnation !== now.incarnation)
    throw expired('It is of another hub, or of one before it was restored');
  if (cursor.seq > now.drawn) throw expired('It is ahead of the hub, which was restored from a backup');
  return cursor;
}

/** Nothing was ever stored: the same position goes on when there is something. */
function nothingYet(cursor: Cursor, complete: Date | null): ListedPage {
  return answer(cursor, { count: 0, hasMore: false }, complete, (closing) => Buffer.from(`{"data":[${closing}`, 'utf8'));
}

function expired(why: string): AppError {
  return new AppError(
    'cursor_expired',
    `This cursor has expired. ${why}. Start again without a cursor, and remove what the new reading does not show.`,
  );
}

function highest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
