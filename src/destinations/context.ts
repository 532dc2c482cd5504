import type { Ctx, Tx } from '../db/index.ts';
import type { HubCtx } from '../hub/context.ts';
import type { AccessVault } from './access.ts';
import type { Targets } from './targets.ts';

export type DestinationsCtx = HubCtx & {
  vault: AccessVault;
  targets: Targets;
  /** Ends every order that lands in a destination, syncs and run history with it, in the transaction that deletes it. A higher floor does it. */
  removeSyncConfigs: (tx: Tx, ctx: Pick<Ctx, 'actor' | 'clock'>, input: { applicationId: string; destinationId: string }) => Promise<void>;
};
