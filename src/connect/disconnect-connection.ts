import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError, notFound } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import type { Connection as ConnectionRow } from '../db/generated/client.ts';
import { type Args, databaseNow, type Tx, withTransaction } from '../db/index.ts';
import { emit } from '../events/emit.ts';
import { enqueue } from '../queue/index.ts';
import { audit } from '../tenancy/index.ts';
import { type Connection, connectionEventData, viewConnection } from './connection.ts';
import type { ConnectCtx } from './context.ts';
import { type Revocation, revokeAtProvider } from './revoke-at-provider.ts';

export const DisconnectConnection = z.strictObject({
  connectionId: idInput,
  /** Also empties the connection's records, everywhere. Needs force. */
  purge: z.boolean().default(false),
  force: z.boolean().default(false),
});
export type DisconnectConnection = z.input<typeof DisconnectConnection>;

export type DisconnectedConnection = Connection & { revocation: Revocation };

/**
 * Forgets the credentials first, so that no call goes out any more, and then asks the provider to revoke them. A provider
 * that does not answer cannot keep a customer connected: the outcome of the revocation is part of the result.
 */
export async function disconnectConnection({ ctx, input }: Args<DisconnectConnection, ConnectCtx>): Promise<DisconnectedConnection> {
  const { applicationId } = requireScope(ctx.actor, 'connections:write');
  const { connectionId, purge, force } = DisconnectConnection.parse(input);
  const { before, after } = await withTransaction(ctx, async (tx) => {
    const before = await lockConnection(tx, applicationId, connectionId);
    if (purge && !force) throw await purgeNeedsForce(tx, before);
    const isLive = before.status !== 'disabled';
    const now = await databaseNow(tx);
    const after = await tx.connection.update({
      where: { id: connectionId, applicationId },
      data: {
        ...(isLive && disabled(now)),
        ...(purge && { purgeRequestedAt: before.purgeRequestedAt ?? now }),
        updatedAt: now,
      },
    });
    if (isLive) {
      await emit(tx, ctx.clock, { applicationId, type: 'connection.disabled', data: connectionEventData(after) });
      const { customerId, providerConfigId } = after;
      await ctx.onConnectionChanged(tx, { kind: 'disabled', applicationId, connectionId, customerId, providerConfigId });
    }
    if (purge) await enqueue(tx, 'purge-connection', { connectionId });
    if (isLive || purge)
      await audit(tx, ctx, { applicationId, action: purge ? 'connection.purged' : 'connection.disconnected', target: connectionId });
    return { before, after };
  });
  return { ...viewConnection(after), revocation: await revokeAtProvider(ctx, before) };
}

/** The lock waits for a refresh that is being saved, so that the newest tokens are the ones that are revoked. */
async function lockConnection(tx: Tx, applicationId: string, connectionId: string): Promise<ConnectionRow> {
  await tx.$queryRaw`
    select 1
    from connection
    where application_id = ${applicationId}::text
    and id = ${connectionId}::text
    for update`;
  const row = await tx.connection.findFirst({ where: { id: connectionId, applicationId } });
  if (!row) throw notFound('connection', connectionId);
  return row;
}

async function purgeNeedsForce(tx: Tx, { id, applicationId }: ConnectionRow): Promise<AppError> {
  const syncs = await tx.sync.count({ where: { connectionId: id, applicationId } });
  return new AppError(
    'force_required',
    `This would empty every record that ${syncs} syncs have read for this connection. Repeat with force if that is meant.`,
    {
      details: { syncs },
    },
  );
}

function disabled(now: Date) {
  return {
    status: 'disabled',
    statusReason: 'disconnected',
    credentialsSealed: null,
    credentialsKeyId: null,
    credentialsVersion: { increment: 1 },
    accessExpiresAt: null,
    refreshLeaseOwner: null,
    refreshLeaseUntil: null,
    disconnectedAt: now,
  };
}
