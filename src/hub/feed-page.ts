import type pg from 'pg';
import { AppError } from '../base/errors.ts';
import { type Cursor, decodeCursor, encodeCursor, fingerprint } from './cursor.ts';
import { lastDrawn } from './feed.ts';
import type { HubHandle } from './handle.ts';
import { literal } from './layout.ts';
import { borrow } from './pool.ts';

/** Where a page lies in the feed: behind `after`, up to `upTo` inclusive. */
export interface FeedRange {
  after: bigint;
  upTo: bigint;
}

/** What the reader of a page found. */
export interface FeedRead<T> {
  value: T;
  hasMore: boolean;
  /** Of the last record that the page shows. */
  lastSeq: bigint;
  /** The highest seq of a tombstone that was dropped from any table of the page, read in the page's own snapshot. */
  droppedSeq: bigint;
}

export interface FeedPage<T> {
  /** null: the reader said that nothing was ever stored there. */
  value: T | null;
  nextCursor: string;
  hasMore: boolean;
  horizon: bigint;
}

interface FeedPageInput {
  /** All that decides which records the pages show: a cursor goes on with what it began with. */
  filters: unknown;
  cursor?: string | undefined;
  /** Settings of the session for the page's statement, by their names: COPY takes no parameters. */
  settings?: Record<string, string>;
}

/**
 * The frame of a page of the feed: from the cursor up to the horizon, in commit order. `read` runs a statement of its own on the given
 * session, later than the look at the locks: in a snapshot before it a writer's rows could be missing. It answers null where nothing
 * was ever stored: the same position goes on when there is something.
 */
export async function feedPage<T>(
  hub: HubHandle,
  { filters, cursor: given, settings = {} }: FeedPageInput,
  read: (client: pg.PoolClient, range: FeedRange) => Promise<FeedRead<T> | null>,
): Promise<FeedPage<T>> {
  const filtersOf = fingerprint(filters);
  return withVerifiedClient(hub, async (client) => {
    const now = await readHorizon(hub, client, settings);
    const cursor = given === undefined ? firstCursor(now, filtersOf) : continued(decodeCursor(given), now, filtersOf);
    const page = await read(client, { after: cursor.seq, upTo: now.horizon });
    if (!page) return { value: null, nextCursor: encodeCursor(cursor), hasMore: false, horizon: now.horizon };
    if (page.droppedSeq > cursor.seq && page.droppedSeq > cursor.base)
      throw expired('Deleted records that it had not yet shown were removed');
    const next = page.hasMore
      ? { ...cursor, seq: page.lastSeq }
      : { ...cursor, seq: highest(cursor.seq, now.horizon), base: highest(cursor.base, now.horizon) };
    return { value: page.value, nextCursor: encodeCursor(next), hasMore: page.hasMore, horizon: now.horizon };
  });
}

const verifyAttemptsMax = 3;

/** A session that is new may speak to another server than before: then the hub is looked at first. */
export async function withVerifiedClient<T>(hub: HubHandle, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
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

/** Also hands the settings over to the page's statement. */
async function readHorizon(hub: HubHandle, client: pg.PoolClient, settings: Record<string, string>): Promise<Now> {
  const handed = Object.keys(settings).map((name, i) => `,\n            set_config(${literal(name)}, $${i + 1}::text, false)`);
  const { rows } = await client.query<{ hub_id: string; incarnation: string; horizon: string; drawn: string; standby: boolean }>(
    `select hub_id, incarnation, ${hub.names.feedHorizon}() as horizon, ${lastDrawn(hub)} as drawn, pg_is_in_recovery() as standby${handed.join('')}
     from ${hub.names.hub}`,
    Object.values(settings),
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

function expired(why: string): AppError {
  return new AppError(
    'cursor_expired',
    `This cursor has expired. ${why}. Start again without a cursor, and remove what the new reading does not show.`,
  );
}

function highest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
