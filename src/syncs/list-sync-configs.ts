import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { type Page, pageById, pageInput } from '../base/list.ts';
import { text } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import type { SyncsCtx } from './context.ts';
import { parseInput } from './input.ts';
import { viewSyncConfigs } from './offered-objects.ts';
import type { SyncConfig } from './outputs.ts';

const ListSyncConfigs = z.strictObject({
  ...pageInput,
  provider: text(100).optional(),
});

/** Oldest first. */
export async function listSyncConfigs({ ctx, input }: Args<unknown, SyncsCtx>): Promise<Page<SyncConfig>> {
  const { applicationId } = requireScope(ctx.actor, 'sync_configs:read');
  const { provider, ...page } = parseInput(ListSyncConfigs, input);
  const where = { applicationId, ...(provider === undefined ? {} : { provider }) };
  const rows = await pageById(
    page,
    ({ after, take }) =>
      ctx.db.prisma.syncConfig.findMany({
        where: { ...where, ...(after === null ? {} : { id: { gt: after } }) },
        orderBy: { id: 'asc' },
        take,
      }),
    (row) => row.id,
  );
  return { ...rows, data: await viewSyncConfigs(ctx, rows.data) };
}
