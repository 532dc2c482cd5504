import { declaredBy } from '../catalog/index.ts';
import type { ProviderDefinition } from '../kit/index.ts';
import type { UnifiedCtx } from './context.ts';

/** Whose objects may become models for an application: the catalog's providers, and those that it has declared with mappings. */
export async function definitionsOf(
  ctx: Pick<UnifiedCtx, 'catalog' | 'db'>,
  applicationId: string,
): Promise<readonly ProviderDefinition[]> {
  const declared = await mappedByApplication(ctx, applicationId);
  return declared.length === 0 ? ctx.catalog.list() : [...ctx.catalog.list(), ...declared];
}

export async function mappedByApplication(
  ctx: Pick<UnifiedCtx, 'catalog' | 'db'>,
  applicationId: string,
): Promise<readonly ProviderDefinition[]> {
  // Most have declared none, and every page asks: by the pool itself, which costs a fraction of what Prisma takes.
  const { rowCount } = await ctx.db.pool.query({
    name: 'has_declared_provider',
    text: 'select from declared_provider where application_id = $1::text limit 1',
    values: [applicationId],
  });
  if (rowCount === 0) return [];
  return (await declaredBy(ctx, applicationId)).filter(({ unified }) => unified !== undefined && unified.length > 0);
}
