import { createCatalog, loadProviders } from '../../../src/catalog/index.ts';
import type { ObjectDefinition, ProviderDefinition, ReadDefinition, ReadKind } from '../../../src/kit/index.ts';

export const catalog = createCatalog({ environment: 'development', providers: await loadProviders() });

const kinds = ['full', 'incremental', 'delta', 'window', 'keys', 'deletions'] as const satisfies (keyof ObjectDefinition)[];

/** Every read of every object, one object by name included. */
export function readsOf(provider: ProviderDefinition): { object: string; kind: ReadKind | 'deletions'; read: ReadDefinition }[] {
  const objects = Object.entries(provider.objects);
  if (provider.anyObject) objects.push([provider.anyObject.example, provider.anyObject.define(provider.anyObject.example)]);
  return objects.flatMap(([object, definition]) =>
    kinds.flatMap((kind) => {
      const read: ReadDefinition | undefined = definition[kind];
      return read ? [{ object, kind, read }] : [];
    }),
  );
}
