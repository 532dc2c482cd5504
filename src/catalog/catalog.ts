import { AppError } from '../base/errors.ts';
import type { Ctx, Tx } from '../db/index.ts';
import type { ObjectDefinition, ProviderDefinition } from '../kit/index.ts';
import { checkProvider } from './check-provider.ts';
import { type CompiledCache, createCompiledCache } from './declared/compiled-cache.ts';

/** What can be connected here, and what can be read there. */
export interface Catalog {
  /** In the order of their names. */
  list(): ProviderDefinition[];
  provider(name: string): ProviderDefinition;
  /** A declared object, or one that the provider takes by name (Salesforce's custom objects). */
  object(provider: string, object: string): ObjectDefinition;
  /** Like `object`, for whoever lists records: also one that is unfolded from the records of another, which is the one that is read. */
  listed(provider: string, object: string): { object: string; definition: ObjectDefinition };
  /** Declared providers as this process has compiled them: see declared/find-provider. */
  compiled: CompiledCache;
}

export type CatalogCtx = Ctx & { catalog: Catalog };

/** What changing a declared provider needs beside. */
export type DeclareCtx = CatalogCtx & {
  /**
   * Called inside the transaction that changes a declared provider: it refuses what orders stand against, and what follows from the
   * change commits with it. Higher floors give the function; the catalog knows nothing of them.
   */
  onProviderChanged: (tx: Tx, change: ProviderChange) => Promise<void>;
  /** Called behind that transaction, and behind one that declares or deletes a provider: what shows its records follows, and nobody waits. */
  afterProviderChanged: (applicationId: string) => void;
};

export interface ProviderChange {
  applicationId: string;
  before: ProviderDefinition;
  after: ProviderDefinition;
  /** Whether the vendor has agreed that syncs read everything again. */
  isResyncAgreed: boolean;
}

/** Definitions made for names that a provider takes; the bound keeps hostile names from filling the memory. */
const anyObjectsMax = 10_000;

/** Refuses to start on a definition that does not hold. Providers for development only do not exist in production. */
export function createCatalog(options: { environment: 'development' | 'production'; providers: readonly unknown[] }): Catalog {
  const providers = new Map<string, ProviderDefinition>();
  for (const candidate of options.providers) {
    const provider = checkProvider(candidate);
    if (providers.has(provider.name)) throw new Error(`Two providers are called ${provider.name}.`);
    if (!provider.developmentOnly || options.environment === 'development') providers.set(provider.name, provider);
  }
  const sorted = [...providers.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const anyObjects = new Map<string, ObjectDefinition>();

  return { list: () => sorted, provider: findProvider, object: findObject, listed: findListed, compiled: createCompiledCache() };

  function findProvider(name: string): ProviderDefinition {
    const provider = providers.get(name);
    if (provider === undefined)
      throw new AppError(
        'provider_unknown',
        `There is no provider ${quote(name)}. Available: ${sorted.map((known) => known.name).join(', ')}.`,
      );
    return provider;
  }

  function findListed(providerName: string, name: string): { object: string; definition: ObjectDefinition } {
    const object = listedAs(findProvider(providerName), name);
    return { object, definition: findObject(providerName, object) };
  }

  function findObject(providerName: string, name: string): ObjectDefinition {
    const provider = findProvider(providerName);
    if (Object.hasOwn(provider.objects, name)) return provider.objects[name]!;
    const { anyObject } = provider;
    if (anyObject === undefined || !new RegExp(`^(?:${anyObject.pattern})$`).test(name)) throw unknownObject(provider, name);
    const key = `${providerName} ${name}`;
    const definition = anyObjects.get(key) ?? anyObject.define(name);
    if (anyObjects.size < anyObjectsMax) anyObjects.set(key, definition);
    return definition;
  }
}

/** The object that is read for it: itself, or the one whose records hold it as a list. */
export function listedAs(provider: ProviderDefinition, name: string): string {
  return unfoldedFrom(provider, name) ?? name;
}

/** The object whose records hold this one's as a list. */
function unfoldedFrom({ objects }: ProviderDefinition, name: string): string | null {
  for (const [parent, { children }] of Object.entries(objects)) if (children?.some((child) => child.object === name)) return parent;
  return null;
}

export function unknownObject(provider: ProviderDefinition, name: string): AppError {
  const { displayName, objects, anyObject } = provider;
  const parent = unfoldedFrom(provider, name);
  if (parent !== null)
    return new AppError('object_unknown', `${displayName} has no ${quote(name)} by itself: it comes with ${parent}. Choose ${parent}.`);
  const others = anyObject === undefined ? '' : `, or one by its own name such as ${anyObject.example}`;
  return new AppError(
    'object_unknown',
    `${displayName} has no object ${quote(name)}. Available: ${Object.keys(objects).join(', ')}${others}.`,
  );
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
