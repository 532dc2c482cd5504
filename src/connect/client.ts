import { requireScope } from '../base/actor.ts';
import { type AskingSync, type ConnectionClient, createConnectionClient } from './connection-client.ts';
import type { ConnectCtx } from './context.ts';
import { holdConnection } from './held-connection.ts';

export { BudgetSpent } from './budget.ts';
export type { ConnectionClient } from './connection-client.ts';
export type { ProviderAnswer } from './send.ts';

/**
 * The authorised client of a connection of the actor's application. Throws `not_found` for another's, and a
 * `ProviderError` of meaning `unauthorized` for one that is not active. Without a `sync`, somebody waits for the answers.
 */
export async function openConnectionClient({ ctx, connectionId, sync = null }: OpenArgs): Promise<ConnectionClient> {
  const { applicationId } = requireScope(ctx.actor, 'connections:write');
  return createConnectionClient(ctx, applicationId, await holdConnection(ctx, applicationId, connectionId), sync);
}

interface OpenArgs {
  ctx: ConnectCtx;
  connectionId: string;
  sync?: AskingSync | null;
}
