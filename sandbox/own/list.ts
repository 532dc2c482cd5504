import type { Call } from '../dialect.ts';
import type { Answer } from '../http.ts';
import type { Store } from '../store/store.ts';
import type { Deleted, Entry } from '../store/types.ts';
import { toBytes } from './byte-text.ts';
import { invalid, OwnRefusal } from './errors.ts';
import type { OwnObject } from './objects.ts';
import { positionOf, syncTokenOf } from './token.ts';

const pageSizeMax = 1000;
const pageSizeDefault = 100;

/** Where a keyset page begins: behind this record, in the order that the first page asked for. */
interface Cursor {
  object: string;
  since: string | null;
  deleted: boolean;
  after: { id: string; updatedAt: number; version: number };
  /** Where the feed of changes stood when the first page was asked for. */
  began?: number;
}

/** GET /crm/v1/{object}: pages by cursor, over id, or over the filter's order. */
export function listByCursor(call: Call, name: string, object: OwnObject, store: Store, render: (entry: Entry) => string): Answer {
  const filter = object.changes;
  const allowed = ['limit', 'cursor', ...(filter ? [filter] : []), ...(object.hasDeleteMark ? ['include_deleted'] : [])];
  const { query } = call.request;
  refuseUnknown(query, allowed);
  const limit = limitOf(call);
  const cursor = readCursor(query, name, filter);
  const since = cursor ? cursor.since : filter ? query.get(filter) : null;
  const deleted: Deleted = (cursor ? cursor.deleted : isTrue(query.get('include_deleted'))) ? 'include' : 'exclude';

  const { page, hasMore } = take(call.isEmptied ? [] : entries(), limit);
  const last = lastOf(call, page);
  const began = object.changeFeed === 'tokens' || object.changeFeed === 'ids' ? { began: cursor?.began ?? store.changes.settled } : {};
  const next =
    hasMore && last !== undefined
      ? writeCursor({ object: name, since, deleted: deleted === 'include', after: placeOf(last), ...began })
      : null;
  const token = began.began !== undefined && since === null && !hasMore ? `,"sync_token":"${syncTokenOf(began.began)}"` : '';
  const total = object.countsTotal && since === null ? `,"total":${store.count(deleted)}` : '';
  return listAnswer(page.map(render), `"next_cursor":${JSON.stringify(next)},"has_more":${hasMore}${total}${token}`);

  function entries(): Iterable<Entry> {
    const after = cursor?.after ?? null;
    // A feed of changes names deleted records too: that is what it is for.
    if (since === null)
      return filter === 'since' ? store.byVersion(1, after?.version ?? null, deleted) : store.byId(after?.id ?? null, deleted);
    if (filter === 'modified_since') return store.byUpdated(object.filterStep === 'day' ? dayOf(since) : timeOf(since), after, deleted);
    if (filter === 'since_version') return store.byVersion(versionOf(since), after?.version ?? null, 'include');
    const position = positionOf(since);
    if (position === null) throw new OwnRefusal(410, 'token_unknown', 'This token is unknown or too old: read everything again.');
    return store.byVersion(position, after?.version ?? null, 'include');
  }

  function placeOf(entry: Entry): Cursor['after'] {
    if (typeof entry !== 'number') return { id: entry.id, updatedAt: entry.updatedAt, version: entry.version };
    return { id: store.model.idOf(entry), updatedAt: store.model.updatedAtOf(entry), version: entry };
  }
}

/** GET /crm/v1/{parent}/{id}/{object}: what belongs to one record, by cursor over id. */
export function listUnder(call: Call, name: string, parentId: string, store: Store, render: (entry: Entry) => string): Answer {
  const { query } = call.request;
  refuseUnknown(query, ['limit', 'cursor']);
  const limit = limitOf(call);
  const place = `${name} of ${parentId}`;
  const cursor = readCursor(query, place, null);
  const { page, hasMore } = take(call.isEmptied ? [] : entries(), limit);
  const last = lastOf(call, page);
  const after = last !== undefined && store.rowOf(last);
  const next =
    hasMore && after
      ? writeCursor({
          object: place,
          since: null,
          deleted: false,
          after: { id: after.id, updatedAt: after.updatedAt, version: after.version },
        })
      : null;
  return listAnswer(page.map(render), `"next_cursor":${JSON.stringify(next)},"has_more":${hasMore}`);

  /** Ids begin with the parent's, and stand together in their order. */
  function* entries(): Generator<Entry> {
    const prefix = `${parentId}:`;
    for (const entry of store.byId(cursor?.after.id ?? prefix, 'exclude')) {
      const id = typeof entry === 'number' ? store.model.idOf(entry) : entry.id;
      if (!id.startsWith(prefix)) return;
      yield entry;
    }
  }
}

