import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { audit } from '../tenancy/index.ts';
import type { ConnectCtx } from './context.ts';
import { disconnectConnection } from './disconnect-connection.ts';
import { deletedStatus, findProviderConfig } from './provider-config.ts';

export const DeleteProviderConfig = z.strictObject({ providerConfigId: z.string().min(1).max(64), force: z.boolean().default(false) });
export type DeleteProviderConfig = z.input<typeof DeleteProviderConfig>;

/** Connections that one call disconnects; with more, the call is repeated. */
const disconnectsMax = 1000;

/**
 * Sync configs stand in the way and are deleted by their own verb. Connections need force, which disconnects them; their
 * records stay and can still be purged, for which the row stays behind, without its secret and hidden.
 */
export async function deleteProviderConfig({ ctx, input }: Args<DeleteProviderConfig, ConnectCtx>): Promise<void> {
  const { applicationId } = requireScope(ctx.actor, 'provider_configs:write');
  const { providerConfigId, force } = DeleteProviderConfig.parse(input);
  await findProviderConfig(ctx.db.prisma, applicationId, providerConfigId);
  const where = { applicationId, providerConfigId };
  refuseWhileSyncConfigs(await ctx.db.prisma.syncConfig.count({ where }));

  const live = { ...where, status: { not: 'disabled' } };
  const connections = await ctx.db.prisma.connection.count({ where: live });
  if (connections > 0 && !force)
    throw new AppError('force_required', `This would disconnect ${connections} connections. Repeat with force if that is meant.`, {
      details: { connections },
    });
  const ids = await ctx.db.prisma.connection.findMany({ where: live, select: { id: true }, orderBy: { id: 'asc' }, take: disconnectsMax });
  const system = { ...ctx, actor: { kind: 'system' as const, id: 'delete_provider_config', applicationId } };
  for (const { id } of ids) await disconnectConnection({ ctx: system, input: { connectionId: id } });

  await withTransaction(ctx, async (tx) => {
    // The row's lock waits for connections that are being made: their foreign key shares this row.
    await tx.$queryRaw`select 1 from provider_config where application_id = ${applicationId}::text and id = ${providerConfigId}::text for update`;
    refuseWhileSyncConfigs(await tx.syncConfig.count({ where }));
    const left = await tx.connection.count({ where: live });
    if (left > 0)
      throw new AppError('conflict', `${left} more connections are there. Repeat the request.`, { details: { connections: left } });
    if ((await tx.connection.count({ where })) === 0) await tx.providerConfig.delete({ where: { id: providerConfigId, applicationId } });
    else await hide();

    async function hide() {
      await tx.connectSession.deleteMany({ where });
      await tx.providerConfig.update({
        where: { id: providerConfigId, applicationId },
        data: {
          status: deletedStatus,
          statusReason: null,
          clientSecretSealed: null,
          clientSecretKeyId: null,
          version: { increment: 1 },
          updatedAt: ctx.clock.now(),
        },
      });
    }
    await audit(tx, ctx, { applicationId, action: 'provider_config.deleted', target: providerConfigId });
  });
}

function refuseWhileSyncConfigs(syncConfigs: number): void {
  if (syncConfigs > 0)
    throw new AppError('conflict', `${syncConfigs} sync configs use this provider config. Delete them first.`, {
      details: { sync_configs: syncConfigs },
    });
}
