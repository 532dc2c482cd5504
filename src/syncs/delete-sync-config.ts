import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { idInput } from '../base/text.ts';
import { openProvider } from '../catalog/index.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { audit } from '../tenancy/index.ts';
import type { SyncsCtx } from './context.ts';
import { parseInput } from './input.ts';
import { refuseOrphans } from './parents.ts';
import { removeSyncs } from './remove-syncs.ts';
import { lockSyncConfig } from './update-sync-config.ts';

const DeleteSyncConfig = z.strictObject({ syncConfigId: idInput, force: z.boolean().optional() });

/** Ends an order. Its syncs and their run history go with it; the records stay in the hub. */
export async function deleteSyncConfig({ ctx, input }: Args<unknown, SyncsCtx>): Promise<void> {
  const { applicationId } = requireScope(ctx.actor, 'sync_configs:write');
  const { syncConfigId, force } = parseInput(DeleteSyncConfig, input);
  await withTransaction(ctx, async (tx) => {
    const { provider, providerConfigId, destinationId } = await lockSyncConfig(tx, applicationId, syncConfigId);
    const offer = await openProvider({ ...ctx, db: { prisma: tx } }, applicationId, provider);
    await refuseOrphans(tx, offer, { applicationId, providerConfigId, destinationId, except: syncConfigId, objects: [] });
    await removeSyncs(tx, { applicationId, syncConfigId, keep: [], isForced: force === true });
    await tx.syncConfig.delete({ where: { id: syncConfigId } });
    await audit(tx, ctx, { applicationId, action: 'sync_config.deleted', target: syncConfigId });
  });
}
