import { createCatalog, loadProviders } from '../../../src/catalog/index.ts';
import type { ProviderDefinition, ReadDefinition } from '../../../src/kit/index.ts';

export const catalog = createCatalog({ environment: 'development', providers: await loadProviders() });

/** Every read of every object, one object by name included. */
export function readsOf(provider: ProviderDefinition): { object: string; kind: 'full' | 'incremental'; read: ReadDefinition }[] {
  const objects = Object.entries(provider.objects);
  if (provider.anyObject) objects.push([provider.anyObject.example, provider.anyObject.define(provider.anyObject.example)]);
  return objects.flatMap(([object, { full, incremental }]) => [
    { object, kind: 'full' as const, read: full },
    ...(incremental ? [{ object, kind: 'incremental' as const, read: incremental }] : []),
  ]);
}
