import { AppError } from '../../base/errors.ts';
import { ident } from '../../db/sql.ts';
import type { HubHandle } from '../handle.ts';
import { layoutStep } from '../layout-step.ts';
import { listTables } from '../tables.ts';
import type { HubTx } from '../transaction.ts';
import type { HubTable } from '../types.ts';
import { findDependents } from './dependents.ts';
import { type FieldRow, findFieldRow } from './field-rows.ts';
import { forgetFields } from './find-fields.ts';
import { refreshTrigger } from './kept-trigger.ts';
import { refreshObjectView, viewNameOf } from './object-view.ts';

/** Takes a field's column away, with its index. Idempotent. */
export async function dropField(hub: HubHandle, { id }: { id: string }): Promise<void> {
  const tables = await listTables(hub);
  await layoutStep(hub, async (tx) => {
    const known = await findFieldRow(hub, tx, id);
    if (!known) return;
    const table = tables.find(({ name }) => name === known.table)!;
    await removeColumn(hub, tx, { table, known });
  });
  forgetFields(hub);
}

/** Views of the vendor's that would not survive it. */
export async function findFieldDependents(hub: HubHandle, { id }: { id: string }): Promise<string[]> {
  const known = await findFieldRow(hub, hub.pool, id);
  return known ? dependentsOf(hub, hub.pool, known) : [];
}

/** The view first: it needs no lock that a writer would wait for. The column last, so that its lock is held shortest. */
export async function removeColumn(hub: HubHandle, tx: HubTx, { table, known }: { table: HubTable; known: FieldRow }): Promise<void> {
  const dependents = await dependentsOf(hub, tx, known);
  if (dependents.length > 0) throw inUse(known, dependents);
  await tx.query(`delete from ${hub.names.field} where id = $1::text`, [known.id]);
  if (known.status === 'ready') await refreshObjectView(hub, tx, table);
  const drop = `alter table ${hub.names.record(table.name)} drop column if exists ${ident(known.name)}`;
  // Whatever else reads the column (a policy, a function) is refused by Postgres itself.
  await tx.query(drop).catch((cause: Error & { code?: string }) => {
    throw cause.code === dependentObjects ? inUse(known, [], cause) : cause;
  });
  if (known.method === 'kept') await refreshTrigger(hub, tx, table.name);
}

const dependentObjects = '2BP01';

/** A view of ours loses a column only by being made anew, which whatever reads the view does not survive. */
async function dependentsOf(hub: HubHandle, client: Pick<HubTx, 'query'>, known: FieldRow): Promise<string[]> {
  const view = await viewNameOf(hub, client, known.table);
  const ofColumn = await findDependents(hub, client, {
    relation: known.table,
    column: known.name,
    ...(view === null ? {} : { except: [view] }),
  });
  const ofView = view === null || known.status !== 'ready' ? [] : await findDependents(hub, client, { relation: view });
  return [...new Set([...ofColumn, ...ofView])];
}

function inUse(field: FieldRow, dependents: string[], cause?: Error): AppError {
  const readers = dependents.length > 0 ? dependents.join(', ') : 'something else in the database';
  return new AppError('field_in_use', `${readers} reads what shows the field ${field.name}. Drop or change it first.`, {
    details: { name: field.name, dependents },
    ...(cause ? { cause } : {}),
  });
}
