import { refreshObjectView } from './fields/object-view.ts';
import type { HubHandle } from './handle.ts';
import { secureTable } from './readers/secure-table.ts';
import type { HubTx } from './transaction.ts';
import type { HubTable } from './types.ts';
import { refreshUnifiedViews } from './unified/views.ts';

/**
 * What every new record table is given, in the transaction that creates it and before any writer registers: confined first, then
 * shown. None of it costs a slice anything.
 */
export async function tableCreated(hub: HubHandle, tx: HubTx, table: HubTable): Promise<void> {
  await secureTable(hub, tx, table.name);
  await refreshObjectView(hub, tx, table);
  await refreshUnifiedViews(hub, tx, table);
}

/** The same for the table that keeps every version: it has no view. */
export async function versionsCreated(hub: HubHandle, tx: HubTx, name: string): Promise<void> {
  await secureTable(hub, tx, name);
}
