import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { customerIdInput } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import type { ConnectCtx } from './context.ts';
import { disconnectConnection } from './disconnect-connection.ts';

export const DisconnectCustomer = z.strictObject({ customerId: customerIdInput });
export type DisconnectCustomer = z.input<typeof DisconnectCustomer>;

/** A customer has a handful of connections; more than this needs several calls, and the caller is told. */
const connectionsMax = 1000;

/** Disconnects every connection of a customer and asks for the purge of its records. Repeating it is harmless. */
export async function disconnectCustomer({ ctx, input }: Args<DisconnectCustomer, ConnectCtx>): Promise<void> {
  const { applicationId } = requireScope(ctx.actor, 'customers:write');
  const { customerId } = DisconnectCustomer.parse(input);
  const where = { applicationId, customerId, purgeRequestedAt: null };
  const rows = await ctx.db.prisma.connection.findMany({ where, select: { id: true }, orderBy: { id: 'asc' }, take: connectionsMax + 1 });
  const system = { ...ctx, actor: { kind: 'system' as const, id: 'disconnect_customer', applicationId } };
  for (const { id } of rows.slice(0, connectionsMax))
    await disconnectConnection({ ctx: system, input: { connectionId: id, purge: true, force: true } });
  if (rows.length > connectionsMax)
    throw new AppError('conflict', `The customer has more than ${connectionsMax} connections. Repeat the request.`);
}
