import type { HubHandle } from '../handle.ts';
import type { HubTx } from '../transaction.ts';

/** Where roles were issued, a new relation of records is confined before anybody can read it. */
export async function secureTable(_hub: HubHandle, _tx: HubTx, _relation: string): Promise<void> {}
