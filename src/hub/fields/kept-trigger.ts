import type { HubHandle } from '../handle.ts';
import type { HubTx } from '../transaction.ts';
import { keepColumns } from './ddl.ts';
import { listFieldRows } from './field-rows.ts';

/** Brings the table's trigger to what its kept columns are, in the transaction that adds, renames or drops one. */
export async function refreshTrigger(hub: HubHandle, tx: HubTx, table: string): Promise<void> {
  const kept = (await listFieldRows(hub, tx, table)).filter(({ method }) => method === 'kept');
  await tx.query(keepColumns(hub.names, hub.schema, table, kept));
}
