import { requireScope } from '../base/actor.ts';
import { type ConnectionClient, createConnectionClient } from './connection-client.ts';
import type { ConnectCtx } from './context.ts';
import { holdConnection } from './held-connection.ts';

export type { ConnectionClient } from './connection-client.ts';
export type { ProviderAnswer } from './send.ts';

/**
 * The authorised client of a connection of the actor's application. Throws `not_found` for another's, and a
 * `ProviderError` of meaning `unauthorized` for one that is not active.
 */
export async function openConnectionClient({ ctx, connectionId }: { ctx: ConnectCtx; connectionId: string }): Promise<ConnectionClient> {
  const { applicationId } = requireScope(ctx.actor, 'connections:write');
  return createConnectionClient(ctx, applicationId, await holdConnection(ctx, applicationId, connectionId));
}