/** GET /crm/v1/offset_notes: pages by number over the mutable updated_at, as careless APIs do. */
export function listByOffset(call: Call, store: Store, render: (entry: Entry) => string): Answer {
  const { query } = call.request;
  refuseUnknown(query, ['page', 'per_page', 'modified_since']);
  const perPage = wholeNumber(query.get('per_page'), 'per_page', pageSizeDefault, pageSizeMax);
  const page = wholeNumber(query.get('page'), 'page', 1, 1_000_000);
  const since = query.get('modified_since');
  let index = 0;
  const records: string[] = [];
  for (const entry of call.isEmptied ? [] : store.byUpdated(since === null ? 0 : timeOf(since), null, 'exclude')) {
    if (index >= (page - 1) * perPage && records.length < perPage) records.push(render(entry));
    index++;
  }
  return listAnswer(records, `"page":${page},"per_page":${perPage},"total":${index}`);
}

/** GET /crm/v1/{object}/deleted?since=: ids and times of what was deleted. */
export function listDeleted(call: Call, name: string, store: Store): Answer {
  const { query } = call.request;
  refuseUnknown(query, ['since', 'limit', 'cursor']);
  const limit = limitOf(call);
  const cursor = readCursor(query, `${name}/deleted`, 'since');
  const since = cursor ? cursor.since : query.get('since');
  const { page, hasMore } = take(
    call.isEmptied ? [] : store.byUpdated(since === null ? 0 : timeOf(since), cursor?.after ?? null, 'only'),
    limit,
  );
  const rows = page.map((entry) => store.rowOf(entry));
  const last = lastOf(call, rows);
  const after = last && { id: last.id, updatedAt: last.updatedAt, version: last.version };
  const next = hasMore && after ? writeCursor({ object: `${name}/deleted`, since, deleted: true, after }) : null;
  const records = rows.map(
    (row) => `{"id":${toBytes(JSON.stringify(row.id))},"deleted_at":"${new Date(row.deletedAt ?? 0).toISOString()}"}`,
  );
  return listAnswer(records, `"next_cursor":${JSON.stringify(next)},"has_more":${hasMore}`);
}

export function listAnswer(records: string[], envelope: string): Answer {
  return { status: 200, body: { head: '{"data":[', records, tail: `],${envelope}}`, isBytes: true } };
}

export function limitOf({ request, account }: Call): number {
  const asked = wholeNumber(request.query.get('limit'), 'limit', pageSizeDefault, pageSizeMax);
  return Math.min(asked, account.settings.pageRecordsMax ?? pageSizeMax);
}

/** The record behind which the next page begins. */
function lastOf<T>({ isOverlapping }: Call, page: T[]): T | undefined {
  return isOverlapping ? page[(page.length - 1) >> 1] : page.at(-1);
}

export function take<T>(entries: Iterable<T>, limit: number): { page: T[]; hasMore: boolean } {
  const page: T[] = [];
  for (const entry of entries) {
    if (page.length === limit) return { page, hasMore: true };
    page.push(entry);
  }
  return { page, hasMore: false };
}

export function readCursor(query: URLSearchParams, object: string, filter: string | null): Cursor | null {
  const text = query.get('cursor');
  if (text === null) return null;
  if (filter && query.has(filter)) throw invalid(`A cursor keeps its filter: ${filter} cannot be given with it.`);
  try {
    const cursor = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Cursor;
    if (cursor.object === object && typeof cursor.after.id === 'string') return cursor;
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
  }
  throw new OwnRefusal(400, 'cursor_invalid', 'This is no cursor of this list.');
}

export function writeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

export function refuseUnknown(query: URLSearchParams, allowed: string[]): void {
  for (const name of query.keys())
    if (!allowed.includes(name)) throw invalid(`Unknown parameter ${name}; this list knows ${allowed.join(', ')}.`);
}

function wholeNumber(text: string | null, name: string, fallback: number, max: number): number {
  if (text === null) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > max) throw invalid(`${name} is a whole number from 1 to ${max}.`);
  return value;
}

export function timeOf(text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw invalid('Times are ISO 8601 with a zone, such as 2024-01-31T12:00:00.000Z.');
  return at;
}

/** The filter takes a day, and everything of that day passes. */
function dayOf(text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw invalid('modified_since is a day, such as 2024-01-31.');
  return at;
}

function versionOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw invalid('since_version is a whole number.');
  return Number(text);
}

function isTrue(text: string | null): boolean {
  if (text !== null && text !== 'true' && text !== 'false') throw invalid('include_deleted is true or false.');
  return text === 'true';
}
