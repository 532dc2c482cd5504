import { AppError } from '../../base/errors.ts';
import { ident } from '../../db/sql.ts';
import type { HubHandle } from '../handle.ts';
import { layoutStep } from '../layout-step.ts';
import { ensureTable } from '../tables.ts';
import type { HubTx } from '../transaction.ts';
import type { HubTable } from '../types.ts';
import { addKeptColumn, addStoredColumn, indexName, valueSql } from './ddl.ts';
import { removeColumn } from './drop-field.ts';
import { type FieldRow, findFieldRow } from './field-rows.ts';
import { forgetFields } from './find-fields.ts';
import { refreshTrigger } from './kept-trigger.ts';
import { chooseMethod } from './method.ts';
import { refreshObjectView, viewNameOf } from './object-view.ts';
import type { PutField } from './types.ts';

/**
 * Brings the column of a field to what its declaration says: adds it, renames it, or, for another path or type, adds it anew.
 * Idempotent. The table is created where no sync has done so, so that the first load finds the column.
 */
export async function putField(hub: HubHandle, field: PutField): Promise<void> {
  const table = await ensureTable(hub, field.provider, field.object);
  await layoutStep(hub, async (tx) => {
    const known = await findFieldRow(hub, tx, field.id);
    if (known && (await isAsDeclared(hub, tx, known, field))) return adjust(hub, tx, { table, known, field });
    if (known) await removeColumn(hub, tx, { table, known });
    await addColumn(hub, tx, table, field);
  });
  forgetFields(hub);
}

/** The column is there, and shows what is declared. */
async function isAsDeclared(hub: HubHandle, tx: HubTx, known: FieldRow, field: PutField): Promise<boolean> {
  if (known.type !== field.type || valueSql(hub.names, known, 'raw') !== valueSql(hub.names, field, 'raw')) return false;
  return hasColumn(hub, tx, known.table, known.name);
}

async function addColumn(hub: HubHandle, tx: HubTx, table: HubTable, field: PutField): Promise<void> {
  await refuseTaken(hub, tx, table, field.name);
  const method = chooseMethod({ tableBytes: await tableBytes(hub, tx, table.name) });
  await tx.query(
    `insert into ${hub.names.field} (id, table_name, name, path, type, method, is_indexed, status, position)
     select $1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::bool, 'adding', coalesce(max(f.position), 0) + 1
     from ${hub.names.field} f
     where f.table_name = $2::text`,
    [field.id, table.name, field.name, field.path, field.type, method, field.isIndexed],
  );
  if (method === 'stored') await tx.query(addStoredColumn(hub.names, table.name, field));
  else await refreshTrigger(hub, tx, table.name, addKeptColumn(hub.names, table.name, field));
}

/** Name and index can change without the values. */
async function adjust(
  hub: HubHandle,
  tx: HubTx,
  { table, known, field }: { table: HubTable; known: FieldRow; field: PutField },
): Promise<void> {
  if (known.isIndexed && !field.isIndexed) {
    await tx.query(`drop index if exists ${hub.names.record(indexName(field.id))}`);
    await tx.query(`update ${hub.names.field} set is_indexed = false where id = $1::text`, [field.id]);
  }
  if (known.name === field.name) return;
  await refuseTaken(hub, tx, table, field.name);
  await tx.query(`alter table ${hub.names.record(table.name)} rename column ${ident(known.name)} to ${ident(field.name)}`);
  await tx.query(`update ${hub.names.field} set name = $2::text where id = $1::text`, [field.id, field.name]);
  if (known.method === 'kept') await refreshTrigger(hub, tx, table.name);
  // In place: views of the vendor's that read the column go on under its new name.
  const view = await viewNameOf(hub, tx, table.name);
  if (known.status === 'ready' && view !== null && (await hasColumn(hub, tx, view, known.name)))
    await tx.query(`alter view ${hub.names.record(view)} rename column ${ident(known.name)} to ${ident(field.name)}`);
  await refreshObjectView(hub, tx, table);
}

async function refuseTaken(hub: HubHandle, tx: HubTx, table: HubTable, name: string): Promise<void> {
  if (!(await hasColumn(hub, tx, table.name, name))) return;
  throw new AppError(
    'field_in_use',
    `The table ${table.name} already has a column named ${name}. Choose another name, or drop that column.`,
    {
      details: { table: table.name, name },
    },
  );
}

async function hasColumn(hub: HubHandle, tx: HubTx, relation: string, name: string): Promise<boolean> {
  const { rows } = await tx.query<{ has: boolean }>(
    `select exists (
       select from pg_attribute a
       join pg_class c on c.oid = a.attrelid
       where c.relnamespace = $1::text::regnamespace and c.relname = $2::text and a.attname = $3::text and not a.attisdropped
     ) as has`,
    [hub.names.schema, relation, name],
  );
  return rows[0]!.has;
}

async function tableBytes(hub: HubHandle, tx: HubTx, table: string): Promise<number> {
  const { rows } = await tx.query<{ bytes: string }>('select pg_table_size($1::text::regclass) as bytes', [hub.names.record(table)]);
  return Number(rows[0]!.bytes);
}
