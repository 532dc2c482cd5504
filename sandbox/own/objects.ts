import { type JsonObject, parseJson } from '../json.ts';
import { mix, pick } from '../random.ts';
import type { Model } from '../store/types.ts';
import * as words from '../words.ts';
import { fromBytes, toBytes } from './byte-text.ts';

/** How an object of our own dialect is listed. */
export interface OwnObject {
  /** `keyset`: cursor over (id) or (updated_at, id); `offset`: pages by number over the mutable updated_at. */
  paging: 'keyset' | 'offset';
  /** The filter for changes. */
  changes: 'modified_since' | 'since_version' | 'since' | null;
  hasDeletedFeed: boolean;
  hasDeleteMark: boolean;
  defaultSize: number;
  idPrefix: string;
  /** The members behind the common ones, as JSON byte text (see byte-text.ts) without braces: one string, made for speed. */
  content(seed: number, n: number): string;
  /** The members that make up the id. */
  identity?(id: string): string;
  /** Fields that say where a record belongs and are not shown in it. */
  hiddenFields?: readonly string[];
  /** Listed below a record of this object, and nowhere else: /crm/v1/{parent}/{id}/{object}. */
  parent?: string;
  /** The list says how many records it has. */
  countsTotal?: boolean;
  /** `/keys` lists the ids of everything. */
  hasKeys?: boolean;
  /** `tokens`: `/changes` behind a token of the list's last page; `ids`: the same as `/changed_ids`, without records, and `/batch`; `events`: `/events`, each change with the record as it was then. */
  changeFeed?: 'tokens' | 'events' | 'ids';
  /** How coarse times are: `second` writes and filters whole seconds, `day` takes a day to filter by. */
  filterStep?: 'second' | 'day';
}

const standard = { paging: 'keyset', changes: 'modified_since', hasDeletedFeed: true, hasDeleteMark: true } as const;

/** Nothing in the records says that one was deleted. */
const unmarked = { paging: 'keyset', changes: 'modified_since', hasDeletedFeed: false, hasDeleteMark: false } as const;

export const ownObjects: Readonly<Record<string, OwnObject>> = {
  contacts: { ...standard, defaultSize: 120, idPrefix: 'con_', content: contact },
  companies: { ...standard, defaultSize: 40, idPrefix: 'com_', content: company },
  deals: { ...standard, defaultSize: 60, idPrefix: 'dea_', content: deal },
  owners: { ...standard, defaultSize: 5, idPrefix: 'own_', content: owner },
  offset_notes: {
    paging: 'offset',
    changes: 'modified_since',
    hasDeletedFeed: false,
    hasDeleteMark: false,
    defaultSize: 50,
    idPrefix: 'not_',
    content: note,
  },
  plain_items: {
    paging: 'keyset',
    changes: null,
    hasDeletedFeed: false,
    hasDeleteMark: false,
    defaultSize: 30,
    idPrefix: 'itm_',
    content: item,
  },
  revisions: { ...standard, changes: 'since_version', hasDeletedFeed: false, defaultSize: 40, idPrefix: '', content: revision },
  opaque_events: { ...standard, changes: 'since', hasDeletedFeed: false, defaultSize: 40, idPrefix: 'eve_', content: event },
  readings: {
    ...standard,
    ...{ defaultSize: 48, idPrefix: '', content: reading, identity: readingIdentity },
    hiddenFields: ['region', 'number'],
  },
  line_items: {
    ...{ paging: 'keyset', changes: null, hasDeletedFeed: false, hasDeleteMark: false, defaultSize: 120, idPrefix: '' },
    ...{ content: lineItem, identity: lineItemIdentity, hiddenFields: ['deal_id'], parent: 'deals' },
  },
  tasks: { ...unmarked, defaultSize: 30, idPrefix: 'tsk_', content: note, hasKeys: true, changeFeed: 'tokens' },
  memos: { ...unmarked, defaultSize: 20, idPrefix: 'mem_', content: note, changes: null, changeFeed: 'ids' },
  tickets: { ...unmarked, defaultSize: 20, idPrefix: 'tic_', content: note, changeFeed: 'events' },
  log_lines: {
    ...{ paging: 'keyset', changes: null, hasDeletedFeed: false, hasDeleteMark: false, defaultSize: 12, idPrefix: 'log_' },
    ...{ content: note, identity: () => '"source":"sandbox"' },
  },
  leads: { ...unmarked, defaultSize: 20, idPrefix: 'lea_', content: item, hasDeletedFeed: true, hasKeys: true },
  calls: { ...unmarked, defaultSize: 20, idPrefix: 'cal_', content: note, hasKeys: true, filterStep: 'second' },
  visits: { ...unmarked, defaultSize: 20, idPrefix: 'vis_', content: note, filterStep: 'day' },
  orders: { ...standard, hasDeletedFeed: false, defaultSize: 20, idPrefix: 'ord_', content: order, countsTotal: true },
  shipments: { ...standard, hasDeletedFeed: false, defaultSize: 20, idPrefix: 'shp_', content: shipment },
};

