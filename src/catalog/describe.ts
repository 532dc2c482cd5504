import { type BudgetWindow, isKeyless, type ObjectDefinition, type ProviderDefinition, readOf, type UnifiedMapping } from '../kit/index.ts';
import { type Possibility, type Recommendation, recommend, type Strategy, signalsDeletes, strategiesOf } from './strategies.ts';

/** What can be had of an object, said before anything is configured. */
export interface ObjectCapabilities {
  object: string;
  label: string;
  docsUrl: string;
  /** OAuth scopes that reading needs. */
  scopes: string[];
  strategies: Record<Strategy, Possibility>;
  recommended: Recommendation;
  patterns: Patterns;
  /** How deletes become known between two full reads. */
  deletes: 'signalled' | 'full_read';
  /** What the filter by change goes by; null: there is none. */
  watermark: { path: string; type: 'datetime' | 'integer' | 'opaque'; stepSeconds: number | null } | null;
  /** The provider forgets changes of its feed that are older; null: never, or there is no feed. */
  feedKeptSeconds: number | null;
  /** Whether a clean end of the full listing proves that it listed everything. */
  fullListing: 'complete' | 'approximate';
  /** false: the records have no key, so that every run adds what it reads and nothing is updated or deleted. */
  hasKey: boolean;
  pageSizeMax: number;
  visibilityLagSeconds: number;
  /** Changes may show as late as this now and then; a settled pass finds them. null: no later than the lag above. */
  settledLagSeconds: number | null;
  /** The object under which it is read. */
  parent: string | null;
  /** Lists inside its records that become objects of their own. */
  unfolds: { object: string; label: string }[];
}

/** Which building blocks a strategy can be made of, each yes or no. */
export interface Patterns {
  /** A filter by time or version. */
  timestamp: boolean;
  /** Everything read and compared by content. */
  compare: boolean;
  /** A trailing stretch of time read again. */
  window: boolean;
  /** A feed of changes with a position. */
  changeFeed: boolean;
  /** Deleted records are listed, or marked among the others. */
  deleteFeed: boolean;
  /** Ids listed without their records. A pass for deletes is possible without it, and reads the full listing then. */
  keyListing: boolean;
  /** One record by its id, from the provider. */
  liveLookup: boolean;
  /** One record by its id, from the hub. */
  hubLookup: boolean;
  /** The provider tells of changes by itself. */
  hooks: boolean;
  /** Records can be written back. Syncline reads only, so far. */
  upsert: boolean;
}

export interface ProviderCapabilities {
  provider: string;
  /** This application has declared it itself. */
  isDeclared: boolean;
  displayName: string;
  categories: string[];
  docsUrl: string;
  authKinds: string[];
  limits: { docsUrl: string; concurrencyMax: number; budgets: ({ category: string } & BudgetWindow)[] };
  objects: ObjectCapabilities[];
  /** Which unified models its objects become. */
  unified: Pick<UnifiedMapping, 'category' | 'model' | 'object' | 'version'>[];
  /** An example of objects that are taken by their own name; null: there are none. */
  anyObjectExample: string | null;
}

export function describeProvider(provider: ProviderDefinition, isDeclared = false): ProviderCapabilities {
  return {
    provider: provider.name,
    isDeclared,
    displayName: provider.displayName,
    categories: provider.categories,
    docsUrl: provider.docsUrl,
    authKinds: provider.auth.map((auth) => auth.kind),
    limits: { docsUrl: provider.limits.docsUrl, concurrencyMax: provider.limits.concurrencyMax, budgets: budgetsOf(provider) },
    objects: Object.entries(provider.objects).map(([name, definition]) => describeObject(provider, name, definition)),
    unified: (provider.unified ?? []).map(({ category, model, object, version }) => ({ category, model, object, version })),
    anyObjectExample: provider.anyObject?.example ?? null,
  };
}

export function describeObject(provider: ProviderDefinition, object: string, definition: ObjectDefinition): ObjectCapabilities {
  const { displayName } = provider;
  const { label, docsUrl, scopes, pageSizeMax, visibilityLagSeconds, incremental, delta, full } = definition;
  return {
    ...{ object, label, docsUrl, scopes },
    strategies: strategiesOf(displayName, definition),
    recommended: recommend(displayName, definition),
    patterns: patternsOf(definition, tellsOf(provider, object)),
    deletes: signalsDeletes(definition) ? 'signalled' : 'full_read',
    watermark: incremental ? { ...incremental.watermark, stepSeconds: incremental.filterStepSeconds ?? null } : null,
    feedKeptSeconds: delta?.maxAgeSeconds ?? null,
    fullListing: full.parts.every((part) => part.completeness === 'complete') ? 'complete' : 'approximate',
    hasKey: !isKeyless(definition),
    ...{ pageSizeMax, visibilityLagSeconds },
    settledLagSeconds: definition.settledLagSeconds ?? null,
    parent: definition.parent?.object ?? null,
    unfolds: (definition.children ?? []).map((child) => ({ object: child.object, label: child.label })),
  };
}

function tellsOf({ hooks }: ProviderDefinition, object: string): boolean {
  return Object.values(hooks?.events ?? {}).some((event) => event.object === object);
}

function patternsOf(definition: ObjectDefinition, hooks: boolean): Patterns {
  const { incremental, delta, keys, get, deletions, record } = definition;
  const listsDeletions = deletions !== undefined || incremental?.parts.some((part) => part.signal === 'deletions') === true;
  return {
    timestamp: incremental !== undefined,
    compare: !isKeyless(definition),
    window: readOf(definition, 'window') !== undefined,
    changeFeed: delta !== undefined,
    deleteFeed: listsDeletions || record.isDeleted !== undefined,
    keyListing: keys !== undefined,
    liveLookup: get !== undefined,
    hubLookup: !isKeyless(definition),
    hooks,
    upsert: false,
  };
}

function budgetsOf({ limits }: ProviderDefinition): ProviderCapabilities['limits']['budgets'] {
  return Object.entries(limits.budgets ?? {}).flatMap(([category, windows]) => windows.map((window) => ({ category, ...window })));
}
