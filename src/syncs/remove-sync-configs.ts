import type { Ctx, Tx } from '../db/index.ts';
import { audit } from '../tenancy/index.ts';
import { removeSyncs } from './remove-syncs.ts';

const configsMax = 1000;

/** Ends every order that lands in a destination which is being deleted: all at once, so that nobody is left without its parent. */
export async function removeSyncConfigs(
  tx: Tx,
  ctx: Pick<Ctx, 'actor' | 'clock'>,
  { applicationId, destinationId }: { applicationId: string; destinationId: string },
): Promise<void> {
  const where = { applicationId, destinationId };
  const configs = await tx.syncConfig.findMany({ where, select: { id: true }, orderBy: { id: 'asc' }, take: configsMax });
  for (const { id } of configs) {
    await removeSyncs(tx, { applicationId, syncConfigId: id, keep: [], isForced: true });
    await tx.syncConfig.delete({ where: { id, applicationId } });
    await audit(tx, ctx, { applicationId, action: 'sync_config.deleted', target: id });
  }
}
