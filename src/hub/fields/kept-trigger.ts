import type { HubHandle } from '../handle.ts';
import type { HubTx } from '../transaction.ts';
import { keepColumns } from './ddl.ts';
import { listFieldRows } from './field-rows.ts';

/**
 * Brings the table's trigger to what its kept columns are, in the transaction that adds, renames or drops one; `first` goes in the same
 * round trip, because from there on writers wait for the commit.
 */
export async function refreshTrigger(hub: HubHandle, tx: HubTx, table: string, first?: string): Promise<void> {
  const kept = (await listFieldRows(hub, tx, table)).filter(({ method }) => method === 'kept');
  const keep = keepColumns(hub.names, hub.schema, table, kept);
  await tx.query(first === undefined ? keep : `${first};\n${keep}`);
}
