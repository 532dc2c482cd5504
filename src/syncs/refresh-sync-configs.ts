import type { Catalog } from '../catalog/index.ts';
import { openProvider } from '../catalog/index.ts';
import type { Ctx } from '../db/index.ts';
import { withTransaction } from '../db/index.ts';
import { includeNewObjects } from './include-new-objects.ts';
import { offeredBy } from './offered-objects.ts';
import { lockSyncConfig } from './update-sync-config.ts';

/** Sync configs that one start of a process looks at; what is beyond waits for the next start or a refresh by API. */
const refreshedMax = 10_000;

/** A new release may bring new objects: when a process begins to work, they are taken up where sync configs say so. */
export async function refreshSyncConfigs(ctx: Pick<Ctx, 'db' | 'clock' | 'log'> & { catalog: Catalog }): Promise<void> {
  for (const provider of ctx.catalog.list()) {
    const offered = offeredBy(provider);
    const stale = await ctx.db.prisma.$queryRaw<{ id: string; application_id: string }[]>`
      select id, application_id
      from sync_config
      where provider = ${provider.name}::text
        and new_objects = 'include'
        and cardinality(known_objects) > 0
        and not known_objects @> ${offered}::text[]
      order by id
      limit ${refreshedMax}::int`;
    for (const { id, application_id: applicationId } of stale)
      await withTransaction(ctx, async (tx) => {
        const before = await lockSyncConfig(tx, applicationId, id);
        await includeNewObjects(tx, ctx.clock, before, await openProvider({ ...ctx, db: { prisma: tx } }, applicationId, provider.name));
      }).catch((error: unknown) => ctx.log.warn({ err: error, sync_config_id: id }, 'the new objects of a sync config were not taken up'));
  }
}
