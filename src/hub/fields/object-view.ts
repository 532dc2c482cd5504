import type { HubHandle } from '../handle.ts';
import type { HubTx } from '../transaction.ts';
import type { HubTable } from '../types.ts';

/** The view of a table's live records with their fields by name. */
export async function refreshObjectView(_hub: HubHandle, _tx: HubTx, _table: HubTable): Promise<void> {}
