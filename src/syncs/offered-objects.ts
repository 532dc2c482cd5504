import type { Catalog } from '../catalog/index.ts';
import type { SyncConfig as SyncConfigRow } from '../db/generated/client.ts';

/** The objects of a provider by name; none when it is no longer in the catalog. Those taken by their own name (Salesforce's custom objects) cannot be listed. */
export function offeredBy(catalog: Catalog, provider: string): string[] {
  return Object.keys(catalog.list().find(({ name }) => name === provider)?.objects ?? {});
}

/** What the provider has begun to offer since the order was last written or refreshed. */
export function newlyOfferedTo({ provider, knownObjects }: Pick<SyncConfigRow, 'provider' | 'knownObjects'>, catalog: Catalog): string[] {
  // Nothing noted: the order is older than the noting.
  if (knownObjects.length === 0) return [];
  return offeredBy(catalog, provider).filter((name) => !knownObjects.includes(name));
}
