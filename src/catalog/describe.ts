import type { ObjectDefinition, ProviderDefinition } from '../kit/index.ts';

/** What can be had of an object, said before anything is configured. */
export interface ObjectCapabilities {
  object: string;
  label: string;
  docsUrl: string;
  /** OAuth scopes that reading needs. */
  scopes: string[];
  strategies: { full_only: { isPossible: true }; full_then_incremental: { isPossible: boolean; reason: string | null } };
  /** How deletes become known between two full reads. */
  deletes: 'signalled' | 'full_read';
  pageSizeMax: number;
  visibilityLagSeconds: number;
}

export interface ProviderCapabilities {
  provider: string;
  displayName: string;
  categories: string[];
  docsUrl: string;
  authKinds: string[];
  objects: ObjectCapabilities[];
  /** An example of objects that are taken by their own name; null: there are none. */
  anyObjectExample: string | null;
}

export function describeProvider(provider: ProviderDefinition): ProviderCapabilities {
  return {
    provider: provider.name,
    displayName: provider.displayName,
    categories: provider.categories,
    docsUrl: provider.docsUrl,
    authKinds: provider.auth.map((auth) => auth.kind),
    objects: Object.entries(provider.objects).map(([name, definition]) => describeObject(provider, name, definition)),
    anyObjectExample: provider.anyObject?.example ?? null,
  };
}

export function describeObject(provider: ProviderDefinition, object: string, definition: ObjectDefinition): ObjectCapabilities {
  const { incremental } = definition;
  const reason = incremental
    ? null
    : `${provider.displayName} offers no filter for changed ${definition.label.toLowerCase()}; only a full read finds changes.`;
  return {
    object,
    label: definition.label,
    docsUrl: definition.docsUrl,
    scopes: definition.scopes,
    strategies: { full_only: { isPossible: true }, full_then_incremental: { isPossible: incremental !== undefined, reason } },
    deletes: signalsDeletes(definition) ? 'signalled' : 'full_read',
    pageSizeMax: definition.pageSizeMax,
    visibilityLagSeconds: definition.visibilityLagSeconds,
  };
}

function signalsDeletes({ incremental, record }: ObjectDefinition): boolean {
  return incremental !== undefined && (record.isDeleted !== undefined || incremental.parts.some((part) => part.signal === 'deletions'));
}
