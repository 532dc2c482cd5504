import type pg from 'pg';
import { type Completeness, completeAsOf } from './completeness.ts';
import { findConnection } from './connections.ts';
import { type FeedRange, feedPage } from './feed-page.ts';
import type { HubHandle } from './handle.ts';
import { customerSetting, type ReadPage, readPage } from './read-page.ts';
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
  const isOfNobody = input.connectionId !== undefined && !connection;
  const read = async (client: pg.PoolClient, range: FeedRange) => {
    const table = await findTable(hub, input.provider, input.object, client);
    if (!table || isOfNobody) return null;
    const { page, finish } = await readPage(hub, client, table, { ...input, customerId, connection, ...range });
    return { ...page, value: { page, finish } };
  };
  const settings = { [customerSetting]: customerId ?? '' };
  const { value, nextCursor, hasMore, horizon } = await feedPage(hub, { filters: filtersOf(input), cursor: input.cursor, settings }, read);
  const { page, finish } = value ?? nothing;
  const complete = input.completeness ? completeAsOf(input.completeness, horizon) : null;
  const body = finish(`],"next_cursor":"${nextCursor}","has_more":${hasMore},"complete_as_of":${JSON.stringify(complete)}}`);
  return { body, count: page.count, nextCursor, hasMore };
}

function filtersOf(input: ListPageInput): unknown {
  return [
    input.provider,
    input.object,
    input.customerId ?? null,
    input.connectionId ?? null,
    input.modifiedAfter?.getTime() ?? null,
    input.includeDeleted,
  ];
}

/** Nothing was ever stored. */
const nothing: Pick<ReadPage, 'finish'> & { page: { count: number } } = {
  page: { count: 0 },
  finish: (closing) => Buffer.from(`{"data":[${closing}`, 'utf8'),
};
