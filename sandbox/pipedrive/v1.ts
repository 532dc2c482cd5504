import type { Call } from '../dialect.ts';
import type { Answer } from '../http.ts';
import { type JsonObject, writeJson } from '../json.ts';
import type { Store } from '../store/store.ts';
import type { Row } from '../store/types.ts';
import { invalid, notFound } from './errors.ts';
import type { V1Object } from './v1-objects.ts';

const pageSizeMax = 500;
const pageSizeDefault = 100;

/** GET /api/v1/{leads|leads/archived|notes|users}: pages by `start`, in the order of creation or of `sort`. Users come all at once. */
export function listV1(call: Call, object: V1Object, store: Store, isArchive: boolean): Answer {
  const { query } = call.request;
  const isPaged = object.sorts.length > 0;
  const allowed = isPaged ? ['start', 'limit', 'sort', ...(isArchive ? [] : ['updated_since'])] : [];
  for (const name of query.keys()) if (!allowed.includes(name)) throw invalid(`parameter '${name}' is not allowed`);
  const start = numberIn(query, 'start', 0, Number.MAX_SAFE_INTEGER);
  const limit = isPaged ? numberIn(query, 'limit', pageSizeDefault, pageSizeMax) : Number.MAX_SAFE_INTEGER;
  const since = sinceIn(query);
  const rows = call.isEmptied
    ? []
    : sortedRows(store, query.get('sort') ?? 'add_time ASC', object).filter((row) => isListed(object, row, isArchive));
  const wanted = rows.filter((row) => row.updatedAt >= since);
  const page = wanted.slice(start, start + limit);
  const hasMore = start + limit < wanted.length;
  const pagination = { start, limit, more_items_in_collection: hasMore, ...(hasMore ? { next_start: start + limit } : {}) };
  const tail = isPaged ? `],"additional_data":{"pagination":${JSON.stringify(pagination)}}}` : ']}';
  return { status: 200, body: { head: '{"success":true,"data":[', records: page.map((row) => render(object, row)), tail } };
}

/** GET /api/v1/{leads|notes|users}/{id} */
export function getV1(object: V1Object, store: Store, id: string): Answer {
  const entry = store.get(id);
  const row = entry === null ? null : store.rowOf(entry);
  if (row === null || row.deletedAt !== null) return notFound(object.label);
  return { status: 200, body: `{"success":true,"data":${render(object, row)}}` };
}

function isListed({ name }: V1Object, row: Row, isArchive: boolean): boolean {
  return row.deletedAt === null && (name !== 'leads' || (row.fields.is_archived === true) === isArchive);
}

function sortedRows(store: Store, sort: string, { sorts }: V1Object): Row[] {
  const [field = '', direction = 'ASC'] = sort.split(' ');
  if (sorts.length > 0 && !sorts.includes(field)) throw invalid(`parameter 'sort' has an unknown field ${field}`);
  if (!['id', 'add_time', 'update_time'].includes(field) || !/^(ASC|DESC)$/.test(direction))
    throw invalid('the sandbox sorts by id, add_time and update_time, ASC or DESC');
  const rows = [...store.byId(null, 'include')].map((entry) => store.rowOf(entry));
  const keyOf = (row: Row) => (field === 'add_time' ? row.createdAt : field === 'update_time' ? row.updatedAt : 0);
  rows.sort((a, b) => keyOf(a) - keyOf(b) || store.model.compareIds(a.id, b.id));
  return direction === 'DESC' ? rows.reverse() : rows;
}

/** Leads have ISO 8601 to the millisecond; everything else of v1 a text in UTC that does not say so. */
function render({ hasUuids, times }: V1Object, row: Row): string {
  const time = (at: number) => (hasUuids ? new Date(at).toISOString() : new Date(at).toISOString().slice(0, 19).replace('T', ' '));
  const record: JsonObject = {
    id: hasUuids ? row.id : Number(row.id),
    ...row.fields,
    [times.created]: time(row.createdAt),
    [times.updated]: time(row.updatedAt),
  };
  return writeJson(record);
}

function numberIn(query: URLSearchParams, name: string, fallback: number, max: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  if (!/^\d{1,9}$/.test(text) || Number(text) > max) throw invalid(`parameter '${name}' must be a number`);
  return Number(text);
}

/** RFC 3339 in whole seconds, as in v2. */
function sinceIn(query: URLSearchParams): number {
  const text = query.get('updated_since');
  if (text === null) return Number.NEGATIVE_INFINITY;
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw invalid("parameter 'updated_since' is not a valid datetime");
  return at;
}
