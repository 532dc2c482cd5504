import type { HubHandle } from '../handle.ts';
import type { HubTx } from '../transaction.ts';

/** The views of unified models, over the tables that are there. */
export async function refreshUnifiedViews(_hub: HubHandle, _tx: HubTx): Promise<void> {}
