import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { notFound } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import type { SyncsCtx } from './context.ts';
import { parseInput } from './input.ts';
import { viewSyncConfigs } from './offered-objects.ts';
import type { SyncConfig } from './outputs.ts';

const GetSyncConfig = z.strictObject({ syncConfigId: idInput });

export async function getSyncConfig({ ctx, input }: Args<unknown, SyncsCtx>): Promise<SyncConfig> {
  const { applicationId } = requireScope(ctx.actor, 'sync_configs:read');
  const { syncConfigId } = parseInput(GetSyncConfig, input);
  const found = await ctx.db.prisma.syncConfig.findUnique({ where: { applicationId_id: { applicationId, id: syncConfigId } } });
  if (!found) throw notFound('sync config', syncConfigId);
  const [view] = await viewSyncConfigs(ctx, [found]);
  return view!;
}
