import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { notFound } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import { openProvider } from '../catalog/index.ts';
import { type Args, type Prisma, type Tx, withTransaction } from '../db/index.ts';
import { audit } from '../tenancy/index.ts';
import { adjustSchedules } from './adjust-schedules.ts';
import { type DefaultsInput, defaultsInput, newObjectsPolicies, objectsInput, resolveObjects } from './config-input.ts';
import type { SyncsCtx } from './context.ts';
import { findDestination, refuseOverlap } from './create-sync-config.ts';
import { inputError, parseInput, snake } from './input.ts';
import { moveSyncs } from './move-syncs.ts';
import { offeredBy, viewSyncConfig } from './offered-objects.ts';
import { type SyncConfig, storedObjects } from './outputs.ts';
import { refuseOrphans, refuseParentless, withoutCoveredParents } from './parents.ts';
import { lockProviderConfig, reconcile } from './reconcile.ts';
import { refuseSilentResync } from './refuse-silent-resync.ts';
import { removeSyncs } from './remove-syncs.ts';
import { pauseSyncs, resumeSyncs, waitInstead } from './stop-syncs.ts';

const UpdateSyncConfig = z.strictObject({
  syncConfigId: idInput,
  /** The whole new list; what is left out is removed (guarded). The defaults apply to it, as in createSyncConfig. */
  objects: objectsInput.optional(),
  newObjects: z.enum(newObjectsPolicies).optional(),
  ...defaultsInput.shape,
  startOnConnection: z.boolean().optional(),
  /** Everything is read again into the new one; what the old one holds stays there. */
  destinationId: idInput.optional(),
  /** `disabled` pauses the syncs and keeps them; `enabled` resumes what that paused. */
  status: z.enum(['enabled', 'disabled']).optional(),
  /** Needed when syncs would be removed. */
  force: z.boolean().optional(),
  /** Needed when what the hub holds must be compared anew. */
  resync: z.boolean().optional(),
});

export async function updateSyncConfig({ ctx, input }: Args<unknown, SyncsCtx>): Promise<SyncConfig> {
  const { applicationId } = requireScope(ctx.actor, 'sync_configs:write');
  const wanted = parseInput(UpdateSyncConfig, input);
  const { syncConfigId, objects: given, newObjects, startOnConnection, destinationId: moved, status, force, resync, ...defaults } = wanted;
  if (given === undefined) refuseLostDefaults(defaults);
  return withTransaction(ctx, async (tx) => {
    const before = await lockSyncConfig(tx, applicationId, syncConfigId);
    const { providerConfigId, provider } = before;
    const offer = await openProvider({ ...ctx, db: { prisma: tx } }, applicationId, provider);
    const destinationId = moved === undefined ? before.destinationId : await findDestination(tx, applicationId, moved);
    const isMoved = destinationId !== before.destinationId;
    const order = { applicationId, providerConfigId, destinationId, except: syncConfigId };
    const stored = storedObjects(before);
    // Without a new list the objects stay as they are; the defaults of this call do not reach back to them.
    const objects =
      given === undefined
        ? stored
        : await withoutCoveredParents(tx, { ...order, objects: resolveObjects(offer, { defaults, objects: given }) });
    await refuseOverlap(tx, { ...order, objects });
    await refuseOrphans(tx, offer, { ...order, destinationId: before.destinationId, objects: isMoved ? [] : objects });
    if (isMoved) await refuseParentless(tx, offer, { ...order, objects });
    await removeSyncs(tx, { applicationId, syncConfigId, keep: objects.map((o) => o.object), isForced: force === true });
    if (resync !== true) await refuseSilentResync(tx, { applicationId, syncConfigId, before: stored, after: objects });
    if (isMoved) await moveSyncs(tx, ctx.clock, { applicationId, syncConfigId, destinationId, isAgreed: resync === true });
    const row = await tx.syncConfig.update({
      where: { id: syncConfigId },
      data: {
        objects: objects as unknown as Prisma.InputJsonValue,
        newObjects: newObjects ?? before.newObjects,
        ...(given === undefined ? {} : { knownObjects: offeredBy(offer.provider) }),
        startOnConnection: startOnConnection ?? before.startOnConnection,
        destinationId,
        status: status ?? before.status,
        version: { increment: 1 },
        updatedAt: ctx.clock.now(),
      },
    });
    if (status === 'disabled') await pauseSyncs(tx, ctx.clock, { applicationId, syncConfigId }, 'config');
    if (status === 'enabled') {
      const where = { applicationId, syncConfigId };
      await resumeSyncs(tx, ctx.clock, { ...where, connection: { status: 'active' } }, ['config']);
      await waitInstead(tx, ctx.clock, { ...where, connection: { status: 'disabled' } }, ['config'], 'disconnected');
      await waitInstead(tx, ctx.clock, where, ['config'], 'auth');
    }
    if (given !== undefined) await adjustSchedules(tx, ctx.clock, row);
    await reconcile({ tx, clock: ctx.clock, input: { applicationId, providerConfigId } });
    await audit(tx, ctx, { applicationId, action: 'sync_config.updated', target: syncConfigId });
    return viewSyncConfig(row, offer.provider);
  });
}

/** Defaults hold for the objects of the same call. Without a list they would change nothing, and nobody would notice. */
function refuseLostDefaults(defaults: DefaultsInput): void {
  const [lost] = Object.entries(defaults).flatMap(([name, value]) => (value === undefined ? [] : [snake(name)]));
  if (lost !== undefined) throw inputError(lost, `${lost} holds for the objects of the same call: give the whole list of objects as well.`);
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
