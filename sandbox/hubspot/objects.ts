import type { JsonObject } from '../json.ts';
import type { Store } from '../store/store.ts';
import type { Entry, Model, Row } from '../store/types.ts';
import {
  companyId,
  companyProperties,
  contactProperties,
  dealProperties,
  type Property,
  recordId,
  systemProperties,
} from './properties.ts';

export interface HubspotObject {
  name: string;
  /** Names that paths may call it by: https://developers.hubspot.com/docs/guides/crm/understanding-the-crm#object-type-ids */
  aliases: string[];
  properties: Property[];
  /** What a read without `properties` gives. */
  defaults: string[];
  /** The property of the modified time: contacts have their own. */
  modified: string;
  scope: string;
  idOf: (n: number) => number;
  defaultSize: number;
}

function define(object: Omit<HubspotObject, 'properties'> & { properties: Property[] }): HubspotObject {
  return { ...object, properties: [...object.properties, ...systemProperties(object.modified)].sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

const objects = [
  define({
    name: 'contacts',
    aliases: ['contact', '0-1'],
    properties: contactProperties,
    defaults: ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname'],
    modified: 'lastmodifieddate',
    scope: 'crm.objects.contacts.read',
    idOf: recordId,
    defaultSize: 120,
  }),
  define({
    name: 'companies',
    aliases: ['company', '0-2'],
    properties: companyProperties,
    defaults: ['createdate', 'domain', 'hs_lastmodifieddate', 'hs_object_id', 'name'],
    modified: 'hs_lastmodifieddate',
    scope: 'crm.objects.companies.read',
    idOf: companyId,
    defaultSize: 40,
  }),
  define({
    name: 'deals',
    aliases: ['deal', '0-3'],
    properties: dealProperties,
    defaults: ['amount', 'closedate', 'createdate', 'dealname', 'dealstage', 'hs_lastmodifieddate', 'hs_object_id', 'pipeline'],
    modified: 'hs_lastmodifieddate',
    scope: 'crm.objects.deals.read',
    idOf: (n) => 9000000000 + n,
    defaultSize: 60,
  }),
];

/** By any of its names, in any case, as HubSpot takes them. */
export function hubspotObject(name: string): HubspotObject | undefined {
  const lower = name.toLowerCase();
  return objects.find((object) => object.name === lower || object.aliases.includes(lower));
}

const epoch = Date.parse('2024-01-01T00:00:00.000Z');

export function hubspotModel(object: HubspotObject, seed: number): Model {
  return {
    idOf: (n) => String(object.idOf(n)),
    createdAtOf: (n) => epoch + n * 1000,
    updatedAtOf: (n) => epoch + n * 1000 + 420,
    fieldsOf: (n) => {
      const fields: JsonObject = {};
      for (const property of object.properties) fields[property.name] = property.value(seed, n);
      return fields;
    },
    compareIds: compareNumericIds,
    timeStepMs: 1,
  };
}

export function compareNumericIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** A property's value as HubSpot gives it; undefined when the account does not know it, or the recording did not have it. */
export function propertyOf(object: HubspotObject, row: Row, name: string): string | null | undefined {
  if (!row.isVerbatim) {
    if (name === object.modified) return iso(row.updatedAt);
    if (name === 'createdate') return iso(row.createdAt);
    if (name === 'hs_object_id') return row.id;
  }
  const value = Object.hasOwn(row.fields, name) ? row.fields[name] : undefined;
  return value === undefined ? undefined : value === null ? null : String(value);
}

/** What filters and sorts see: id and times of every record, whether its properties show them or not. */
export function searchableOf(object: HubspotObject, row: Row, name: string): string | null | undefined {
  return propertyOf(object, row.isVerbatim && isSystem(object, name) ? { ...row, isVerbatim: false } : row, name);
}

function isSystem(object: HubspotObject, name: string): boolean {
  return name === object.modified || name === 'createdate' || name === 'hs_object_id';
}

/** The record as list, search and get give it. `requested` null: the default properties. */
export function renderRecord(object: HubspotObject, row: Row, requested: string[] | null, known: ReadonlySet<string>): string {
  const always = ['createdate', object.modified, 'hs_object_id'];
  const names = requested === null ? object.defaults : [...new Set([...requested.filter((name) => known.has(name)), ...always])];
  const properties: Record<string, string | null> = {};
  for (const name of [...names].sort()) {
    const value = propertyOf(object, row, name);
    if (value !== undefined) properties[name] = value;
    else if (!row.isVerbatim) properties[name] = null;
  }
  const archived = row.deletedAt === null ? { archived: false } : { archived: true, archivedAt: iso(row.deletedAt) };
  return JSON.stringify({ id: row.id, properties, createdAt: iso(row.createdAt), updatedAt: iso(row.updatedAt), ...archived });
}

/** The names that the account's catalogue holds: the declared ones and those of written or loaded records. */
export function knownProperties(object: HubspotObject, store: Store): Set<string> {
  const names = new Set(object.properties.map(({ name }) => name));
  for (const row of store.editedRows()) for (const name of Object.keys(row.fields)) names.add(name);
  return names;
}

/** Times as HubSpot writes them: to the millisecond, and without a fraction at a full second. */
export function iso(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** A generated record's id and times are known without making the record. */
export function placeOf(store: Store, entry: Entry): { id: string; updatedAt: number } {
  if (typeof entry !== 'number') return entry;
  return { id: store.model.idOf(entry), updatedAt: store.model.updatedAtOf(entry) };
}
