import { compileDefinition } from '../../../src/catalog/declared/compile-definition.ts';
import { createCatalog, loadProviders } from '../../../src/catalog/index.ts';
import type { Json, ObjectDefinition, ProviderDefinition, ReadDefinition, ReadKind } from '../../../src/kit/index.ts';
import type { Dialect } from '../../sandbox/support.ts';
import { declaredSandbox } from '../../support/declared.ts';

/** A provider that is declared as data passes the same suite; it speaks the dialect of the sandbox's own. */
const { definition: declared } = compileDefinition(declaredSandbox('x_sandbox') as Json);

export const catalog = createCatalog({ environment: 'development', providers: [...(await loadProviders()), declared] });

/** The sandbox's dialect that a provider speaks. */
export function dialectOf(provider: string): Dialect {
  return provider.replace(/^x_/, '') as Dialect;
}

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
