import type { Call } from '../dialect.ts';
import { type Answer, tryParseJson } from '../http.ts';
import { isJsonObject, type Json } from '../json.ts';
import type { Store } from '../store/store.ts';
import type { Row } from '../store/types.ts';
import { invalidRequest, searchProblem } from './errors.ts';
import { type Filter, isMatch, readFilterGroups } from './filters.ts';
import { type HubspotObject, knownProperties, renderRecord, searchableOf } from './objects.ts';

const pageSizeMax = 200;
const pageSizeDefault = 10;
/** https://developers.hubspot.com/docs/guides/api/crm/search#limits-to-search */
const hitsMax = 10_000;

interface Search {
  groups: Filter[][];
  sort: { property: string; isDescending: boolean } | null;
  properties: string[] | null;
  limit: number;
  after: number;
}

/** POST /crm/v3/objects/{objectType}/search: pages by offset over a filter, never beyond 10,000 hits, at times behind the truth. */
export function searchObjects(call: Call, object: HubspotObject, store: Store): Answer {
  const known = knownProperties(object, store);
  const search = readSearch(call.request.body, known);
  if (search.after + search.limit > hitsMax) {
    throw searchProblem(`Search results are limited to ${hitsMax}: after and limit must not add up to more.`);
  }
  const hits = call.isEmptied ? [] : findHits(call, object, store, search);
  const page = hits.slice(search.after, search.after + search.limit);
  const records = page.map((row) => renderRecord(object, row, search.properties, known));
  const next = search.after + page.length;
  const tail = next < hits.length && page.length > 0 ? `],"paging":{"next":{"after":"${next}"}}}` : ']}';
  return { status: 200, body: { head: `{"total":${hits.length},"results":[`, records, tail } };
}

/** Searches that are remembered while a client pages through them. */
const memoryMax = 8;
const memory = new WeakMap<Store, Map<string, Row[]>>();

function findHits(call: Call, object: HubspotObject, store: Store, search: Search): Row[] {
  const { searchLagMs } = call.account.settings;
  const key = JSON.stringify([store.revision, store.size, search.groups, search.sort]);
  const remembered = memory.get(store) ?? new Map<string, Row[]>();
  memory.set(store, remembered);
  const known = searchLagMs === 0 ? remembered.get(key) : undefined;
  if (known) return known;

  const now = call.account.now();
  const hits: Row[] = [];
  // Nothing that was modified before the lowest bound can match: large accounts would take seconds otherwise.
  for (const entry of store.byUpdated(
    searchLagMs > 0 ? 0 : lowestModified(search.groups, object),
    null,
    searchLagMs > 0 ? 'include' : 'exclude',
  )) {
    const row = indexedVersion(store.rowOf(entry), now, searchLagMs);
    if (row && isMatch(search.groups, (name) => searchableOf(object, row, name))) hits.push(row);
  }
  const { sort } = search;
  if (sort)
    hits.sort((a, b) => compareBy(object, sort.property, a, b) * (sort.isDescending ? -1 : 1) || store.model.compareIds(a.id, b.id));
  remembered.set(key, hits);
  for (const oldest of remembered.keys()) {
    if (remembered.size <= memoryMax) break;
    remembered.delete(oldest);
  }
  return hits;
}

/** The search index trails behind: it shows the version before, or nothing yet. */
function indexedVersion(row: Row, now: number, lagMs: number): Row | null {
  let version: Row | null = row;
  while (version !== null && lagMs > 0 && version.writtenAt + lagMs > now) version = version.previous;
  return version === null || version.deletedAt !== null || version.isGone ? null : version;
}

function lowestModified(groups: Filter[][], object: HubspotObject): number {
  if (groups.length === 0) return 0;
  const bounds = groups.map((group) => {
    const filter = group.find(({ property, operator }) => property === object.modified && /^(GTE?|EQ|BETWEEN)$/.test(operator));
    return filter ? (timeOf(filter.value) ?? 0) : 0;
  });
  return Math.min(...bounds);
}

export function timeOf(text: string): number | null {
  if (/^\d+$/.test(text)) return Number(text);
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

function compareBy(object: HubspotObject, property: string, a: Row, b: Row): number {
  if (property === object.modified) return a.updatedAt - b.updatedAt;
  if (property === 'createdate') return a.createdAt - b.createdAt;
  const [x, y] = [searchableOf(object, a, property) ?? '', searchableOf(object, b, property) ?? ''];
  const type = object.properties.find(({ name }) => name === property)?.type;
  if (type === 'number') return Number(x) - Number(y);
  return x < y ? -1 : x > y ? 1 : 0;
}

function readSearch(text: string, known: ReadonlySet<string>): Search {
  const body = tryParseJson(text);
  if (!isJsonObject(body)) throw invalidRequest('Invalid input JSON on line 1, column 1: expected an object');
  for (const name of Object.keys(body)) {
    if (!['query', 'limit', 'after', 'sorts', 'properties', 'filterGroups'].includes(name))
      throw invalidRequest(`Invalid input JSON: unknown field ${name}`);
  }
  const limit = whole(body.limit, 'limit', pageSizeDefault);
  if (limit < 1 || limit > pageSizeMax) throw searchProblem(`limit must be between 1 and ${pageSizeMax}`);
  return {
    groups: readFilterGroups(body.filterGroups, known),
    sort: readSort(body.sorts, known),
    properties: Array.isArray(body.properties) ? body.properties.map(String) : null,
    limit,
    after: whole(body.after, 'after', 0),
  };
}

/** `limit` is a number, `after` comes as text or number. */
function whole(value: Json | undefined, name: string, fallback: number): number {
  if (value === undefined || value === null || value === '') return fallback;
  if (!/^\d{1,9}$/.test(String(value))) throw searchProblem(`${name} is not a whole number: ${String(value)}`);
  return Number(value);
}

/** One rule at most: `{propertyName, direction}`, or a name with a minus in front for descending. */
function readSort(value: Json | undefined, known: ReadonlySet<string>): Search['sort'] {
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value)) throw searchProblem('sorts must be a list');
  if (value.length > 1) throw searchProblem('Only one sort is allowed');
  const [rule] = value;
  if (rule === undefined) return null;
  const sort =
    typeof rule === 'string'
      ? { property: rule.replace(/^-/, ''), isDescending: rule.startsWith('-') }
      : {
          property: String(isJsonObject(rule) ? rule.propertyName : ''),
          isDescending: isJsonObject(rule) && rule.direction === 'DESCENDING',
        };
  if (!known.has(sort.property)) throw searchProblem(`Property "${sort.property}" does not exist`);
  return sort;
}
