import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { notFound } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import { Prisma } from '../db/generated/client.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { audit } from '../tenancy/index.ts';
import { type Connection, viewConnection } from './connection.ts';
import type { ConnectCtx } from './context.ts';
import { RateLimits } from './rate-limits.ts';

const UpdateConnection = z.strictObject({ connectionId: idInput, rateLimits: RateLimits.nullable().optional() });
export type UpdateConnection = z.input<typeof UpdateConnection>;

/** Sets the vendor's own budgets of a connection; null or none: the provider's hold again. What waits for a budget looks again at once. */
export async function updateConnection({ ctx, input }: Args<UpdateConnection, ConnectCtx>): Promise<Connection> {
  const { applicationId } = requireScope(ctx.actor, 'connections:write');
  const { connectionId, rateLimits } = UpdateConnection.parse(input);
  return withTransaction(ctx, async (tx) => {
    const before = await tx.connection.findFirst({ where: { id: connectionId, applicationId } });
    if (!before) throw notFound('connection', connectionId);
    if (rateLimits === undefined) return viewConnection(before);
    const row = await tx.connection.update({
      where: { id: connectionId, applicationId },
      data: { rateLimits: rateLimits?.length ? rateLimits : Prisma.DbNull, updatedAt: ctx.clock.now() },
    });
    const { customerId, providerConfigId } = row;
    await ctx.onConnectionChanged(tx, { kind: 'limits_changed', applicationId, connectionId, customerId, providerConfigId });
    await audit(tx, ctx, { applicationId, action: 'connection.updated', target: connectionId });
    return viewConnection(row);
  });
}
