import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { customerIdInput, idInput } from '../base/text.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { audit } from '../tenancy/index.ts';
import type { AccessCtx } from './context.ts';
import { findCredential } from './sql-credential.ts';

const RevokeSqlCredential = z.strictObject({ sqlCredentialId: idInput });
export type RevokeSqlCredential = z.input<typeof RevokeSqlCredential>;

/** Ends the role at once and for good. Until its destination has said so, the credential stays in the list. */
export async function revokeSqlCredential({ ctx, input }: Args<RevokeSqlCredential, AccessCtx>): Promise<void> {
  const { applicationId } = requireScope(ctx.actor, 'sql_credentials:write');
  const { sqlCredentialId } = RevokeSqlCredential.parse(input);
  await revoke(ctx, applicationId, sqlCredentialId);
}

const RevokeOfCustomer = z.strictObject({ customerId: customerIdInput });

/** Everything that was issued for a customer who is being deleted: a later customer of the same id is somebody else. */
export async function revokeSqlCredentialsOfCustomer({ ctx, input }: Args<z.input<typeof RevokeOfCustomer>, AccessCtx>): Promise<void> {
  const { applicationId } = requireScope(ctx.actor, 'customers:write');
  const { customerId } = RevokeOfCustomer.parse(input);
  const issued = await ctx.db.prisma.sqlCredential.findMany({
    where: { applicationId, customerId, revokedAt: null },
    select: { id: true },
  });
  for (const { id } of issued) await revoke(ctx, applicationId, id);
}

async function revoke(ctx: AccessCtx, applicationId: string, id: string): Promise<void> {
  const { destination, role } = await findCredential(ctx, applicationId, id);
  const hub = await ctx.hubs.open(destination);
  await hub.revokeReader({ role });
  await withTransaction(ctx, async (tx) => {
    const { count } = await tx.sqlCredential.updateMany({
      where: { applicationId, id, revokedAt: null },
      data: { revokedAt: ctx.clock.now() },
    });
    if (count > 0) await audit(tx, ctx, { applicationId, action: 'sql_credential.revoked', target: id });
  });
}
