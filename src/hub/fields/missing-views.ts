import type { HubHandle } from '../handle.ts';
import { listTables } from '../tables.ts';
import { layoutStep } from './layout-step.ts';
import { refreshObjectView } from './object-view.ts';

/** Tables that an earlier release made have no view yet. */
export async function addMissingViews(hub: HubHandle): Promise<void> {
  const { rows } = await hub.pool.query<{ name: string }>(`select name from ${hub.names.table} where view_name is null`);
  if (rows.length === 0) return;
  const missing = new Set(rows.map(({ name }) => name));
  for (const table of (await listTables(hub)).filter(({ name }) => missing.has(name)))
    await layoutStep(hub, (tx) => refreshObjectView(hub, tx, table));
}

/** At a hub's opening. Whoever opens the hub does not wait for it; what could not be made is made at the next opening, or look at the views. */
export function addMissingViewsBehind(hub: HubHandle): void {
  addMissingViews(hub).catch((error: Error) => {
    hub.log.warn({ schema: hub.schema, err: error }, 'the views of tables that are older than this release could not be made yet');
  });
}
