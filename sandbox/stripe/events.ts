import { isExactNumber, type Json, type JsonObject, writeJson } from '../json.ts';
import type { Row } from '../store/types.ts';
import type { Account } from '../world.ts';
import { type StripeObject, stripeObjects } from './objects.ts';
import { recordOf, seconds } from './render.ts';

/** As Stripe writes it down, lists it and sends it to webhooks: https://docs.stripe.com/api/events/object */
export interface StripeEvent {
  id: string;
  created: number;
  type: string;
  body: JsonObject;
}

/** The version of the account, in which its events are written, whatever a request's header says. */
export const accountVersion = '2025-09-30.clover';
/** https://docs.stripe.com/api/events/list */
const retentionSeconds = 30 * 24 * 3600;
const eventsMax = 100_000;

const logs = new WeakMap<Account, { events: StripeEvent[]; written: number }>();

/** Oldest first; what is older than 30 days is forgotten. */
export function eventsOf(account: Account): StripeEvent[] {
  const { events } = logOf(account);
  const oldest = seconds(account.now()) - retentionSeconds;
  return events.filter(({ created }) => created >= oldest);
}

/** Writes down what happened to a record. */
export function noteEvent(account: Account, name: string, row: Row): void {
  const object = stripeObjects[name];
  const type = object && typeOf(object, row);
  // What was loaded had happened before.
  if (!object || !type || (row.isVerbatim && row.previous === null)) return;
  const log = logOf(account);
  log.written++;
  const created = seconds(row.writtenAt);
  const id = `evt_${String(log.written).padStart(24, '0')}`;
  const event = { id, created, type, body: bodyOf(object, row, { id, created, type }) };
  // A write that became visible late stands where it happened, before events that readers may have met already.
  const later = log.events.findLastIndex((other) => other.created <= created) + 1;
  log.events.splice(later, 0, event);
  if (log.events.length > eventsMax) log.events.shift();
}

/** The event of a write, for its webhook; null: the write has none. */
export function eventBodyOf(name: string, row: Row, id: string): JsonObject | null {
  const object = stripeObjects[name];
  const type = object && typeOf(object, row);
  return object && type ? bodyOf(object, row, { id, created: seconds(row.writtenAt), type }) : null;
}

function logOf(account: Account) {
  const log = logs.get(account) ?? { events: [], written: 0 };
  logs.set(account, log);
  return log;
}

function typeOf({ events }: StripeObject, row: Row): string | null {
  if (row.isGone) return null;
  if (row.deletedAt !== null) return events.deleted;
  return row.previous === null ? events.created : events.updated;
}

function bodyOf(object: StripeObject, row: Row, { id, created, type }: Omit<StripeEvent, 'body'>): JsonObject {
  const record = recordOf(object, row);
  const isUpdate = type === object.events.updated && row.previous !== null;
  return {
    id,
    object: 'event',
    api_version: accountVersion,
    created,
    data: { object: record, ...(isUpdate ? { previous_attributes: changed(recordOf(object, row.previous!), record) } : {}) },
    livemode: false,
    pending_webhooks: 0,
    request: { id: null, idempotency_key: null },
    type,
  };
}

function changed(before: JsonObject, after: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(before).filter(([key, value]) => text(value) !== text(after[key])));
}

function text(value: Json | undefined): string {
  return value === undefined ? '' : isExactNumber(value) ? value.rawJSON : writeJson(value);
}
