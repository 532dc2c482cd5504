import type { Json } from '../../kit/index.ts';

/** Members whose own keys are names of somebody else's: headers, parameters, objects. `raw`: their values are, too. */
const maps: Record<string, 'raw' | 'structured'> = {
  headers: 'raw',
  query: 'raw',
  first_query: 'raw',
  json: 'raw',
  authorize_params: 'raw',
  token_params: 'raw',
  refresh_params: 'raw',
  captured: 'structured',
  objects: 'structured',
  events: 'structured',
  budgets: 'structured',
};

/** Keys that reach an object's prototype when they are assigned. */
export const forbiddenKeys = ['__proto__', 'constructor', 'prototype'];

/** The words of mappings that are written otherwise in code. Everything else in a mapping is a name of a field, a value or a currency. */
const mappingWords: Record<string, string> = { one_of: 'oneOf', starts_with: 'startsWith' };
/** Members of an expression whose own keys are names. */
const mappingNames = new Set(['fields', 'item']);
const mappingValues = new Set(['values', 'digits']);

/** A definition as it is written on the wire, with the keys that the kit has. Keys that are names stay as they are. */
export function camelKeys(value: Json, parent = ''): Json {
  if (Array.isArray(value)) return value.map((one) => camelKeys(one, parent));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, member]): [string, Json] => {
    if (key === 'unified' && parent === '') return [key, mappingKeys(member)];
    const kind = key === 'headers' && parent === 'limits' ? undefined : maps[key];
    if (kind === 'raw') return [camel(key), member];
    if (kind === 'structured') return [camel(key), eachMember(member, key)];
    return [camel(key), camelKeys(member, key)];
  });
  return Object.fromEntries(entries);
}

/** An expression, or a mapping: `isNames` where the keys are names, of fields or of members of entries. */
function mappingKeys(value: Json, isNames = false): Json {
  if (Array.isArray(value)) return value.map((one) => mappingKeys(one, isNames));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]): [string, Json] => {
      if (isNames) return [key, mappingKeys(member)];
      if (mappingValues.has(key)) return [key, member];
      return [mappingWords[key] ?? key, mappingKeys(member, mappingNames.has(key) || key === 'list')];
    }),
  );
}

function eachMember(value: Json, parent: string): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, camelKeys(member, parent)]));
}

function camel(key: string): string {
  return key.replace(/_([a-z])/g, (_whole, letter: string) => letter.toUpperCase());
}

/** The place of a problem in the words of the wire: `objects.contacts.pageSizeMax` is `objects.contacts.page_size_max`. */
export function snakePlace(place: string): string {
  return place.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
