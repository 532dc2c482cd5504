import type { Call } from '../dialect.ts';
import type { Answer } from '../http.ts';
import type { Store } from '../store/store.ts';
import type { Entry, Row } from '../store/types.ts';
import { hubspotError, invalidRequest } from './errors.ts';
import { type HubspotObject, knownProperties, placeOf, renderRecord } from './objects.ts';

const pageSizeMax = 100;
const pageSizeDefault = 10;

/** GET /crm/v3/objects/{objectType}: in the order of ids; `after` names the first record of the page. */
export function listObjects(call: Call, object: HubspotObject, store: Store, path: string): Answer {
  const { query } = call.request;
  refuseUnknown(query, ['limit', 'after', 'archived', 'properties', 'propertiesWithHistory', 'associations']);
  const limit = numberIn(query, 'limit', pageSizeDefault, pageSizeMax);
  const after = afterIn(query);
  const deleted = flagIn(query, 'archived') ? 'only' : 'exclude';
  const page: Entry[] = [];
  let next: string | null = null;
  for (const entry of call.isEmptied ? [] : store.byId(before(after), deleted)) {
    if (typeof entry !== 'number' && isPurged(call, entry)) continue;
    if (page.length === limit) {
      next = placeOf(store, entry).id;
      break;
    }
    page.push(entry);
  }
  const [properties, known] = [propertiesIn(query), knownProperties(object, store)];
  const records = page.map((entry) => renderRecord(object, store.rowOf(entry), properties, known));
  return { status: 200, body: { head: '{"results":[', records, tail: `]${paging(next, path, query)}}` } };
}

/** GET /crm/v3/objects/{objectType}/{objectId} */
export function getObject(call: Call, object: HubspotObject, store: Store, id: string): Answer {
  const { query } = call.request;
  refuseUnknown(query, ['archived', 'idProperty', 'properties', 'propertiesWithHistory', 'associations']);
  const entry = store.get(id);
  const row = entry === null ? null : store.rowOf(entry);
  if (row === null || (row.deletedAt !== null) !== flagIn(query, 'archived') || isPurged(call, row))
    return hubspotError(404, 'resource not found');
  return { status: 200, body: renderRecord(object, row, propertiesIn(query), knownProperties(object, store)) };
}

/** An archived record is kept for 90 days: https://developers.hubspot.com/docs/api-reference/legacy/crm/objects/contacts/delete-contact */
const archivedMs = 90 * 24 * 3600 * 1000;

export function isPurged({ account }: Call, { deletedAt }: Row): boolean {
  return deletedAt !== null && deletedAt < account.now() - archivedMs;
}

/** `after` itself belongs to the page; ids are whole numbers. */
export function before(after: string | null): string | null {
  return after === null || BigInt(after) === 0n ? null : String(BigInt(after) - 1n);
}

export function paging(after: string | null, path: string, query: URLSearchParams): string {
  if (after === null) return '';
  const next = new URLSearchParams(query);
  next.set('after', after);
  return `,"paging":{"next":${JSON.stringify({ after, link: `https://api.hubapi.com${path}?${next}` })}}`;
}

export function afterIn(query: URLSearchParams): string | null {
  const after = query.get('after');
  if (after !== null && !/^\d{1,19}$/.test(after)) throw invalidRequest(`The value of 'after' is not a paging cursor: ${after}`);
  return after;
}

/** A list of names comes with commas, or as a repeated parameter. */
export function propertiesIn(query: URLSearchParams): string[] | null {
  return query.has('properties')
    ? query
        .getAll('properties')
        .flatMap((names) => names.split(','))
        .filter(Boolean)
    : null;
}

export function refuseUnknown(query: URLSearchParams, allowed: string[]): void {
  for (const name of query.keys()) if (!allowed.includes(name)) throw invalidRequest(`Unknown query parameter: ${name}`);
}

export function numberIn(query: URLSearchParams, name: string, fallback: number, max: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > max) throw invalidRequest(`Invalid ${name}: ${text}. It must be between 1 and ${max}.`);
  return value;
}

export function flagIn(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  if (text !== null && text !== 'true' && text !== 'false') throw invalidRequest(`Invalid ${name}: ${text}`);
  return text === 'true';
}
