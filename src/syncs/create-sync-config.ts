import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError, notFound } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { idInput, text } from '../base/text.ts';
import { findProvider, openProvider } from '../catalog/index.ts';
import { type Args, type Prisma, type Tx, withTransaction } from '../db/index.ts';
import { audit } from '../tenancy/index.ts';
import { type ConfigObject, defaultsInput, newObjectsPolicies, objectsInput, resolveObjects } from './config-input.ts';
import type { SyncsCtx } from './context.ts';
import { parseInput } from './input.ts';
import { offeredBy, viewSyncConfig } from './offered-objects.ts';
import type { SyncConfig } from './outputs.ts';
import { withoutCoveredParents } from './parents.ts';
import { lockProviderConfig, reconcile } from './reconcile.ts';

const CreateSyncConfig = z.strictObject({
  provider: text(100),
  /** Default: the application's hosted destination. */
  destinationId: idInput.optional(),
  ...defaultsInput.shape,
  objects: objectsInput,
  newObjects: z.enum(newObjectsPolicies).optional(),
  /** Default true: a new connection is read at once. false: the first run of each sync waits for a trigger. */
  startOnConnection: z.boolean().optional(),
});

/** Orders what to sync, for every customer that has connected the provider or ever will. */
export async function createSyncConfig({ ctx, input }: Args<unknown, SyncsCtx>): Promise<SyncConfig> {
  const { applicationId } = requireScope(ctx.actor, 'sync_configs:write');
  const wanted = parseInput(CreateSyncConfig, input);
  const { provider, destinationId, objects: given, newObjects, startOnConnection, ...defaults } = wanted;
  await findProvider(ctx, applicationId, provider);
  return withTransaction(ctx, async (tx) => {
    const providerConfig = await tx.providerConfig.findUnique({ where: { applicationId_provider: { applicationId, provider } } });
    if (!providerConfig) throw noProviderConfig(provider);
    await lockProviderConfig(tx, { applicationId, providerConfigId: providerConfig.id });
    const order = {
      applicationId,
      providerConfigId: providerConfig.id,
      destinationId: await findDestination(tx, applicationId, destinationId),
    };
    // Under the lock: a declared provider that changes looks at the sync configs that there are.
    const offer = await openProvider({ ...ctx, db: { prisma: tx } }, applicationId, provider);
    const objects = await withoutCoveredParents(tx, { ...order, objects: resolveObjects(offer, { defaults, objects: given }) });
    await refuseOverlap(tx, { ...order, objects });
    const now = ctx.clock.now();
    const row = await tx.syncConfig.create({
      data: {
        id: newId('scfg', now),
        applicationId,
        providerConfigId: providerConfig.id,
        provider,
        destinationId: order.destinationId,
        objects: objects as unknown as Prisma.InputJsonValue,
        newObjects: newObjects ?? 'list',
        knownObjects: offeredBy(offer.provider),
        startOnConnection: startOnConnection ?? true,
        createdAt: now,
        updatedAt: now,
      },
    });
    await reconcile({ tx, clock: ctx.clock, input: { applicationId, providerConfigId: providerConfig.id } });
    await audit(tx, ctx, { applicationId, action: 'sync_config.created', target: row.id });
    return viewSyncConfig(row, offer.provider);
  });
}

/**
 * Two orders for the same object into one destination would write the same records twice, with two checkpoints. Call with the provider
 * config locked.
 */
export async function refuseOverlap(
  tx: Tx,
  input: { applicationId: string; providerConfigId: string; destinationId: string; objects: ConfigObject[]; except?: string },
): Promise<void> {
  const { applicationId, providerConfigId, destinationId, objects, except } = input;
  const names = objects.map((o) => o.object);
  const [other] = await tx.$queryRaw<{ id: string; object: string }[]>`
    select sc.id, o.object
    from sync_config sc
    cross join lateral jsonb_to_recordset(sc.objects) as o(object text)
    where sc.application_id = ${applicationId}::text
      and sc.provider_config_id = ${providerConfigId}::text
      and sc.destination_id = ${destinationId}::text
      and sc.id <> ${except ?? ''}::text
      and o.object = any(${names}::text[])
    limit 1`;
  if (other)
    throw new AppError(
      'conflict',
      `${other.object} is already covered by the sync config ${other.id}. Change that one, leave the object out, or send it to another destination.`,
      {
        details: { sync_config_id: other.id, object: other.object },
      },
    );
}

function noProviderConfig(provider: string): AppError {
  return new AppError('not_found', `This application has no provider config for ${provider}. Create one first.`);
}

/** Absent: the hosted one. */
export async function findDestination(tx: Tx, applicationId: string, id: string | undefined): Promise<string> {
  const where = id === undefined ? { applicationId, kind: 'hosted' } : { applicationId, id };
  const found = await tx.destination.findFirst({ where, orderBy: { id: 'asc' }, select: { id: true } });
  if (!found) throw notFound('destination', id ?? 'hosted');
  return found.id;
}
