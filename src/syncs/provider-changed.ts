import type { Clock } from '../base/clock.ts';
import { AppError } from '../base/errors.ts';
import { type ProviderChange, strategiesOf } from '../catalog/index.ts';
import type { Tx } from '../db/index.ts';
import type { ObjectDefinition } from '../kit/index.ts';
import { includeNewObjects } from './include-new-objects.ts';
import { storedObjects } from './outputs.ts';
import { lockProviderConfig } from './reconcile.ts';

/**
 * What follows for the orders from a change of a declared provider, in the transaction that changes it. What an order stands on is
 * not taken away. Another id is another record: everything is read again, and only when the vendor says so.
 */
export function createProviderChanged({ clock }: { clock: Clock }): (tx: Tx, change: ProviderChange) => Promise<void> {
  return async (tx, change) => {
    const { applicationId, before, after } = change;
    const provider = before.name;
    for (const { id } of await tx.providerConfig.findMany({
      where: { applicationId, provider },
      select: { id: true },
      orderBy: { id: 'asc' },
    }))
      await lockProviderConfig(tx, { applicationId, providerConfigId: id });
    await refuseLostOrders(tx, change);
    const otherwise = Object.keys(after.objects).filter((name) => {
      const known = before.objects[name];
      return known !== undefined && marksOf(known) !== marksOf(after.objects[name]!);
    });
    await refuseSilentResync(tx, change, otherwise);
    // The position of a read that is under way may mean nothing to the new definition.
    await tx.$executeRaw`
      update sync
      set reads_anew_since = (select syncline_now()),
          full_requested = full_requested or object = any(${otherwise}::text[]),
          updated_at = ${clock.now()}::timestamptz
      where application_id = ${applicationId}::text and provider = ${provider}::text`;
    const offer = { provider: after, object: (name: string) => after.objects[name]! };
    for (const row of await tx.syncConfig.findMany({ where: { applicationId, provider }, orderBy: { id: 'asc' } }))
      await includeNewObjects(tx, clock, row, offer);
  };
}

/** Which records there are, those inside of them included, and which marks a sync holds of them. */
function marksOf({ record, incremental, delta, deletions, parent, children }: ObjectDefinition): string {
  return JSON.stringify([record.id, incremental?.watermark, delta?.start, delta?.mark, deletions !== undefined, parent, children]);
}

async function refuseLostOrders(tx: Tx, { applicationId, before, after }: ProviderChange): Promise<void> {
  for (const row of await tx.syncConfig.findMany({ where: { applicationId, provider: before.name }, orderBy: { id: 'asc' } }))
    for (const { object, strategy } of storedObjects(row)) {
      const definition = Object.hasOwn(after.objects, object) ? after.objects[object]! : null;
      const reason = definition === null ? `it no longer offers ${object}` : strategiesOf(after.displayName, definition)[strategy].reason;
      if (reason !== null)
        throw new AppError('conflict', `The sync config ${row.id} reads ${object} by ${strategy}, and ${reason} Change that order first.`, {
          details: { sync_config_id: row.id, object, strategy },
        });
    }
}

async function refuseSilentResync(tx: Tx, { applicationId, before, isResyncAgreed }: ProviderChange, objects: string[]): Promise<void> {
  if (isResyncAgreed || objects.length === 0) return;
  const syncs = await tx.sync.count({ where: { applicationId, provider: before.name, object: { in: objects } } });
  if (syncs === 0) return;
  throw new AppError(
    'resync_required',
    `Another id, another mark or other lists inside of ${objects.join(', ')} mean that ${syncs} ${syncs === 1 ? 'sync reads' : 'syncs read'} everything again. Repeat it with resync.`,
    { details: { objects, syncs } },
  );
}
