import { AppError } from '../base/errors.ts';
import type { OpenProvider } from '../catalog/index.ts';
import type { Tx } from '../db/index.ts';
import type { ConfigObject, ObjectInput } from './config-input.ts';

/** A provider's objects are nested this deep at most. */
const nestedMax = 5;

/**
 * An object that is read under another needs that other one: it is taken in, whether it was left out or taken out. What was
 * taken in says for whom.
 */
export function withParents(offer: OpenProvider, objects: ObjectInput[]): (ObjectInput & { requiredBy: string[] | null })[] {
  const all = objects.map((one) => ({ ...one, requiredBy: null as string[] | null }));
  for (let round = 0; round < nestedMax; round++)
    for (const { object } of [...all]) {
      const parent = offer.object(object).parent?.object;
      if (parent === undefined) continue;
      const known = all.find((one) => one.object === parent);
      if (known === undefined) all.push({ object: parent, requiredBy: [object] });
      else if (known.requiredBy !== null && !known.requiredBy.includes(object)) known.requiredBy.push(object);
    }
  return all;
}

interface Order {
  applicationId: string;
  providerConfigId: string;
  /** Where it writes to: parents stand in the same hub. */
  destinationId: string;
  objects: ConfigObject[];
  /** The sync config itself, when it exists. */
  except?: string;
}

/** A parent that another sync config reads is there already. Call with the provider config locked. */
export async function withoutCoveredParents(tx: Tx, { objects, ...order }: Order): Promise<ConfigObject[]> {
  const covered = new Set((await othersOf(tx, order)).map(({ object }) => object));
  return objects.filter((one) => one.required_by === null || !covered.has(one.object));
}

/** Refuses to take a parent away from a child that another sync config reads. Call with the provider config locked. */
export async function refuseOrphans(tx: Tx, offer: OpenProvider, { objects, ...order }: Order): Promise<void> {
  const others = await othersOf(tx, order);
  const read = new Set([...objects, ...others].map(({ object }) => object));
  const orphan = others.find(({ object }) => {
    const parent = offer.provider.objects[object]?.parent?.object;
    return parent !== undefined && !read.has(parent);
  });
  if (!orphan) return;
  const parent = offer.provider.objects[orphan.object]!.parent!.object;
  throw new AppError(
    'conflict',
    `${orphan.object} of the sync config ${orphan.id} is read under ${parent}. Keep ${parent}, or take ${orphan.object} out first.`,
    { details: { sync_config_id: orphan.id, object: orphan.object, parent } },
  );
}

/**
 * Refuses an order whose objects are read under one that nobody reads into that destination: where a sync config moves alone, its
 * parents may stay behind. Call with the provider config locked.
 */
export async function refuseParentless(tx: Tx, offer: OpenProvider, { objects, ...order }: Order): Promise<void> {
  const read = new Set([...objects, ...(await othersOf(tx, order))].map(({ object }) => object));
  for (const { object } of objects) {
    const parent = offer.provider.objects[object]?.parent?.object;
    if (parent === undefined || read.has(parent)) continue;
    throw new AppError(
      'conflict',
      `${object} is read under ${parent}, which is not read into that destination. Add ${parent} to this sync config first.`,
      {
        details: { object, parent },
      },
    );
  }
}

/** The objects of the other sync configs of a provider config that write to the same destination. */
async function othersOf(tx: Tx, { applicationId, providerConfigId, destinationId, except }: Omit<Order, 'objects'>) {
  return tx.$queryRaw<{ id: string; object: string }[]>`
    select sc.id, o.object
    from sync_config sc
    cross join lateral jsonb_to_recordset(sc.objects) as o(object text)
    where sc.application_id = ${applicationId}::text
      and sc.provider_config_id = ${providerConfigId}::text
      and sc.destination_id = ${destinationId}::text
      and sc.id <> ${except ?? ''}::text
    order by sc.id, o.object`;
}
