import { createHash } from 'node:crypto';
import { completeAsOf } from '../completeness.ts';
import { findConnection } from '../connections.ts';
import { feedPage } from '../feed-page.ts';
import type { HubHandle } from '../handle.ts';
import { countRows } from '../listing/count-records.ts';
import { filterSetting, filterValues } from '../listing/filter-sql.ts';
import { asListingProblem } from '../listing/refusals.ts';
import { customerSetting } from '../read-page.ts';
import { remoteIdSetting, type UnifiedRecords, unifiedCountSelect } from './page-sql.ts';
import { readRows, tablesOf, writeRows } from './read-rows.ts';
import type { TableBranch, UnifiedPage, UnifiedPageInput } from './types.ts';

/** A page of the feed across the tables of a model: from the cursor up to the horizon, in commit order. */
export async function listUnified(hub: HubHandle, input: UnifiedPageInput): Promise<UnifiedPage> {
  const { branches, pageSize, includeRaw, customFields, expand, completeness } = input;
  const narrowed = await narrow(hub, input);
  const { records, settings, filters, isOfNobody } = narrowed;
  let tables: TableBranch[] = [];
  try {
    const { value, nextCursor, hasMore, horizon } = await feedPage(
      hub,
      { filters, settings, cursor: input.cursor },
      async (client, range) => {
        tables = isOfNobody ? [] : await tablesOf(hub, client, branches);
        if (tables.length === 0) return null;
        const { rows, found } = await readRows(hub, client, tables, { ...records, ...range, pageSize, includeRaw, customFields });
        const value = { data: await writeRows(hub, client, { tables, rows, expand }), count: rows.length };
        return { value, hasMore: found.hasMore, lastSeq: BigInt(found.lastSeq), droppedSeq: found.droppedSeq };
      },
    );
    const { data, count } = value ?? { data: '', count: 0 };
    const complete = JSON.stringify(completeness ? completeAsOf(completeness, horizon) : null);
    const counted = input.counts ? await totalOf(hub, tables, narrowed) : '';
    const closing = `"next_cursor":"${nextCursor}","has_more":${hasMore},"complete_as_of":${complete}${counted}`;
    const body = Buffer.from(`{"data":[${data}],${closing}}`, 'utf8');
    return { body, count, nextCursor, hasMore, etag: etagOf(body) };
  } catch (error) {
    throw asListingProblem(error);
  }
}

/** Of the bytes: mappings, custom fields and expanded records change them without a change of the records that are listed. */
export function etagOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('base64url');
}

interface Narrowed {
  records: UnifiedRecords;
  /** What callers wrote, for the session: no part of it stands in a statement. */
  settings: Record<string, string>;
  /** For the cursor: it goes on with what it began with. */
  filters: unknown[];
  /** Of a connection that this hub does not know: there are none. */
  isOfNobody: boolean;
}

async function narrow(hub: HubHandle, input: UnifiedPageInput): Promise<Narrowed> {
  const { connectionId, remoteId, modifiedAfter, modifiedBefore, includeDeleted, conditions = [] } = input;
  const connection = connectionId === undefined ? null : await findConnection(hub, connectionId);
  const customerId = input.customerId ?? connection?.customerId;
  return {
    records: {
      ...{ customerId, connection, modifiedAfter, modifiedBefore, includeDeleted },
      ...{ hasRemoteId: remoteId !== undefined, fieldConditions: conditions },
    },
    settings: {
      [customerSetting]: customerId ?? '',
      [remoteIdSetting]: remoteId ?? '',
      ...(conditions.length > 0 && { [filterSetting]: filterValues(conditions) }),
    },
    filters: [
      ...['unified', input.model, input.provider, input.customerId ?? null, connectionId ?? null, remoteId ?? null],
      ...[modifiedAfter?.getTime() ?? null, includeDeleted],
      ...(modifiedBefore || conditions.length > 0 ? [modifiedBefore?.getTime() ?? null, conditions] : []),
    ],
    isOfNobody: connectionId !== undefined && !connection,
  };
}

async function totalOf(hub: HubHandle, tables: readonly TableBranch[], { records, settings }: Narrowed): Promise<string> {
  const { count, isExact } =
    tables.length === 0
      ? { count: 0, isExact: true }
      : await countRows(hub, { settings, selectOf: (limit) => unifiedCountSelect(hub.names, tables, records, limit) });
  return `,"total_count":${count},"total_is_exact":${isExact}`;
}
