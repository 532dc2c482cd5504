import { ident } from '../../db/sql.ts';
import type { ViewDefinition } from '../context.ts';
import type { HubHandle } from '../handle.ts';
import type { HubNames } from '../names.ts';
import { freeName } from '../tables.ts';
import type { HubTx } from '../transaction.ts';
import type { HubTable } from '../types.ts';
import { type FieldRow, listFieldRows } from './field-rows.ts';
import { type ReplacedView, replaceView } from './replace-view.ts';

/** What every view of records shows before the declared fields. No field may have one of these names. */
export const viewColumns = ['record_id', 'customer_id', 'connection_id', 'modified_at', 'synced_at', 'seq', 'raw'] as const;

/** The view of a table's live records with their fields by name. */
export async function refreshObjectView(hub: HubHandle, tx: HubTx, table: HubTable): Promise<ReplacedView> {
  const name = (await viewNameOf(hub, tx, table.name)) ?? (await nameView(hub, tx, table.name));
  const fields = await listFieldRows(hub, tx, table.name);
  const replaced = await replaceView(hub, tx, objectView(hub.names, { name, table: table.name, fields }));
  if (replaced.outcome === 'taken' || replaced.outcome === 'in_use')
    hub.log.warn({ schema: hub.schema, view: name, ...replaced }, 'a view of records could not be brought up to date');
  return replaced;
}

/** A field shows when it is filled; more of them come behind, so that what reads the view goes on. */
export function objectView(names: HubNames, { name, table, fields }: { name: string; table: string; fields: FieldRow[] }): ViewDefinition {
  const shown = fields.filter(({ status }) => status === 'ready').map((field) => field.name);
  return {
    name,
    kind: 'object',
    columns: [...viewColumns, ...shown],
    select: `select t._syncline_record_id,
       t._syncline_customer_id,
       c.connection_id,
       t._syncline_modified_at,
       t._syncline_synced_at,
       t._syncline_seq,
       t.raw${shown.map((column) => `,\n       t.${ident(column)}`).join('')}
from ${names.record(table)} t
left join ${names.connection} c on c.number = t._syncline_connection
where t._syncline_deleted_at is null`,
  };
}

export async function viewNameOf(hub: HubHandle, client: Pick<HubTx, 'query'>, table: string): Promise<string | null> {
  const { rows } = await client.query<{ view_name: string | null }>(`select view_name from ${hub.names.table} where name = $1::text`, [
    table,
  ]);
  return rows[0]?.view_name ?? null;
}

/** An object may be called `contact_live` itself, and a vendor have a relation of that name. */
async function nameView(hub: HubHandle, tx: HubTx, table: string): Promise<string> {
  const name = await freeName(hub, tx, [`${table}_live`, `${table}__live`, `_syncline_${table.slice(0, 45)}_live`]);
  await tx.query(`update ${hub.names.table} set view_name = $2::text where name = $1::text`, [table, name]);
  return name;
}
