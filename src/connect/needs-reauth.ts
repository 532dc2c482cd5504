import type { Connection as ConnectionRow } from '../db/generated/client.ts';
import { withTransaction } from '../db/index.ts';
import { emit } from '../events/emit.ts';
import { connectionEventData } from './connection.ts';
import type { PublicConnectCtx } from './context.ts';

/**
 * The customer must authorise again. Written only when the credentials are still the ones that were refused and, for a
 * refresh, when its lease still holds: a late verdict about an old token changes nothing.
 */
export async function markNeedsReauth(
  ctx: Pick<PublicConnectCtx, 'db' | 'clock' | 'onConnectionChanged'>,
  connection: ConnectionRow,
  verdict: { reason: string; fence?: bigint },
): Promise<boolean> {
  const { id, applicationId, customerId, providerConfigId, credentialsVersion } = connection;
  return withTransaction(ctx, async (tx) => {
    const { count } = await tx.connection.updateMany({
      where: {
        id,
        applicationId,
        status: 'active',
        credentialsVersion,
        ...(verdict.fence !== undefined && { refreshFence: verdict.fence }),
      },
      data: {
        status: 'needs_reauth',
        statusReason: verdict.reason,
        refreshLeaseOwner: null,
        refreshLeaseUntil: null,
        updatedAt: ctx.clock.now(),
      },
    });
    if (count === 0) return false;
    const data = { ...connectionEventData(connection), reason: verdict.reason };
    await emit(tx, ctx.clock, { applicationId, type: 'connection.needs_reauth', data });
    await ctx.onConnectionChanged(tx, { kind: 'needs_reauth', applicationId, connectionId: id, customerId, providerConfigId });
    return true;
  });
}
