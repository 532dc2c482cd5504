import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError, notFound } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { customerIdInput, idInput, nameCharsMax, text } from '../base/text.ts';
import type { Destination as DestinationRow } from '../db/generated/client.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { audit, requireCustomer } from '../tenancy/index.ts';
import type { AccessCtx } from './context.ts';
import { scramVerifier } from './scram.ts';
import { type NewSqlCredential, newPassword, newRole, refuseUnreachable, shownCredential } from './sql-credential.ts';

export const connectionsMaxDefault = 5;
export const connectionsMaxMax = 50;
/** Of one statement, unless the role sets another bound for itself. */
export const statementSeconds = 60;
/** Not revoked, of one application. */
const credentialsMax = 10_000;

const CreateSqlCredential = z.strictObject({
  name: text(nameCharsMax),
  destinationId: idInput.optional(),
  customerId: customerIdInput.optional(),
  connectionsMax: z.int().min(1).max(connectionsMaxMax).default(connectionsMaxDefault),
});
export type CreateSqlCredential = z.input<typeof CreateSqlCredential>;

/**
 * Issues a role that reads the tables of a destination, of one customer or of all. Its row is there before the role is: whatever
 * happens in between, no role exists that nobody knows of.
 */
export async function createSqlCredential({ ctx, input }: Args<CreateSqlCredential, AccessCtx>): Promise<NewSqlCredential> {
  const { applicationId } = requireScope(ctx.actor, 'sql_credentials:write');
  const { name, destinationId, customerId = null, connectionsMax } = CreateSqlCredential.parse(input);
  const destination = await findDestination(ctx, applicationId, destinationId);
  refuseUnreachable(ctx, destination);
  const hub = await ctx.hubs.open(destination);
  const createdAt = ctx.clock.now();
  const row = await withTransaction(ctx, async (tx) => {
    if (customerId !== null) await requireCustomer(tx, applicationId, customerId);
    if ((await tx.sqlCredential.count({ where: { applicationId, revokedAt: null } })) >= credentialsMax)
      throw new AppError('conflict', `An application has ${credentialsMax} SQL credentials at most. Revoke those that nobody uses.`);
    const id = newId('sqlc', createdAt);
    await audit(tx, ctx, { applicationId, action: 'sql_credential.created', target: id });
    return tx.sqlCredential.create({
      data: { id, applicationId, destinationId: destination.id, customerId, name, role: newRole(), connectionsMax, createdAt },
      include: { destination: true },
    });
  });
  const password = newPassword();
  try {
    const { id: credentialId, role } = row;
    const isOurs = destination.kind === 'hosted';
    await hub.grantReader({ role, credentialId, customerId, verifier: scramVerifier(password), connectionsMax, statementSeconds, isOurs });
  } catch (error) {
    await ctx.db.prisma.sqlCredential.update({ where: { id: row.id }, data: { revokedAt: ctx.clock.now() } });
    throw error;
  }
  return { ...shownCredential(ctx, row), password };
}

/** The named one, or the application's first: its hosted one. */
async function findDestination({ db }: AccessCtx, applicationId: string, id: string | undefined): Promise<DestinationRow> {
  const found = await db.prisma.destination.findFirst({
    where: { applicationId, ...(id === undefined ? { kind: 'hosted' } : { id }) },
    orderBy: { createdAt: 'asc' },
  });
  if (!found) throw notFound('destination', id ?? 'hosted');
  return found;
}
