import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { notFound } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import { type Args, type Prisma, type Tx, withTransaction } from '../db/index.ts';
import { audit } from '../tenancy/index.ts';
import { defaultsInput, objectsInput, resolveObjects } from './config-input.ts';
import type { SyncsCtx } from './context.ts';
import { refuseOverlap } from './create-sync-config.ts';
import { parseInput } from './input.ts';
import { type SyncConfig, toSyncConfig } from './outputs.ts';
import { lockProviderConfig, reconcile } from './reconcile.ts';
import { removeSyncs } from './remove-syncs.ts';
import { pauseSyncs, resumeSyncs, waitInstead } from './stop-syncs.ts';

const UpdateSyncConfig = z.strictObject({
  syncConfigId: idInput,
  /** The whole new list; what is left out is removed (guarded). The defaults apply to it, as in createSyncConfig. */
  objects: objectsInput.optional(),
  ...defaultsInput.shape,
  startOnConnection: z.boolean().optional(),
  /** `disabled` pauses the syncs and keeps them; `enabled` resumes what that paused. */
  status: z.enum(['enabled', 'disabled']).optional(),
  /** Needed when syncs would be removed. */
  force: z.boolean().optional(),
});

export async function updateSyncConfig({ ctx, input }: Args<unknown, SyncsCtx>): Promise<SyncConfig> {
  const { applicationId } = requireScope(ctx.actor, 'sync_configs:write');
  const wanted = parseInput(UpdateSyncConfig, input);
  const { syncConfigId, strategy, fullRefreshEvery, intervalSeconds } = wanted;
  return withTransaction(ctx, async (tx) => {
    const before = await lockSyncConfig(tx, applicationId, syncConfigId);
    const { providerConfigId, provider } = before;
    const given = wanted.objects ?? asInput(toSyncConfig(before));
    const objects = resolveObjects(ctx.catalog, provider, { defaults: { strategy, fullRefreshEvery, intervalSeconds }, objects: given });
    await refuseOverlap(tx, { applicationId, providerConfigId, objects, except: syncConfigId });
    await removeSyncs(tx, { applicationId, syncConfigId, keep: objects.map((o) => o.object), isForced: wanted.force === true });
    const row = await tx.syncConfig.update({
      where: { id: syncConfigId },
      data: {
        objects: objects as unknown as Prisma.InputJsonValue,
        startOnConnection: wanted.startOnConnection ?? before.startOnConnection,
        status: wanted.status ?? before.status,
        version: { increment: 1 },
        updatedAt: ctx.clock.now(),
      },
    });
    if (wanted.status === 'disabled') await pauseSyncs(tx, ctx.clock, { applicationId, syncConfigId }, 'config');
    if (wanted.status === 'enabled') {
      const where = { applicationId, syncConfigId };
      await resumeSyncs(tx, ctx.clock, { ...where, connection: { status: 'active' } }, ['config']);
      await waitInstead(tx, ctx.clock, { ...where, connection: { status: 'disabled' } }, ['config'], 'disconnected');
      await waitInstead(tx, ctx.clock, where, ['config'], 'auth');
    }
    await reconcile({ tx, clock: ctx.clock, input: { applicationId, providerConfigId } });
    await audit(tx, ctx, { applicationId, action: 'sync_config.updated', target: syncConfigId });
    return toSyncConfig(row);
  });
}

/** The config, with its provider config locked against reconciles that run at the same time. */
export async function lockSyncConfig(tx: Tx, applicationId: string, id: string) {
  const found = await tx.syncConfig.findUnique({ where: { applicationId_id: { applicationId, id } } });
  if (!found) throw notFound('sync config', id);
  await lockProviderConfig(tx, { applicationId, providerConfigId: found.providerConfigId });
  const locked = await tx.syncConfig.findUnique({ where: { applicationId_id: { applicationId, id } } });
  if (!locked) throw notFound('sync config', id);
  return locked;
}

/** Without a new list the objects stay as they are; the defaults of this call do not reach back to them. */
function asInput({ objects }: SyncConfig): z.infer<typeof objectsInput> {
  return objects.map((o) => ({ ...o }));
}
