import { AppError } from '../base/errors.ts';
import { findProvider } from '../catalog/index.ts';
import type { SyncConfig as SyncConfigRow } from '../db/generated/client.ts';
import type { ProviderDefinition } from '../kit/index.ts';
import type { SyncsCtx } from './context.ts';
import { type SyncConfig, toSyncConfig } from './outputs.ts';

/** The objects of a provider by name. Those that are taken by their own name (Salesforce's custom objects) cannot be listed. */
export function offeredBy(provider: ProviderDefinition): string[] {
  return Object.keys(provider.objects);
}

/** What the provider has begun to offer since the order was last written or refreshed. */
export function newlyOfferedTo({ knownObjects }: Pick<SyncConfigRow, 'knownObjects'>, provider: ProviderDefinition): string[] {
  // Nothing noted: the order is older than the noting.
  if (knownObjects.length === 0) return [];
  return offeredBy(provider).filter((name) => !knownObjects.includes(name));
}

/** The view of a sync config, with what its provider offers beyond it. */
export function viewSyncConfig(row: SyncConfigRow, provider: ProviderDefinition): SyncConfig {
  return toSyncConfig(row, newlyOfferedTo(row, provider));
}

/** The same for rows of any provider; one that is no longer there offers nothing. */
export async function viewSyncConfigs(ctx: SyncsCtx, rows: SyncConfigRow[]): Promise<SyncConfig[]> {
  const views: SyncConfig[] = [];
  for (const row of rows) {
    const provider = await findProvider(ctx, row.applicationId, row.provider).catch(unlessUnknown);
    views.push(provider === null ? toSyncConfig(row, []) : viewSyncConfig(row, provider));
  }
  return views;
}

function unlessUnknown(error: unknown): null {
  if (error instanceof AppError && error.code === 'provider_unknown') return null;
  throw error;
}
