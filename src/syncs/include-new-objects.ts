import type { Clock } from '../base/clock.ts';
import type { OpenProvider } from '../catalog/index.ts';
import type { SyncConfig as SyncConfigRow } from '../db/generated/client.ts';
import type { Prisma, Tx } from '../db/index.ts';
import { emit } from '../events/emit.ts';
import { resolveObjects } from './config-input.ts';
import { newlyOfferedTo, offeredBy } from './offered-objects.ts';
import { storedObjects } from './outputs.ts';
import { reconcile } from './reconcile.ts';

/**
 * Takes up what the provider has begun to offer, where the sync config says `include`: read as the catalog recommends. What another
 * sync config covers stays there. Call with the provider config locked.
 */
export async function includeNewObjects(tx: Tx, clock: Clock, row: SyncConfigRow, offer: OpenProvider): Promise<SyncConfigRow> {
  const { id: syncConfigId, applicationId, providerConfigId, destinationId } = row;
  const fresh = newlyOfferedTo(row, offer.provider);
  if (row.newObjects !== 'include' || fresh.length === 0) return row;
  const others = await tx.syncConfig.findMany({ where: { applicationId, providerConfigId, destinationId, id: { not: syncConfigId } } });
  const known = storedObjects(row);
  const taken = new Set([...known, ...others.flatMap(storedObjects)].map(({ object }) => object));
  const wanted = fresh.filter((name) => !taken.has(name));
  const added = wanted.length === 0 ? [] : resolveObjects(offer, { defaults: {}, objects: wanted.map((object) => ({ object })) });
  const objects = [...known, ...added.filter(({ object }) => !taken.has(object))];
  const after = await tx.syncConfig.update({
    where: { id: syncConfigId },
    data: {
      objects: objects as unknown as Prisma.InputJsonValue,
      knownObjects: offeredBy(offer.provider),
      version: { increment: 1 },
      updatedAt: clock.now(),
    },
  });
  await reconcile({ tx, clock, input: { applicationId, providerConfigId } });
  const data = { sync_config_id: syncConfigId, provider: row.provider, objects: wanted.join(',') };
  await emit(tx, clock, { applicationId, type: 'sync_config.objects_included', data });
  return after;
}
