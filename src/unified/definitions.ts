import { mappedBy } from '../catalog/index.ts';
import type { ProviderDefinition } from '../kit/index.ts';
import type { UnifiedCtx } from './context.ts';

/** Whose objects may become models for an application: the catalog's providers, and those that it has declared with mappings. */
export async function definitionsOf(
  ctx: Pick<UnifiedCtx, 'catalog' | 'db'>,
  applicationId: string,
): Promise<readonly ProviderDefinition[]> {
  const declared = await mappedBy(ctx, applicationId);
  return declared.length === 0 ? ctx.catalog.list() : [...ctx.catalog.list(), ...declared];
}
