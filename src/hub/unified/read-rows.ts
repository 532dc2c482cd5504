import type pg from 'pg';
import { connectionIdsOf } from '../connection-ids.ts';
import { CopyOut } from '../copy-out.ts';
import type { HubHandle } from '../handle.ts';
import { findTables } from '../tables.ts';
import { expandRelations } from './expand.ts';
import { pageRows, type UnifiedRow } from './page-rows.ts';
import { type UnifiedQuery, unifiedSelect } from './page-sql.ts';
import type { TableBranch, UnifiedBranch, UnifiedRelation } from './types.ts';
import { rowWriter } from './write-row.ts';

/** Those of the branches that have a table here. */
export async function tablesOf(hub: HubHandle, client: pg.PoolClient, branches: readonly UnifiedBranch[]): Promise<TableBranch[]> {
  const tables = await findTables(hub, branches, client);
  return branches.flatMap((branch, i) => (tables[i] ? [{ branch, table: tables[i] }] : []));
}

export async function readRows(hub: HubHandle, client: pg.PoolClient, tables: readonly TableBranch[], query: UnifiedQuery) {
  const { rows, found, onRow } = pageRows(query.pageSize, tables);
  await client.query(new CopyOut(`copy (${unifiedSelect(hub.names, tables, query)}) to stdout (format binary)`, onRow)).done;
  return { rows, found };
}

interface Writing {
  tables: readonly TableBranch[];
  rows: readonly UnifiedRow[];
  expand: readonly UnifiedRelation[];
}

/** The rows as JSON, with commas between. */
export async function writeRows(hub: HubHandle, client: pg.PoolClient, { tables, rows, expand }: Writing): Promise<string> {
  const connectionIds = await connectionIdsOf(hub, client, new Set(rows.map(({ connection }) => connection)));
  const branches = tables.map(({ branch }) => branch);
  const expanded = await expandRelations(hub, client, { rows, branches, connectionIds, relations: expand });
  const write = rowWriter({ branches, connectionIds, expanded });
  let data = '';
  for (const row of rows) data += data === '' ? write(row) : `,${write(row)}`;
  return data;
}
