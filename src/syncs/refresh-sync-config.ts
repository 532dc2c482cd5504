import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { idInput } from '../base/text.ts';
import { openProvider } from '../catalog/index.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { audit } from '../tenancy/index.ts';
import type { SyncsCtx } from './context.ts';
import { includeNewObjects } from './include-new-objects.ts';
import { parseInput } from './input.ts';
import { viewSyncConfig } from './offered-objects.ts';
import type { SyncConfig } from './outputs.ts';
import { lockSyncConfig } from './update-sync-config.ts';

const RefreshSyncConfig = z.strictObject({ syncConfigId: idInput });

/** Looks at what the provider offers by now: new objects are taken up, or listed, as the sync config says. */
export async function refreshSyncConfig({ ctx, input }: Args<unknown, SyncsCtx>): Promise<SyncConfig> {
  const { applicationId } = requireScope(ctx.actor, 'sync_configs:write');
  const { syncConfigId } = parseInput(RefreshSyncConfig, input);
  return withTransaction(ctx, async (tx) => {
    const before = await lockSyncConfig(tx, applicationId, syncConfigId);
    const offer = await openProvider({ ...ctx, db: { prisma: tx } }, applicationId, before.provider);
    const after = await includeNewObjects(tx, ctx.clock, before, offer);
    if (after.version !== before.version) await audit(tx, ctx, { applicationId, action: 'sync_config.refreshed', target: syncConfigId });
    return viewSyncConfig(after, offer.provider);
  });
}
