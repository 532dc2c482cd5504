import { type FieldsDefinition, type FieldType, type Json, ProviderError, type ReadDefinition } from '#kit';

/**
 * HubSpot sends only the properties that are asked for, so the names come from the catalogue first.
 * https://developers.hubspot.com/docs/api-reference/crm-properties-v3/core/get-crm-v3-properties-objectType
 */
export function prepareProperties(object: string, always: string[]): NonNullable<ReadDefinition['prepare']> {
  return {
    request: { method: 'GET', path: `/crm/v3/properties/${object}` },
    reduce: (body) => chooseProperties(body, always),
    leftOut: (prepared) => (prepared as unknown as Chosen).leftOut,
  };
}

/**
 * The listing takes the names in its URL and answers 414 beyond some 16,000 characters (https://github.com/PostHog/posthog/pull/31617).
 * Larger catalogues are cut, alike for listing and search: what the account defined itself comes first, what HubSpot computes last. The
 * run says that some were left out.
 */
const namesCharsMax = 14_000;
/** A comma between two names, percent-encoded. */
const separatorChars = 3;

/** What is asked for, and how many properties do not fit. */
export interface Chosen {
  names: string[];
  leftOut: number;
}

interface Property {
  name: string;
  label?: string;
  type?: string;
  hubspotDefined?: boolean;
}

function chooseProperties(body: Json, always: string[]): Json {
  const properties = (body as { results?: Property[] } | null)?.results;
  if (!Array.isArray(properties)) throw new ProviderError('unavailable', "The catalogue of properties has no array 'results'.");
  const wanted = [...new Set([...always, ...properties.toSorted(byWorth).map((property) => property.name)])];
  let chars = 0;
  const fitting = wanted.filter((name) => {
    chars += encodeURIComponent(name).length + separatorChars;
    return chars <= namesCharsMax;
  });
  return { names: fitting.sort(), leftOut: wanted.length - fitting.length } satisfies Chosen;
}

function byWorth(a: Property, b: Property): number {
  return worthOf(a) - worthOf(b) || (a.name < b.name ? -1 : 1);
}

function worthOf({ name, hubspotDefined }: Property): number {
  if (hubspotDefined === false) return 0;
  return name.startsWith('hs_') ? 2 : 1;
}

/** Values are texts whatever their type: https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide */
const fieldTypes: Record<string, FieldType> = { number: 'number', bool: 'boolean', date: 'date', datetime: 'time', json: 'json' };

/** The catalogue once more, as fields that can be declared. */
export function describeProperties(object: string): FieldsDefinition {
  return {
    request: { method: 'GET', path: `/crm/v3/properties/${object}` },
    reduce: (body) =>
      ((body as { results?: Property[] } | null)?.results ?? []).map(({ name, label, type }) => ({
        path: `properties.${name}`,
        label: label ?? name,
        type: fieldTypes[type ?? ''] ?? 'text',
      })),
  };
}
