import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { customerIdInput } from '../base/text.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { audit } from './audit.ts';
import type { TenancyCtx } from './context.ts';
import { connectionsInTheWay, requireCustomer } from './customer.ts';

const DeleteCustomer = z.strictObject({ customerId: customerIdInput, force: z.boolean().default(false) });
export type DeleteCustomer = z.input<typeof DeleteCustomer>;

/**
 * The customer is gone at once: not found, its tokens refused. With connections it needs force, which disconnects them
 * and asks for the purge of their records; the row then stays, nameless and hidden, until nothing refers to it.
 */
export async function deleteCustomer({ ctx, input }: Args<DeleteCustomer, TenancyCtx>): Promise<void> {
  const { applicationId } = requireScope(ctx.actor, 'customers:write');
  const { customerId, force } = DeleteCustomer.parse(input);
  await requireCustomer(ctx.db.prisma, applicationId, customerId);
  const connections = await ctx.db.prisma.connection.count({ where: { applicationId, customerId } });
  if (connections > 0 && !force) throw connectionsInTheWay(connections);
  if (connections > 0) await ctx.disconnectCustomer({ ctx, input: { customerId } });
  await ctx.revokeCustomerAccess({ ctx, input: { customerId } });
  await withTransaction(ctx, async (tx) => {
    // The row's lock waits for a connection that is being made: its foreign key shares this row.
    await tx.$queryRaw`select 1 from customer where application_id = ${applicationId}::text and id = ${customerId}::text for update`;
    if ((await tx.connection.count({ where: { applicationId, customerId, status: { not: 'disabled' } } })) > 0)
      throw new AppError('conflict', 'The customer connected again meanwhile. Repeat the request.');
    const deletedAt = ctx.clock.now();
    await tx.connectSession.deleteMany({ where: { applicationId, customerId } });
    await tx.customer.update({ where: { applicationId_id: { applicationId, id: customerId } }, data: { name: null, deletedAt } });
    await audit(tx, ctx, { applicationId, action: 'customer.deleted', target: customerId });
  });
}
