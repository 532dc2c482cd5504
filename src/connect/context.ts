import type { CatalogCtx } from '../catalog/index.ts';
import type { Tx } from '../db/index.ts';
import type { Limits } from '../ops/config.ts';
import type { Egress } from './egress.ts';
import type { Vault } from './vault.ts';

export type ConnectCtx = CatalogCtx & {
  vault: Vault;
  egress: Egress;
  /** The API as browsers reach it, without a trailing slash. */
  publicUrl: string;
  limits: Limits;
  /**
   * Called inside the transaction that changes a connection: what follows from the change (deriving, pausing and
   * resuming syncs) commits with it. Higher floors give the function; `connect` knows nothing of them.
   */
  onConnectionChanged: (tx: Tx, change: ConnectionChange) => Promise<void>;
};

/** The public pages have no actor: the token in the URL, or the state of the callback, says whose they are. */
export type PublicConnectCtx = Omit<ConnectCtx, 'actor'>;

export interface ConnectionChange {
  kind: 'created' | 'reconnected' | 'needs_reauth' | 'disabled' | 'limits_changed';
  applicationId: string;
  connectionId: string;
  customerId: string;
  providerConfigId: string;
}
