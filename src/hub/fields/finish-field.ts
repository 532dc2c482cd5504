import type { HubHandle } from '../handle.ts';
import { layoutStep } from '../layout-step.ts';
import { listTables } from '../tables.ts';
import { countFailedCasts } from './failed-casts.ts';
import { type FieldRow, findFieldRow } from './field-rows.ts';
import { forgetFields } from './find-fields.ts';
import { refreshObjectView } from './object-view.ts';
import type { PutField } from './types.ts';

/**
 * The column is filled (and indexed): it counts what did not fit, and shows the field in the object's view. Idempotent. null: the column is
 * another by now than the one that was filled, because the declaration changed meanwhile.
 */
export async function finishField(hub: HubHandle, filled: PutField): Promise<{ failedCasts: number | null } | null> {
  const { id } = filled;
  const failedCasts = await countFailedCasts(hub, { id });
  const tables = await listTables(hub);
  const isFinished = await layoutStep(hub, async (tx) => {
    const field = await findFieldRow(hub, tx, id);
    if (!field || !isSame(field, filled)) return false;
    // Behind the fields that are shown already, whichever was declared first.
    await tx.query(
      `update ${hub.names.field} f
       set status = 'ready',
           position = (select max(o.position) + 1 from ${hub.names.field} o where o.table_name = f.table_name)
       where f.id = $1::text and f.status <> 'ready'`,
      [id],
    );
    await refreshObjectView(hub, tx, tables.find(({ name }) => name === field.table)!);
    return true;
  });
  forgetFields(hub);
  return isFinished ? { failedCasts } : null;
}

function isSame(field: FieldRow, filled: PutField): boolean {
  return (['name', 'path', 'type', 'isIndexed'] as const).every((member) => field[member] === filled[member]);
}
