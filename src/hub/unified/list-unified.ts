import type pg from 'pg';
import { findConnection } from '../connections.ts';
import { CopyOut } from '../copy-out.ts';
import { feedPage } from '../feed-page.ts';
import type { HubHandle } from '../handle.ts';
import { asListingProblem } from '../listing/refusals.ts';
import { customerSetting, learnConnections } from '../read-page.ts';
import { findTable } from '../tables.ts';
import { expandRelations } from './expand.ts';
import { pageRows } from './page-rows.ts';
import { remoteIdSetting, type UnifiedQuery, unifiedSelect } from './page-sql.ts';
import type { TableBranch, UnifiedPage, UnifiedPageInput } from './types.ts';
import { rowWriter } from './write-row.ts';

/** A page of the feed across the tables of a model: from the cursor up to the horizon, in commit order. */
export async function listUnified(hub: HubHandle, input: UnifiedPageInput): Promise<UnifiedPage> {
  const { connectionId, remoteId, modifiedAfter, includeDeleted, pageSize, includeRaw, customFields } = input;
  const connection = connectionId === undefined ? null : await findConnection(hub, connectionId);
  const customerId = input.customerId ?? connection?.customerId;
  const isOfNobody = connectionId !== undefined && !connection;
  const query = {
    ...{ customerId, connection, modifiedAfter, includeDeleted, pageSize, includeRaw, customFields },
    hasRemoteId: remoteId !== undefined,
  };
  const filters = [
    ...['unified', input.model, input.provider, input.customerId ?? null, connectionId ?? null, remoteId ?? null],
    ...[modifiedAfter?.getTime() ?? null, includeDeleted],
  ];
  const settings = { [customerSetting]: customerId ?? '', [remoteIdSetting]: remoteId ?? '' };
  try {
    const { value, nextCursor, hasMore } = await feedPage(hub, { filters, settings, cursor: input.cursor }, async (client, range) => {
      const tables = isOfNobody ? [] : await tablesOf(hub, client, input);
      return tables.length === 0 ? null : readUnified(hub, client, { tables, input, query: { ...query, ...range } });
    });
    const { data, count } = value ?? { data: '', count: 0 };
    const body = Buffer.from(`{"data":[${data}],"next_cursor":"${nextCursor}","has_more":${hasMore}}`, 'utf8');
    return { body, count, nextCursor, hasMore };
  } catch (error) {
    throw asListingProblem(error);
  }
}

export async function tablesOf(
  hub: HubHandle,
  client: pg.PoolClient,
  { branches }: Pick<UnifiedPageInput, 'branches'>,
): Promise<TableBranch[]> {
  const found: TableBranch[] = [];
  for (const branch of branches) {
    const table = await findTable(hub, branch.provider, branch.object, client);
    if (table) found.push({ branch, table });
  }
  return found;
}

interface Reading {
  tables: readonly TableBranch[];
  input: Pick<UnifiedPageInput, 'pageSize' | 'expand'>;
  query: UnifiedQuery;
}

async function readUnified(hub: HubHandle, client: pg.PoolClient, { tables, input, query }: Reading) {
  const { rows, found, onRow } = pageRows(input.pageSize, tables);
  await client.query(new CopyOut(`copy (${unifiedSelect(hub.names, tables, query)}) to stdout (format binary)`, onRow)).done;
  const unknown = new Set(rows.map(({ connection }) => connection).filter((number) => !hub.connectionIds.has(number)));
  if (unknown.size > 0) await learnConnections(hub, client, unknown);
  const branches = tables.map(({ branch }) => branch);
  const expanded = await expandRelations(hub, client, { rows, branches, relations: input.expand });
  const write = rowWriter({ branches, connectionIds: hub.connectionIds, expanded });
  let data = '';
  for (const row of rows) data += data === '' ? write(row) : `,${write(row)}`;
  return {
    value: { data, count: rows.length },
    hasMore: found.hasMore,
    lastSeq: BigInt(found.lastSeq),
    droppedSeq: found.droppedSeq,
  };
}
