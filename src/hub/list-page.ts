import { createHash } from 'node:crypto';
import type pg from 'pg';
import { type Completeness, completeAsOf } from './completeness.ts';
import { type FeedRange, feedPage } from './feed-page.ts';
import type { HubHandle } from './handle.ts';
import { countRecords } from './listing/count-records.ts';
import { type Narrowed, narrow } from './listing/narrow.ts';
import { asListingProblem } from './listing/refusals.ts';
import type { RecordFilters } from './listing/types.ts';
import { readPage } from './read-page.ts';
import { findTable } from './tables.ts';

export interface ListPageInput extends RecordFilters {
  cursor?: string | undefined;
  pageSize: number;
  /** Parts of the records to show, as paths or names of declared fields; absent: the whole. */
  shown?: string[] | undefined;
  /** Whether to count what the filters let through. */
  counts?: boolean | undefined;
  /** Of the syncs that bring these records; absent: not asked for. */
  completeness?: Completeness;
}

/** `body` is the whole answer as JSON text. */
export interface ListedPage {
  body: Buffer;
  count: number;
  nextCursor: string;
  hasMore: boolean;
  /** Everything up to here that the filters let through has been shown, once there is no more. */
  horizon: bigint;
  /** The same for the same answer. */
  etag: string;
}

/** A page of the feed: from the cursor up to the horizon, in commit order. */
export async function listPage(hub: HubHandle, input: ListPageInput): Promise<ListedPage> {
  const narrowed = await narrow(hub, input);
  const read = async (client: pg.PoolClient, range: FeedRange) => {
    const table = await findTable(hub, input.provider, input.object, client);
    if (!table || narrowed.isOfNobody) return null;
    const { page, finish } = await readPage(hub, client, table, { ...narrowed, pageSize: input.pageSize, ...range });
    return { ...page, value: { page, finish } };
  };
  try {
    const { filters, settings } = narrowed;
    const { value, nextCursor, hasMore, horizon } = await feedPage(hub, { filters, settings, cursor: input.cursor }, read);
    const { page, finish } = value ?? nothing;
    const complete = input.completeness ? completeAsOf(input.completeness, horizon) : null;
    const counted = input.counts ? await totalOf(hub, input, narrowed) : '';
    const closing = `],"next_cursor":"${nextCursor}","has_more":${hasMore},"complete_as_of":${JSON.stringify(complete)}${counted}}`;
    return { body: finish(closing), count: page.count, nextCursor, hasMore, horizon, etag: etagOf(page, closing, narrowed) };
  } catch (error) {
    throw asListingProblem(error);
  }
}

async function totalOf(hub: HubHandle, input: ListPageInput, narrowed: Narrowed): Promise<string> {
  const { count, isExact } = await countRecords(hub, input, narrowed);
  return `,"total_count":${count},"total_is_exact":${isExact}`;
}

/**
 * Two answers of which these are the same are the same bytes. A record that changes gets a seq above all others, so the sum can only stay
 * where the horizon moves, which the cursor holds; hub and incarnation are in the cursor too.
 */
function etagOf({ count, seqSum }: { count: number; seqSum: number }, closing: string, { filters }: Narrowed): string {
  return createHash('sha256')
    .update(JSON.stringify([filters, count, seqSum, closing]))
    .digest('base64url');
}

/** Nothing was ever stored. */
const nothing = {
  page: { count: 0, seqSum: 0 },
  finish: (closing: string) => Buffer.from(`{"data":[${closing}`, 'utf8'),
};
