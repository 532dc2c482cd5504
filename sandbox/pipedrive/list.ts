import type { Call } from '../dialect.ts';
import type { Answer } from '../http.ts';
import type { Store } from '../store/store.ts';
import type { Entry, Row } from '../store/types.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { notFound } from './errors.ts';
import type { PipedriveObject } from './objects.ts';
import { type ListParameters, readParameters } from './parameters.ts';
import { renderRecord } from './render.ts';

/** What was deleted is listed, where that is possible, and can be got by its id for so long. */
const binMs = 30 * 24 * 3600 * 1000;

/** GET /api/v2/{object}, and /api/v2/deals/archived. */
export function listRecords(call: Call, object: PipedriveObject, store: Store, isArchive: boolean): Answer {
  const { query } = call.request;
  const parameters = readParameters(query, object);
  const cursor = readCursor(query.get('cursor'), parameters.sortBy);
  const page: Row[] = [];
  let next: string | null = null;
  for (const entry of call.isEmptied ? [] : entries(store, parameters, cursor)) {
    const row = store.rowOf(entry);
    if (!isWanted(call, object, row, parameters, isArchive)) continue;
    if (page.length === parameters.limit) {
      next = writeCursor(parameters.sortBy, row);
      break;
    }
    page.push(row);
  }
  const records = page.map((row) => renderRecord(row, parameters.customFields));
  const tail = `],"additional_data":{"next_cursor":${JSON.stringify(next)}}}`;
  return { status: 200, body: { head: '{"success":true,"data":[', records, tail } };
}

/** GET /api/v2/{object}/{id}. A deleted record still shows, marked, until it is purged: so v1 was recorded (test/real/pipedrive). */
export function getRecord(call: Call, object: PipedriveObject, store: Store, id: string): Answer {
  const entry = store.get(id);
  const row = entry === null ? null : store.rowOf(entry);
  if (row === null || isPurged(call, row)) return notFound(object.label);
  return { status: 200, body: `{"success":true,"data":${renderRecord(row, null)}}` };
}

/** The cursor's own record is the first of its page. */
function entries(
  store: Store,
  { sortBy, since }: ListParameters,
  cursor: { id: string; updatedAt: number | null } | null,
): Iterable<Entry> {
  const before = cursor === null || cursor.id === '0' ? null : String(BigInt(cursor.id) - 1n);
  if (sortBy === 'id') return store.byId(before === '0' ? null : before, 'include');
  return store.byUpdated(since, cursor === null ? null : { updatedAt: cursor.updatedAt!, id: before ?? '0' }, 'include');
}

function isWanted(call: Call, { name }: PipedriveObject, row: Row, parameters: ListParameters, isArchive: boolean): boolean {
  const { since, until, ids, statuses, equal } = parameters;
  if (name === 'deals' && (row.fields.is_archived === true) !== isArchive) return false;
  if (row.deletedAt !== null && (isPurged(call, row) || !statuses?.includes('deleted'))) return false;
  if (row.deletedAt === null && statuses !== null && !statuses.includes(String(row.fields.status))) return false;
  if (row.updatedAt < since || row.updatedAt >= until) return false;
  if (ids !== null && !ids.includes(row.id)) return false;
  return equal.every(([field, value]) => String(row.fields[field] ?? '') === value);
}

function isPurged({ account }: Call, { deletedAt }: Row): boolean {
  return deletedAt !== null && deletedAt < account.now() - binMs;
}
