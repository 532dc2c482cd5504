import type pg from 'pg';
import type { SourceRow } from '../../base/mapping/sources.ts';
import type { HubHandle } from '../handle.ts';
import { findTables } from '../tables.ts';
import type { UnifiedRow } from './page-rows.ts';
import type { TableBranch, UnifiedBranch, UnifiedRelation } from './types.ts';

interface Wanted {
  rows: readonly UnifiedRow[];
  branches: readonly UnifiedBranch[];
  connectionIds: ReadonlyMap<number, string>;
  relations: readonly UnifiedRelation[];
}

/**
 * The records that relations name, each read once: one look-up for each relation and table. By (connection, record id), with the row's
 * own connection: what stands in a record can never name a record of another customer. One that is not there is null.
 */
export async function expandRelations(hub: HubHandle, client: pg.PoolClient, { rows, branches, connectionIds, relations }: Wanted) {
  if (relations.length === 0) return null;
  const named = new Map<UnifiedRow, Record<string, string>>();
  for (const row of rows) named.set(row, row.sources === null ? {} : branches[row.branch]!.read(row.sources));
  const found = new Map<string, string>();
  const lookUps = relations.flatMap(({ field, branches: related }) =>
    related.flatMap((branch) => {
      const wanted = new Map<string, { connection: number; recordId: string }>();
      for (const row of rows) {
        const value = named.get(row)![field] ?? 'null';
        if (value === 'null' || branches[row.branch]!.provider !== branch.provider) continue;
        wanted.set(keyOf(field, row.connection, value), { connection: row.connection, recordId: JSON.parse(value) });
      }
      return wanted.size > 0 ? [{ branch, field, wanted: [...wanted.values()] }] : [];
    }),
  );
  const tables = await findTables(
    hub,
    lookUps.map(({ branch }) => branch),
    client,
  );
  for (const [i, one] of lookUps.entries()) if (tables[i]) await lookUp(hub, client, { ...one, table: tables[i], connectionIds, found });
  return {
    fields: relations.map(({ field }) => field),
    valueOf: (row: UnifiedRow, field: string) => found.get(keyOf(field, row.connection, named.get(row)![field] ?? 'null')) ?? 'null',
  };
}

interface LookUp extends TableBranch {
  field: string;
  wanted: { connection: number; recordId: string }[];
  connectionIds: ReadonlyMap<number, string>;
  found: Map<string, string>;
}

async function lookUp(hub: HubHandle, client: pg.PoolClient, { table, branch, ...rest }: LookUp): Promise<void> {
  const { field, wanted, connectionIds, found } = rest;
  const { rows } = await client.query<{ connection: number; id: string; sources: SourceRow }>(
    `select t._syncline_connection as connection, t._syncline_record_id as id, ${branch.sources('t.raw')} as sources
     from unnest($1::int4[], $2::text[]) w(connection, record_id)
     join ${hub.names.record(table.name)} t on t._syncline_connection = w.connection and t._syncline_record_id = w.record_id
     where t._syncline_deleted_at is null${branch.where ? ` and ${branch.where('t.raw')}` : ''}`,
    [wanted.map(({ connection }) => connection), wanted.map(({ recordId }) => recordId)],
  );
  for (const { connection, id, sources } of rows) {
    const remoteId = JSON.stringify(id);
    const fullId = JSON.stringify(`${connectionIds.get(connection)!}/${id}`);
    found.set(keyOf(field, connection, remoteId), `{"id":${fullId},"remote_id":${remoteId},${branch.write(sources)}}`);
  }
}

function keyOf(field: string, connection: number, value: string): string {
  return `${field} ${connection} ${value}`;
}
