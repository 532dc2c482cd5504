import type { Call } from '../dialect.ts';
import { type Answer, jsonAnswer } from '../http.ts';
import { seedOf } from '../random.ts';
import type { Store } from '../store/store.ts';
import type { Entry, Row } from '../store/types.ts';
import type { Account } from '../world.ts';
import { malformed, SalesforceRefusal } from './errors.ts';
import { fieldsOf, renderSobject } from './records.ts';
import { type SObject, sobject } from './sobjects.ts';
import { planQuery, run } from './soql/evaluate.ts';
import { parseSoql } from './soql/parse.ts';

const pageSizeDefault = 2000;
const pageSizeMin = 200;
const offsetMax = 2000;
/** Cursors that one account keeps open; the oldest goes. */
const locatorsMax = 10;

/** A query that is being paged through. The records are fixed when it begins, their values are read page by page. */
interface Locator {
  id: string;
  object: SObject;
  names: string[];
  entries: Entry[];
  pageSize: number;
}

const locators = new WeakMap<Account, { list: Locator[]; count: number }>();

/** GET query?q= and queryAll?q=: SOQL, 2,000 records a page. */
export function query(call: Call, version: string, withDeleted: boolean): Answer {
  const { query: parameters, headers } = call.request;
  const text = parameters.get('q');
  for (const name of parameters.keys()) if (name !== 'q') throw new SalesforceRefusal(400, 'INVALID_FIELD', `Unknown parameter ${name}`);
  if (text === null) throw malformed('A query string has to be specified');
  const parsed = parseSoql(text);
  const object = sobject(parsed.object);
  if (!object) throw new SalesforceRefusal(400, 'INVALID_TYPE', `sObject type '${parsed.object}' is not supported.`);
  if (parsed.offset > offsetMax)
    throw new SalesforceRefusal(400, 'NUMBER_OUTSIDE_VALID_RANGE', `Maximum SOQL offset allowed is ${offsetMax}`);
  const store = call.account.store(object.name)!;
  const plan = planQuery(parsed, fieldsOf(object, store, call.account.descriptions.get(object.name)), object.name);
  const isShown = (entry: Entry) => typeof entry === 'number' || isVisible(call, object, entry, withDeleted);
  const all = call.isEmptied ? [] : run(plan, store, withDeleted).filter(isShown);
  const entries = all.slice(parsed.offset, parsed.limit === null ? undefined : parsed.offset + parsed.limit);
  if (plan.names === null) return jsonAnswer(200, { totalSize: entries.length, done: true, records: [] });

  const wanted = Number(headers['sforce-query-options']?.match(/batchSize=(\d+)/)?.[1] ?? pageSizeDefault);
  const pageSize = Math.min(Math.max(wanted, pageSizeMin), pageSizeDefault);
  const locator = { id: '', object, names: plan.names, entries, pageSize };
  if (entries.length > pageSize) open(call.account, locator);
  return page(locator, 0, store, version);
}

/** What is deleted stays in the bin for so long, and shows to queryAll until then. */
const binMs = 15 * 24 * 3600 * 1000;

/** Archived activities show to queryAll only: https://developer.salesforce.com/docs/platform/api-rest/guide/resources-queryall.html */
function isVisible({ account }: Call, { archives }: SObject, { deletedAt, fields }: Row, withDeleted: boolean): boolean {
  if (deletedAt !== null && deletedAt < account.now() - binMs) return false;
  return withDeleted || !(archives === true && fields.IsArchived === true);
}

/** GET query/{locator}-{offset}: what nextRecordsUrl points to. */
export function queryMore(call: Call, version: string, reference: string): Answer {
  const [, id, offset] = reference.match(/^(\w{18})-(\d{1,9})$/) ?? [];
  const locator = locators.get(call.account)?.list.find((one) => one.id === id);
  if (!locator || Number(offset) >= locator.entries.length)
    throw new SalesforceRefusal(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
  const store = call.account.store(locator.object.name)!;
  if (call.isEmptied) return jsonAnswer(200, { totalSize: locator.entries.length, done: true, records: [] });
  return page(locator, Number(offset), store, version);
}

function page(locator: Locator, offset: number, store: Store, version: string): Answer {
  const { entries, object, names, pageSize } = locator;
  const next = offset + pageSize;
  const isDone = next >= entries.length;
  const more = isDone ? '' : `"nextRecordsUrl":"/services/data/${version}/query/${locator.id}-${next}",`;
  const records = entries.slice(offset, next).map((entry) => renderSobject(object, current(store, entry), names, version));
  return { status: 200, body: { head: `{"totalSize":${entries.length},"done":${isDone},${more}"records":[`, records, tail: ']}' } };
}

/** The record's present values, as long as it exists. */
function current(store: Store, entry: Entry) {
  if (typeof entry === 'number') return store.rowOf(store.get(store.model.idOf(entry)) ?? entry);
  return store.rowOf(store.get(entry.id) ?? entry);
}

function open(account: Account, locator: Locator): void {
  const held = locators.get(account) ?? { list: [], count: 0 };
  locators.set(account, held);
  held.count++;
  locator.id = `01g${seedOf(account.name).toString(36).padStart(7, '0')}${String(held.count).padStart(5, '0')}AAA`;
  held.list.push(locator);
  if (held.list.length > locatorsMax) held.list.shift();
}
