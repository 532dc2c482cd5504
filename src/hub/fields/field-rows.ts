import type { HubHandle } from '../handle.ts';
import type { HubTx } from '../transaction.ts';
import type { FieldDefinition } from './ddl.ts';

export type FieldMethod = 'stored' | 'kept';

/** A field as the hub keeps it. */
export interface FieldRow extends FieldDefinition {
  id: string;
  table: string;
  method: FieldMethod;
  status: 'adding' | 'ready' | 'dropping';
}

const columns = `id, table_name as "table", name, path, type, method, is_indexed as "isIndexed", status`;

export async function findFieldRow(hub: HubHandle, client: Pick<HubTx, 'query'>, id: string): Promise<FieldRow | null> {
  const { rows } = await client.query<FieldRow>(`select ${columns} from ${hub.names.field} where id = $1::text`, [id]);
  return rows[0] ?? null;
}

/** The fields of a table in the order in which they became ready. */
export async function listFieldRows(hub: HubHandle, client: Pick<HubTx, 'query'>, table: string): Promise<FieldRow[]> {
  const { rows } = await client.query<FieldRow>(
    `select ${columns} from ${hub.names.field} where table_name = $1::text order by position, id`,
    [table],
  );
  return rows;
}
