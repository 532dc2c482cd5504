import type { Call } from '../dialect.ts';
import type { Answer } from '../http.ts';
import type { Store } from '../store/store.ts';
import type { Entry, Row } from '../store/types.ts';
import { toBytes } from './byte-text.ts';
import { invalid, OwnRefusal } from './errors.ts';
import { limitOf, listAnswer, readCursor, refuseUnknown, take, timeOf, writeCursor } from './list.ts';
import { positionOf, syncTokenOf } from './token.ts';

/** GET /crm/v1/{object}/keys: the ids of everything that exists, and nothing else. */
export function listKeys(call: Call, name: string, store: Store): Answer {
  refuseUnknown(call.request.query, ['limit', 'cursor']);
  const place = `${name}/keys`;
  const cursor = readCursor(call.request.query, place, null);
  const { page, hasMore } = take(call.isEmptied ? [] : store.byId(cursor?.after.id ?? null, 'exclude'), limitOf(call));
  const ids = page.map((entry) => (typeof entry === 'number' ? store.model.idOf(entry) : entry.id));
  const after = { id: ids.at(-1) ?? '', updatedAt: 0, version: 0 };
  const next = hasMore ? writeCursor({ object: place, since: null, deleted: false, after }) : null;
  const records = ids.map((id) => `{"id":${toBytes(JSON.stringify(id))}}`);
  return listAnswer(records, `"next_cursor":${JSON.stringify(next)},"has_more":${hasMore}`);
}

/**
 * GET /crm/v1/{object}/changes?token=: each record that changed, once and as it is now; a deleted one is its id and `removed`. The
 * last page brings the token of the next time.
 */
export function listChanges(call: Call, store: Store, render: (entry: Entry) => string): Answer {
  const { query } = call.request;
  refuseUnknown(query, ['token', 'limit', 'page_token']);
  // Behind a write that is not visible yet no token leads: whoever holds one misses nothing.
  const { settled } = store.changes;
  const changes = changesBehind(store, query.get('page_token') ?? query.get('token') ?? '').filter(({ position }) => position <= settled);
  const newest = new Map(changes.map(({ row, position }) => [row.id, position]));
  const latest = changes.filter(({ row, position }) => newest.get(row.id) === position);
  const { page, hasMore } = take(latest, limitOf(call));
  const records = page.flatMap(({ row }) => repeated(call, isGone(row) ? removed(row) : render(row)));
  const behind = syncTokenOf(hasMore ? page.at(-1)!.position : settled);
  return listAnswer(records, hasMore ? `"next_page_token":"${behind}"` : `"sync_token":"${behind}"`);
}

/** GET /crm/v1/{object}/changed_ids?token=: the same feed, with ids only. */
export function listChangedIds(call: Call, store: Store): Answer {
  return listChanges(
    call,
    store,
    (entry) => `{"id":${toBytes(JSON.stringify(typeof entry === 'number' ? store.model.idOf(entry) : entry.id))}}`,
  );
}

const batchIdsMax = 100;

/** GET /crm/v1/{object}/batch?ids=: records by their ids, in the order of ids. What is not there is left out. */
export function listBatch({ request, isEmptied }: Call, store: Store, render: (entry: Entry) => string): Answer {
  refuseUnknown(request.query, ['ids']);
  const ids = (request.query.get('ids') ?? '').split(',').filter(Boolean);
  if (ids.length < 1 || ids.length > batchIdsMax) throw invalid(`ids names 1 to ${batchIdsMax} records.`);
  const found = isEmptied ? [] : [...new Set(ids)].sort().map((id) => store.get(id));
  const there = found.filter((entry) => entry !== null && (typeof entry === 'number' || !isGone(entry)));
  return listAnswer((there as Entry[]).map(render), `"asked":${ids.length}`);
}

/** GET /crm/v1/{object}/events?after=: every change by itself, with the record as it was then. Oldest first; what becomes visible late stands before others. */
export function listEvents(call: Call, name: string, store: Store, render: (entry: Entry) => string): Answer {
  const { query } = call.request;
  refuseUnknown(query, ['after', 'limit']);
  const after = query.get('after');
  const { page, hasMore } = take(changesBehind(store, after ?? syncTokenOf(0)), limitOf(call));
  const singular = name.replace(/s$/, '');
  const records = page.flatMap(({ row, position }) => {
    const data = isGone(row) ? `{"id":${toBytes(JSON.stringify(row.id))}}` : `{"object":${render(row)}}`;
    const at = new Date(row.writtenAt).toISOString();
    const type = isGone(row) ? 'deleted' : row.previous === null ? 'created' : 'updated';
    return repeated(call, `{"event_id":"${syncTokenOf(position)}","type":"${singular}.${type}","occurred_at":"${at}","data":${data}}`);
  });
  return listAnswer(records, `"has_more":${hasMore}`);
}

/** GET /crm/v1/{object}/latest_event?before=: the last event that can be seen. One that becomes visible late may stand before it. */
export function latestEvent({ request }: Call, store: Store): Answer {
  refuseUnknown(request.query, ['before']);
  const before = request.query.get('before');
  const newest = store.changes.newestBefore(before === null ? Number.POSITIVE_INFINITY : timeOf(before));
  return { status: 200, body: `{"event_id":${newest === 0 ? 'null' : `"${syncTokenOf(newest)}"`}}` };
}

function changesBehind(store: Store, token: string): { position: number; row: Row }[] {
  const position = positionOf(token);
  const changes = position === null ? null : store.changes.after(position - 1);
  if (changes === null) throw new OwnRefusal(410, 'token_expired', 'This token is unknown or too old: read everything again.');
  return changes;
}

function isGone(row: Row): boolean {
  return row.isGone || row.deletedAt !== null;
}

function removed(row: Row): string {
  const at = new Date(row.updatedAt).toISOString();
  return `{"id":${toBytes(JSON.stringify(row.id))},"removed":true,"removed_at":"${at}"}`;
}

/** Feeds that deliver at least once tell some changes twice. */
function repeated({ account }: Call, item: string): string[] {
  return account.settings.repeatsChanges ? [item, item] : [item];
}
