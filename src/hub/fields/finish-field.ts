import type { HubHandle } from '../handle.ts';
import { listTables } from '../tables.ts';
import { countFailedCasts } from './failed-casts.ts';
import { findFieldRow } from './field-rows.ts';
import { forgetFields } from './find-fields.ts';
import { layoutStep } from './layout-step.ts';
import { refreshObjectView } from './object-view.ts';

/** The column is filled (and indexed): it counts what did not fit, and shows the field in the object's view. Idempotent. */
export async function finishField(hub: HubHandle, { id }: { id: string }): Promise<{ failedCasts: number | null }> {
  const failedCasts = await countFailedCasts(hub, { id });
  const tables = await listTables(hub);
  await layoutStep(hub, async (tx) => {
    const field = await findFieldRow(hub, tx, id);
    if (!field) return;
    // Behind the fields that are shown already, whichever was declared first.
    await tx.query(
      `update ${hub.names.field} f
       set status = 'ready',
           position = (select max(o.position) + 1 from ${hub.names.field} o where o.table_name = f.table_name)
       where f.id = $1::text and f.status <> 'ready'`,
      [id],
    );
    await refreshObjectView(hub, tx, tables.find(({ name }) => name === field.table)!);
  });
  forgetFields(hub);
  return { failedCasts };
}