const firstNames = words.firstNames.map(toBytes);
const lastNames = words.lastNames.map(toBytes);
const cities = words.cities.map(([city, country, postalCode]) => [toBytes(city), country, postalCode] as const);
const companyWords = words.companyWords.map(toBytes);
const companyForms = words.companyForms.map(toBytes);
const colours = words.colours.map(toBytes);
const notes = words.notes.map(toBytes);
const titleTexts = words.titles.map((title) => toBytes(JSON.stringify(title)));
const { industries, stages } = words;
const [dash, numero] = [toBytes('–'), toBytes('№')];

const epoch = Date.parse('2024-01-01T00:00:00.000Z');
const idDigits = 10;
/** Ids of revisions are numbers that JavaScript cannot hold. */
const firstRevisionId = 9_007_199_254_740_993n;
const regions = ['ap', 'eu', 'us'] as const;

export function ownModel(object: string, seed: number): Model | null {
  const definition = Object.hasOwn(ownObjects, object) ? ownObjects[object] : undefined;
  if (!definition) return null;
  const idOf = idsOf(object, definition.idPrefix);
  return {
    idOf,
    // Two neighbours always share their time: a tie needs no preparation.
    createdAtOf: (n) => epoch + Math.floor(n / 2) * 2000,
    updatedAtOf: (n) => epoch + Math.floor(n / 2) * 2000 + (definition.filterStep === 'second' ? 0 : 500),
    fieldsOf: (n) => parseJson(fromBytes(`{${definition.content(seed, n)}}`)) as JsonObject,
    compareIds: object === 'readings' ? compareReadings : (a, b) => (a < b ? -1 : a > b ? 1 : 0),
    timeStepMs: definition.filterStep === 'second' ? 1000 : 1,
    ...(object === 'readings' ? { newId: readingId(idOf) } : {}),
    ...(object === 'line_items' ? { newId: lineItemId } : {}),
  };
}

/** A reading that is created brings its key along, or gets the next. */
function readingId(idOf: (n: number) => string) {
  return (n: number, { region, number }: JsonObject) => (typeof region === 'string' ? `${region}:${String(number)}` : idOf(n));
}

function idsOf(object: string, prefix: string): (n: number) => string {
  if (object === 'revisions') return (n) => String(firstRevisionId + BigInt(n));
  if (object === 'readings') return (n) => `${regions[n % regions.length]}:${n}`;
  if (object === 'line_items')
    return (n) => lineItemId(1 + ((n - 1) % lineItemsPerDeal), { deal_id: reference('dea_', Math.ceil(n / lineItemsPerDeal)) });
  return (n) => prefix + String(n).padStart(idDigits, '0');
}

/** Generated deals have two line items each. */
const lineItemsPerDeal = 2;

/** A line item's id stands behind its deal's, and outside only its own is shown: `item_1` exists below every deal. */
function lineItemId(n: number, { deal_id: deal }: JsonObject): string {
  return `${String(deal)}:item_${n}`;
}

function lineItemIdentity(id: string): string {
  return `"id":${JSON.stringify(id.slice(id.indexOf(':') + 1))}`;
}

/** A reading has two members for a key: region and number. */
function readingIdentity(id: string): string {
  const [region = '', number = ''] = id.split(':');
  return `"region":${JSON.stringify(region)},"number":${/^\d+$/.test(number) ? Number(number) : 'null'}`;
}

function compareReadings(a: string, b: string): number {
  const [[regionA = '', numberA = ''], [regionB = '', numberB = '']] = [a.split(':'), b.split(':')];
  return Number(numberA) - Number(numberB) || (regionA < regionB ? -1 : regionA > regionB ? 1 : 0);
}

function reference(prefix: string, n: number): string {
  return prefix + String(n).padStart(idDigits, '0');
}

/** A contact's larger parts, made once: a record is put together from a dozen pieces, not from fifty. */
const people = firstNames.flatMap((first, i) =>
  lastNames.map(
    (last, j) =>
      `"name":{"first":"${first}","last":"${last}","display":"${first} ${last}"},"title":${pick(titleTexts, i + j)},"email":"contact.`,
  ),
);
const places = cities.flatMap(([city, country, postalCode], i) =>
  [3, 14, 159, 26].map(
    (house, j) =>
      `"}],"address":{"street":"${house} Harbour Street","city":"${city}","postal_code":"${postalCode}","country":"${country}",` +
      `"location":{"lat":${i * 7 - 52}.${100_000 + (mix(7, i, j) % 899_999)}0,"lng":${i * 19 - 140}.${100_000 + (mix(7, i, j + 9) % 899_999)}}},"company_id":"com_00000000`,
  ),
);
const extras = Array.from({ length: 64 }, (_, i) => {
  const [a, b] = [mix(11, i, 1), mix(11, i, 2)];
  return (
    `,"tags":["${pick(colours, a)}","${pick(industries, b)}"],"consents":{"newsletter":${(a & 1) === 1},"phone":${(b & 1) === 1},"changed_at":null},` +
    `"custom":{"favourite_colour":"${pick(colours, b)}","shoe_size":${35 + (i % 12)}.50,"nested":{"level":{"depth":3,"text":"${pick(companyWords, b)}"}}},` +
    `"lifecycle":"${pick(stages, i)}","notes":`
  );
});

