import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import { type Args, type Tx, withTransaction } from '../db/index.ts';
import { audit } from '../tenancy/index.ts';
import type { DestinationsCtx } from './context.ts';
import { findDestinationRow } from './find-destination.ts';

const DeleteDestination = z.strictObject({ destinationId: idInput, force: z.boolean().default(false) });
export type DeleteDestination = z.input<typeof DeleteDestination>;

/** Forgets a vendor's own database, and with force the orders that land there. Its tables stay: they are the vendor's. */
export async function deleteDestination({ ctx, input }: Args<DeleteDestination, DestinationsCtx>): Promise<void> {
  const { applicationId } = requireScope(ctx.actor, 'destinations:write');
  const { destinationId, force } = DeleteDestination.parse(input);
  const row = await findDestinationRow(ctx.db.prisma, applicationId, destinationId);
  if (row.kind !== 'postgres') throw new AppError('conflict', 'The hosted destination belongs to the application and stays with it.');
  const target = await ctx.targets.of(row);
  await withTransaction(ctx, async (tx) => {
    await refuseWhileReaders(tx, { applicationId, destinationId });
    if (force) await ctx.removeSyncConfigs(tx, ctx, { applicationId, destinationId });
    else await refuseWhileUsed(tx, { applicationId, destinationId });
    await tx.destination.delete({ where: { id: destinationId, applicationId } });
    await audit(tx, ctx, { applicationId, action: 'destination.deleted', target: destinationId });
  }).catch(asConflict);
  await ctx.hubs.forget(row, target).catch((error: Error & { code?: string }) => {
    // Its note of whose hub it is stays behind; the documentation says how the vendor takes it away.
    ctx.log.warn({ destination_id: destinationId, code: error.code, reason: error.message }, 'a deleted destination could not be told');
  });
}

/** Its foreign keys: an order was made for it meanwhile. */
function asConflict(cause: unknown): never {
  if (cause instanceof Error && 'code' in cause && (cause.code === 'P2003' || cause.code === 'P2025'))
    throw new AppError('conflict', 'The destination was changed by somebody else meanwhile. Repeat the request.', { cause });
  throw cause;
}

type Where = { applicationId: string; destinationId: string };

async function refuseWhileUsed(tx: Tx, where: Where): Promise<void> {
  const [syncConfigs, syncs] = [await tx.syncConfig.count({ where }), await tx.sync.count({ where })];
  if (syncConfigs === 0 && syncs === 0) return;
  throw new AppError(
    'force_required',
    `This would end ${syncConfigs} sync configs with ${syncs} syncs and their run history. The records stay in your database. Repeat it with force.`,
    { details: { sync_configs: syncConfigs, syncs } },
  );
}

/** Their roles live in the vendor's database, which nobody would open again to take them away. */
async function refuseWhileReaders(tx: Tx, where: Where): Promise<void> {
  const credentials = await tx.sqlCredential.count({ where: { ...where, revokedAt: null } });
  if (credentials > 0)
    throw new AppError('conflict', `${credentials} SQL credentials of this destination are in use. Revoke them first.`, {
      details: { sql_credentials: credentials },
    });
}
