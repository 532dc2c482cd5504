import type { Args, Ctx } from '../db/index.ts';
import type { TokenKeys } from './token-keys.ts';

/** What the verbs of this room get. */
export type TenancyCtx = Ctx & {
  tokenKeys: TokenKeys;
  /**
   * Disconnects every connection of a customer and asks for the purge of its records. A higher floor does it; it calls
   * providers, so it happens before the transaction that deletes the customer, and may be repeated.
   */
  disconnectCustomer: (args: Args<{ customerId: string }, Ctx>) => Promise<void>;
  /** Ends the SQL roles that were issued for a customer. A higher floor does it, in the destinations, and it may be repeated. */
  revokeCustomerAccess: (args: Args<{ customerId: string }, Ctx>) => Promise<void>;
};
