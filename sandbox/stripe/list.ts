import type { Call } from '../dialect.ts';
import type { Answer } from '../http.ts';
import { writeJson } from '../json.ts';
import type { Store } from '../store/store.ts';
import type { Entry } from '../store/types.ts';
import { invalid, missing, StripeRefusal } from './errors.ts';
import { eventsOf } from './events.ts';
import type { StripeObject } from './objects.ts';
import { type ListParameters, readParameters, textsIn } from './parameters.ts';
import { isThere, renderRecord, seconds } from './render.ts';

interface Listed {
  id: string;
  created: number;
  text: () => string;
}

const statuses = ['active', 'past_due', 'unpaid', 'canceled', 'incomplete', 'incomplete_expired', 'trialing', 'paused', 'all', 'ended'];

/** GET /v1/{object}: the newest first. */
export function listRecords(call: Call, object: StripeObject, store: Store): Answer {
  const { query } = call.request;
  const own = object.name === 'subscriptions' ? [...object.filters, 'status'] : object.filters;
  const parameters = readParameters(query, { own, others: object.others });
  const status = object.name === 'subscriptions' ? statusIn(query) : null;
  const wanted = object.filters.flatMap((field) => (query.has(field) ? [[field, query.get(field)!] as const] : []));
  const listed: Listed[] = [];
  for (const entry of store.byId(null, 'include')) {
    const place = placeOf(store, entry);
    if (!parameters.isCreatedWithin(place.created)) continue;
    if (typeof entry === 'number' && wanted.length === 0 && status === null) {
      listed.push({ ...place, text: () => renderRecord(object, store.rowOf(entry)) });
      continue;
    }
    const row = store.rowOf(entry);
    const fields = row.deletedAt !== null && object.deletion === 'canceled' ? { ...row.fields, status: 'canceled' } : row.fields;
    const isWanted = isThere(object, row) && wanted.every(([field, value]) => String(fields[field] ?? '') === value);
    if (isWanted && hasStatus(status, String(fields.status))) listed.push({ ...place, text: () => renderRecord(object, row) });
  }
  listed.sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1));
  return page(call, listed, parameters, object.object, `/v1/${object.name}`);
}

/** https://docs.stripe.com/api/subscriptions/list: canceled ones only when they are asked for. */
function statusIn(query: URLSearchParams): string {
  const status = query.get('status') ?? 'not canceled';
  if (query.has('status') && !statuses.includes(status))
    throw invalid('status', `Invalid status: must be one of ${statuses.slice(0, -1).join(', ')}, or ${statuses.at(-1)}`);
  return status;
}

function hasStatus(asked: string | null, status: string): boolean {
  if (asked === null || asked === 'all') return true;
  if (asked === 'not canceled') return status !== 'canceled';
  return asked === 'ended' ? status === 'canceled' || status === 'incomplete_expired' : status === asked;
}

const typesMax = 20;

/** GET /v1/events: https://docs.stripe.com/api/events/list */
export function listEvents(call: Call): Answer {
  const { query } = call.request;
  const parameters = readParameters(query, { own: ['type', 'types'], others: ['delivery_success'] });
  const [type, types] = [query.get('type'), textsIn(query, 'types', typesMax)];
  if (type !== null && types !== null) throw invalid('types', 'You may only specify one of these parameters: type, types.');
  const pattern = type === null ? null : new RegExp(`^${type.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
  // A cursor may name any event, also one that the filter leaves out.
  const all = eventsOf(call.account).toReversed();
  const isWanted = (event: string) => (types ? types.includes(event) : (pattern?.test(event) ?? true));
  const known = all.map(({ id, created, type: of, body }) => ({
    id,
    created,
    isWanted: isWanted(of) && parameters.isCreatedWithin(created),
    text: () => writeJson(body),
  }));
  return page(call, known, parameters, 'event', '/v1/events');
}

/** `starting_after` goes on to older ones, `ending_before` to newer ones; the page itself is always newest first. */
function page(call: Call, all: (Listed & { isWanted?: boolean })[], parameters: ListParameters, what: string, url: string): Answer {
  const { limit, startingAfter, endingBefore } = parameters;
  const param = endingBefore === null ? 'starting_after' : 'ending_before';
  const id = endingBefore ?? startingAfter;
  const at = id === null ? -1 : all.findIndex((one) => one.id === id);
  if (id !== null && at === -1) throw new StripeRefusal(missing(400, what, id, param));
  const side = (endingBefore === null ? all.slice(at + 1) : all.slice(0, at)).filter((one) => one.isWanted ?? true);
  const some = endingBefore === null ? side.slice(0, limit) : side.slice(-limit);
  const records = call.isEmptied ? [] : some.map(({ text }) => text());
  const hasMore = !call.isEmptied && side.length > limit;
  return {
    status: 200,
    body: { head: '{"object":"list","data":[', records, tail: `],"has_more":${hasMore},"url":${JSON.stringify(url)}}` },
  };
}

/** GET /v1/{object}/{id} */
export function getRecord(call: Call, object: StripeObject, store: Store, id: string): Answer {
  const name = [...call.request.query.keys()][0];
  if (name !== undefined) throw invalid(name, `Received unknown parameter: ${name}`, 'parameter_unknown');
  const entry = store.get(id);
  const row = entry === null ? null : store.rowOf(entry);
  if (row !== null && isThere(object, row)) return { status: 200, body: renderRecord(object, row) };
  if (row !== null && object.deletion === 'stub')
    return { status: 200, body: JSON.stringify({ id, object: object.object, deleted: true }) };
  return missing(404, object.object, id, 'id');
}

/** A generated record's id and time are known without making the record. */
function placeOf(store: Store, entry: Entry): { id: string; created: number } {
  const { model } = store;
  if (typeof entry === 'number') return { id: model.idOf(entry), created: seconds(model.createdAtOf(entry)) };
  return { id: entry.id, created: seconds(entry.createdAt) };
}
