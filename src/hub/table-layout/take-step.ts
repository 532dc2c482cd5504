import { createHash } from 'node:crypto';
import { ident } from '../../db/sql.ts';
import { buildIndex } from '../build-index.ts';
import type { HubHandle } from '../handle.ts';
import { layoutStep } from '../layout-step.ts';
import type { HubTx } from '../transaction.ts';
import { createIndexStep, layoutColumns, type SteppedTable, tableSteps } from './steps.ts';

/** Of 0.15 s each: then the other tables have their turn. */
const triesMax = 4;
/** An index waits for everybody who began before it, without holding anybody up. */
const indexLockMsMax = 60_000;

/** The step that leads away from this layout. False: another process is at it. */
export async function takeStep(
  hub: HubHandle,
  on: SteppedTable,
  { layout, signal }: { layout: number; signal: AbortSignal },
): Promise<boolean> {
  const step = tableSteps[on.kind][layout - 1]!;
  if (step.kind === 'index') {
    const name = indexNameOf(on, step.name);
    const create = createIndexStep(hub.names, { name: ident(name), columns: step.columns }, on);
    const { remaining } = await buildIndex(hub, { key: name, name, create, signal, lockMsMax: indexLockMsMax });
    if (remaining) return false;
  }
  await layoutStep(
    hub,
    async (tx) => {
      // Under the hub's row, which the step holds: another process may have been faster.
      if ((await layoutOf(hub, tx, on)) !== layout) return;
      if (step.kind === 'change') await step.change(hub, tx, on);
      await tx.query(`update ${hub.names.table} set ${layoutColumns[on.kind]} = $2::int4 where name = $1::text`, [
        on.table.name,
        layout + 1,
      ]);
    },
    { triesMax },
  );
  return true;
}

async function layoutOf(hub: HubHandle, tx: HubTx, { kind, table }: SteppedTable): Promise<number> {
  const { rows } = await tx.query<{ layout: number }>(
    `select ${layoutColumns[kind]} as layout from ${hub.names.table} where name = $1::text`,
    [table.name],
  );
  return rows[0]!.layout;
}

/** A table's name may fill what Postgres keeps of a name. */
function indexNameOf({ name }: SteppedTable, step: string): string {
  return `_syncline_${step}_${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}
