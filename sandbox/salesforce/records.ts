import type { Json, JsonObject } from '../json.ts';
import type { Store } from '../store/store.ts';
import type { Entry, Model, Row } from '../store/types.ts';
import type { Field } from './fields.ts';
import { recordId, userId } from './ids.ts';
import type { SObject } from './sobjects.ts';

const epoch = Date.parse('2024-01-01T00:00:00.000Z');

export function salesforceModel(object: SObject, seed: number): Model {
  return {
    idOf: (n) => recordId(object.keyPrefix, n),
    createdAtOf: (n) => epoch + n * 1000,
    // Three neighbours share their second: Salesforce stamps whole seconds, so ties are the rule.
    updatedAtOf: (n) => epoch + Math.floor(n / 3) * 3000 + 3000,
    fieldsOf: (n) => object.content(seed, n),
    compareIds: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
    timeStepMs: 1000,
  };
}

/** A field's value as a query gives it. What a record does not hold is null. */
export function fieldValue(row: Row, name: string): Json {
  switch (name) {
    case 'Id':
      return row.id;
    case 'IsDeleted':
      return row.deletedAt !== null;
    case 'CreatedDate':
      return stamp(row.createdAt);
    case 'LastModifiedDate':
    case 'SystemModstamp':
      return recorded(row, name) ?? stamp(row.updatedAt);
    case 'CreatedById':
    case 'LastModifiedById':
    case 'OwnerId':
      return recorded(row, name) ?? userId;
    default:
      return recorded(row, name) ?? null;
  }
}

/** A loaded record keeps the times it came with until it is written again. */
function recorded(row: Row, name: string): Json | undefined {
  return Object.hasOwn(row.fields, name) ? row.fields[name] : undefined;
}

/** 2021-12-02T18:22:42.000+0000 */
export function stamp(at: number): string {
  return new Date(at).toISOString().replace('Z', '+0000');
}

export function renderSobject(object: SObject, row: Row, names: string[], version: string): string {
  const record: JsonObject = { attributes: { type: object.name, url: `/services/data/${version}/sobjects/${object.name}/${row.id}` } };
  for (const name of names) record[name] = fieldValue(row, name);
  return JSON.stringify(record);
}

/** The object's fields: its own or those of a loaded description, with what written or loaded records brought along. */
export function fieldsOf(object: SObject, store: Store, description: string | undefined): Field[] {
  const declared = description === undefined ? object.fields : (JSON.parse(description) as { fields: Field[] }).fields;
  const known = new Map(declared.map((field) => [field.name.toLowerCase(), field]));
  for (const row of store.editedRows()) {
    for (const [name, value] of Object.entries(row.fields)) {
      if (!known.has(name.toLowerCase())) known.set(name.toLowerCase(), { name, ...guessType(value) });
    }
  }
  return [...known.values()];
}

function guessType(value: Json): { type: string; length: number } {
  if (typeof value === 'boolean') return { type: 'boolean', length: 0 };
  if (value === null || typeof value === 'string') return { type: 'string', length: 255 };
  return { type: 'double', length: 0 };
}

export function idOf(store: Store, entry: Entry): string {
  return typeof entry === 'number' ? store.model.idOf(entry) : entry.id;
}