function contact(seed: number, n: number): string {
  const [a, b, c] = [mix(seed, n, 1), mix(seed, n, 2), mix(seed, n, 3)];
  return (
    `${pick(people, a)}${n}@example.com","phones":[{"kind":"work","number":"+49 30 ${1_000_000 + (b % 9_000_000)}"},` +
    `{"kind":"mobile","number":"+1 555 ${1_000_000 + (c % 9_000_000)}${pick(places, b >>> 3)}${10 + (a % 30)}` +
    `","owner_id":"own_000000000${1 + (c % 5)}","score":${a % 10}.${b % 10}0,"lifetime_value":${a % 100_000}.${10 + (b % 90)},` +
    `"ledger_number":90071992547${40_000_000 + (a % 59_999_999)}${10 + (c % 90)}${pick(extras, c >>> 5)}${pick(notes, b >>> 9)}`
  );
}

function company(seed: number, n: number): string {
  const [a, b] = [mix(seed, n, 1), mix(seed, n, 2)];
  const [city, country] = pick(cities, b);
  return (
    `"name":"${pick(companyWords, a)} ${pick(companyForms, a >>> 6)} ${n}","domain":"company-${n}.example.com","industry":"${pick(industries, b)}",` +
    `"headquarters":{"city":"${city}","country":"${country}"},"employees":${1 + (a % 20000)},"revenue":${a % 900000000}.${10 + (b % 90)},` +
    `"tax_number":${10000000 + (b % 89999999)}${1000000000 + (a % 899999999)},"parent_id":${n % 7 === 0 ? 'null' : `"${reference('com_', 1 + (a % n))}"`},"notes":${notes[b & 15]}`
  );
}

function deal(seed: number, n: number): string {
  const [a, b] = [mix(seed, n, 1), mix(seed, n, 2)];
  return (
    `"title":"${pick(companyWords, a)} ${dash} ${pick(colours, b)} ${numero}${n}","stage":"${pick(stages, a)}","amount":${a % 1000000}.${10 + (b % 90)},"currency":"EUR",` +
    `"probability":0.${b % 10}0,"contact_id":"${reference('con_', 1 + (b % 120))}","company_id":"${reference('com_', 1 + (a % 40))}",` +
    `"owner_id":"${reference('own_', 1 + (b % 5))}","closes_on":"2025-${String(1 + (a % 12)).padStart(2, '0')}-15","notes":${notes[a & 15]}`
  );
}

function owner(seed: number, n: number): string {
  const a = mix(seed, n, 1);
  return `"name":"${pick(firstNames, a)} ${pick(lastNames, a >>> 8)}","email":"owner.${n}@example.com","is_active":${(a & 3) !== 0}`;
}

function note(seed: number, n: number): string {
  return `"subject":"Note ${n}","contact_id":"${reference('con_', 1 + (mix(seed, n, 1) % 120))}","text":${notes[mix(seed, n, 2) & 15]}`;
}

function item(seed: number, n: number): string {
  return `"sku":"SKU-${n}","price":${mix(seed, n, 1) % 500}.${10 + (mix(seed, n, 2) % 90)},"colour":"${pick(colours, mix(seed, n, 3))}"`;
}

function revision(seed: number, n: number): string {
  return `"document":"Document ${n}","pages":${1 + (mix(seed, n, 1) % 90)},"checksum":"${mix(seed, n, 2).toString(16)}${mix(seed, n, 3).toString(16)}"`;
}

function event(seed: number, n: number): string {
  return `"kind":"${pick(stages, mix(seed, n, 1))}","subject_id":"${reference('con_', 1 + (mix(seed, n, 2) % 120))}","weight":${mix(seed, n, 3) % 10}.10`;
}

function reading(seed: number, n: number): string {
  return `"celsius":${(mix(seed, n, 1) % 60) - 20}.${mix(seed, n, 2) % 10}0,"sensor":"${pick(colours, mix(seed, n, 3))}"`;
}

function lineItem(seed: number, n: number): string {
  return `"sku":"SKU-${1 + (mix(seed, n, 1) % 30)}","quantity":${1 + (mix(seed, n, 2) % 9)},"price":${mix(seed, n, 3) % 500}.${10 + (n % 90)}`;
}

/** Three lines each, which are numbered within their order. */
function order(seed: number, n: number): string {
  const lines = [1, 2, 3].map(
    (line) => `{"line":${line},"sku":"SKU-${1 + (mix(seed, n, line) % 30)}","quantity":${1 + (mix(seed, n, line + 3) % 9)},"price":9.95}`,
  );
  return `"number":"2024-${n}","contact_id":"${reference('con_', 1 + (mix(seed, n, 1) % 120))}","lines":[${lines.join(',')}]`;
}

function shipment(seed: number, n: number): string {
  return `"tracking":"TR${n}","weight":${mix(seed, n, 1) % 40}.50,"city":"${pick(cities, mix(seed, n, 2))[0]}"`;
}
