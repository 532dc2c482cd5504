import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ListableHub } from '../../src/hub/context.ts';
import type { PutField } from '../../src/hub/index.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { hasPostgres15, type OldServer, startPostgres15 } from '../support/postgres15.ts';
import { beginTestRead, end, type HubUnderTest, idOf, many, openTestHub, record, write } from './support.ts';

let database: TestDatabase;
let on: HubUnderTest;
beforeAll(async () => {
  database = await createTestDatabase();
  on = await openTestHub(database.url);
});
afterAll(async () => {
  await on.close();
  await database.drop();
});

let fields = 0;

function field(object: string, name: string, rest: Partial<PutField> = {}): PutField {
  return { id: `fld_${++fields}`, provider: 'crm', object, name, path: name, type: 'text', isIndexed: false, ...rest };
}

/** What the job does, without its waits. */
async function apply(hub: ListableHub, given: PutField): Promise<{ failedCasts: number | null }> {
  await hub.putField(given);
  while ((await hub.fillField({ id: given.id, msMax: 1000 })).remaining);
  if (given.isIndexed) await hub.indexField({ id: given.id });
  return (await hub.finishField(given))!;
}

/** More than a table that may be rewritten. */
const bulk = 'x'.repeat(900).replaceAll('x', () => Math.random().toString(36).slice(2, 5));
const wide = (n: number) => ({ n, day: n % 3 === 0 ? 'no day' : `2026-01-${String(1 + (n % 28)).padStart(2, '0')}`, bulk });

async function methodOf(id: string): Promise<string> {
  return (await on.sql<{ method: string }>('select method from _syncline_field where id = $1::text', [id]))[0]!.method;
}

test('S16 B30 a field declared on an empty table is filled on insert and update, and a value that does not fit is null and counted', async () => {
  const amount = field('deal', 'amount', { path: 'properties.amount', type: 'number', isIndexed: true });
  await apply(on.hub, amount);
  expect(await methodOf(amount.id)).toBe('stored');
  const read = await beginTestRead(on.hub, { object: 'deal', sync: 'sync_deal' });
  const facts = await write(on.hub, read, [
    record('a', { properties: { amount: '12.50' } }),
    record('b', { properties: { amount: 'a lot' } }),
    record('c', { properties: {} }),
    record('d', { properties: { amount: '' } }),
  ]);
  expect(facts).toMatchObject({ inserted: 4, quarantined: 0 });
  const asked = await on.hub.lastDrawnSeq();
  await write(on.hub, read, [record('c', { properties: { amount: 7 } }, { askedSeq: asked })]);
  expect(await on.sql('select record_id, amount from crm_deal_live order by record_id')).toEqual([
    { record_id: 'a', amount: '12.50' },
    { record_id: 'b', amount: null },
    { record_id: 'c', amount: '7' },
    { record_id: 'd', amount: null },
  ]);
  expect(await on.hub.countFailedCasts({ id: amount.id })).toBe(1);
  expect(await on.hub.listFields({ provider: 'crm', object: 'deal' })).toMatchObject([{ name: 'amount', status: 'ready', failedCasts: 1 }]);
});

test('S15 S16 a field added to a large table is filled behind writers that go on, and the feed shows no change', async () => {
  const read = await beginTestRead(on.hub, { object: 'contact', sync: 'sync_contact' });
  await write(on.hub, read, many(2500, wide));
  const day = field('contact', 'day', { type: 'date', isIndexed: true });
  const seqs = () => on.sql('select sum(_syncline_seq)::text as sum, count(*)::int as count from crm_contact');
  await on.hub.putField(day);
  expect(await methodOf(day.id)).toBe('kept');
  const before = await seqs();
  const drawn = await on.hub.lastDrawnSeq();
  expect((await on.hub.fillField({ id: day.id, msMax: 0 })).remaining).toBe(true);
  expect(await seqs()).toEqual(before);
  expect(await on.hub.lastDrawnSeq()).toBe(drawn);

  // Behind the position and before it, and one that is new: the trigger keeps what the fill has passed.
  const asked = await on.hub.lastDrawnSeq();
  const changed = [0, 2400].map((n) => record(idOf(n), { day: '2027-07-07' }, { askedSeq: asked }));
  expect(await write(on.hub, read, [...changed, record('new', { day: '2027-07-08' })])).toMatchObject({ inserted: 1, updated: 2 });
  const { failedCasts } = await apply(on.hub, day);
  const shown = await on.sql<{ record_id: string; raw: { day: string }; day: string | null }>(
    'select record_id, raw, day::text as day from crm_contact_live',
  );
  expect(shown).toHaveLength(2501);
  expect(shown.filter(({ raw, day: value }) => value !== (raw.day === 'no day' ? null : raw.day))).toEqual([]);
  expect(failedCasts).toBe(shown.filter(({ raw }) => raw.day === 'no day').length);
  expect(failedCasts).toBeGreaterThan(500);
});

test('S15 a view of the vendor goes on over new fields and a new name, and what would break it is refused with its name', async () => {
  const { hub } = on;
  const read = await beginTestRead(hub, { object: 'company', sync: 'sync_company' });
  await write(hub, read, [record('a', { name: 'Acme', city: 'Bonn', since: '2020-02-02' }), record('b', { name: 'Gone' })]);
  const name = field('company', 'name');
  await apply(hub, name);
  await on.sql('create view bonn as select record_id, name from crm_company_live');
  await on.sql('grant select on crm_company_live to public');
  const city = field('company', 'city', { isIndexed: true });
  await apply(hub, city);
  await apply(hub, { ...name, name: 'title' });
  expect(await on.sql('select record_id, name from bonn order by record_id')).toEqual([
    { record_id: 'a', name: 'Acme' },
    { record_id: 'b', name: 'Gone' },
  ]);
  const fixed = ['record_id', 'customer_id', 'connection_id', 'modified_at', 'synced_at', 'seq', 'raw'];
  const columns = async () => (await hub.listViews()).find(({ object }) => object === 'company')?.columns;
  expect(await columns()).toEqual([...fixed, 'title', 'city']);
  expect(await hub.findFieldDependents({ id: city.id })).toEqual(['bonn']);
  await expect(hub.dropField({ id: city.id })).rejects.toMatchObject({ code: 'field_in_use', details: { dependents: ['bonn'] } });
  expect(await columns()).toEqual([...fixed, 'title', 'city']);

  await on.sql('drop view bonn');
  await hub.dropField({ id: city.id });
  await hub.dropField({ id: city.id });
  expect(await columns()).toEqual([...fixed, 'title']);
  expect(await on.sql(`select has_table_privilege('public', 'hub_test.crm_company_live', 'select') as granted`)).toEqual([
    { granted: true },
  ]);
  expect(await on.sql(`select indexname from pg_indexes where schemaname = 'hub_test' and indexname = '_syncline_${city.id}'`)).toEqual([]);
});

test('the view of an object shows live records only, with the customer and connection that they belong to', async () => {
  const read = await beginTestRead(on.hub, { object: 'note', sync: 'sync_note', connectionId: 'conn_note', customerId: 'notes inc' });
  await write(on.hub, read, [record('stays', { a: 1 }), record('goes', { a: 2 })]);
  await end(on.hub, read);
  const next = await beginTestRead(on.hub, {
    object: 'note',
    sync: 'sync_note',
    connectionId: 'conn_note',
    customerId: 'notes inc',
    fence: 2n,
  });
  await write(on.hub, next, [record('stays', { a: 1 }, { askedSeq: await on.hub.lastDrawnSeq() })]);
  expect(await end(on.hub, next)).toMatchObject({ deleted: 1 });
  expect(await on.sql('select record_id, customer_id, connection_id, raw from crm_note_live')).toEqual([
    { record_id: 'stays', customer_id: 'notes inc', connection_id: 'conn_note', raw: { a: 1 } },
  ]);
});

test('another type and another path show the values anew, and an index comes and goes', async () => {
  const { hub } = on;
  const read = await beginTestRead(hub, { object: 'task', sync: 'sync_task' });
  await write(hub, read, [record('a', { due: '2026-05-05', other: '6' })]);
  const due = field('task', 'due');
  const value = async () =>
    (await on.sql<{ due: unknown; type: string }>(`select due, pg_typeof(due)::text as type from crm_task_live`))[0];
  const isIndexed = async () =>
    (await on.sql(`select from pg_indexes where schemaname = 'hub_test' and indexname = '_syncline_${due.id}'`)).length === 1;
  await apply(hub, due);
  expect(await value()).toEqual({ due: '2026-05-05', type: 'text' });
  await apply(hub, { ...due, type: 'date', isIndexed: true });
  expect((await value())?.type).toBe('date');
  expect(await isIndexed()).toBe(true);
  await apply(hub, { ...due, type: 'integer', path: 'other', isIndexed: true });
  expect(await value()).toEqual({ due: '6', type: 'bigint' });
  await apply(hub, { ...due, type: 'integer', path: 'other' });
  expect(await isIndexed()).toBe(false);
  expect(await hub.listFields({ provider: 'crm', object: 'task' })).toMatchObject([{ type: 'integer', isIndexed: false, status: 'ready' }]);
});

test('a worker with an older declaration does not show the column that a newer one is filling', async () => {
  const { hub } = on;
  const older = field('task', 'label', { path: 'other' });
  await hub.putField(older);
  await hub.putField({ ...older, type: 'integer' });
  expect(await hub.finishField(older)).toBeNull();
  expect(await hub.listFields({ provider: 'crm', object: 'task' })).toContainEqual(
    expect.objectContaining({ name: 'label', status: 'adding' }),
  );
  await hub.dropField({ id: older.id });
});

test('a column of the vendor is never taken over, and a path is data whatever it holds', async () => {
  const { hub } = on;
  const table = await hub.ensureTable('crm', 'odd');
  await on.sql(`alter table ${table.name} add column mine text`);
  await expect(hub.putField(field('odd', 'mine'))).rejects.toMatchObject({ code: 'field_in_use' });
  const keys = [`it's`, 'a"b', 'back\\slash', '$$; drop table crm_odd; $$', '_syncline_kept', `E'\\'`, 'ü 注文', 'new', `'||raw||'`];
  const read = await beginTestRead(hub, { object: 'odd', sync: 'sync_odd' });
  const content = Object.fromEntries(keys.map((key, at) => [key, `value ${at}`]));
  await write(hub, read, [record('a', { ...content, pad: { bulk: Array.from({ length: 1500 }, () => Math.random().toString(36)) } })]);
  const before = keys.map((key, at) => field('odd', `stored_${at}`, { path: segmentOf(key), isIndexed: true }));
  for (const one of before) await apply(hub, one);
  await write(
    hub,
    read,
    many(1500, (n) => ({ n, bulk })),
  );
  const after = keys.map((key, at) => field('odd', `kept_${at}`, { path: segmentOf(key) }));
  for (const one of after) await apply(hub, one);
  expect(new Set(await Promise.all(after.map(({ id }) => methodOf(id))))).toEqual(new Set(['kept']));
  await write(hub, read, [record('b', content)]);
  for (const id of ['a', 'b']) {
    const [row] = await on.sql<Record<string, string>>('select * from crm_odd_live where record_id = $1::text', [id]);
    keys.forEach((_, at) => {
      expect([row![`stored_${at}`], row![`kept_${at}`]]).toEqual([`value ${at}`, `value ${at}`]);
    });
  }
  for (const one of after) await hub.dropField({ id: one.id });
  expect(await on.sql(`select tgname from pg_trigger where tgrelid = 'hub_test.crm_odd'::regclass`)).toEqual([]);
});

test('B30 a value too long for an index is null and counted instead of refused', async () => {
  const { hub } = on;
  const long = Array.from({ length: 3000 }, () => Math.random().toString(36)[3]).join('');
  const text = field('long', 'text', { isIndexed: true });
  const number = field('long', 'number', { type: 'number', isIndexed: true });
  await apply(hub, text);
  await apply(hub, number);
  const read = await beginTestRead(hub, { object: 'long', sync: 'sync_long' });
  const digits = `{"number":1${'7'.repeat(9000)},"text":"fits"}`;
  expect(await write(hub, read, [record('a', { text: long }), record('b', digits)])).toMatchObject({ inserted: 2, quarantined: 0 });
  expect(await on.sql('select record_id, text, number from crm_long_live order by record_id')).toEqual([
    { record_id: 'a', text: null, number: null },
    { record_id: 'b', text: 'fits', number: null },
  ]);
  expect([await hub.countFailedCasts({ id: text.id }), await hub.countFailedCasts({ id: number.id })]).toEqual([1, 1]);
});

test('a step that cannot have the table gives way to writers, and is taken when the long transaction ends', async () => {
  const { hub } = on;
  const read = await beginTestRead(hub, { object: 'busy', sync: 'sync_busy' });
  await write(hub, read, [record('a', { a: 1 })]);
  const reader = await on.pool.connect();
  await reader.query('begin; select from crm_busy');
  const adding = apply(hub, field('busy', 'a', { type: 'integer' }));
  let isAdded = false;
  void adding.then(() => {
    isAdded = true;
  });
  const asked = await hub.lastDrawnSeq();
  for (let n = 2; n < 12; n++) expect(await write(hub, read, [record('a', { a: n }, { askedSeq: asked })])).toMatchObject({ updated: 1 });
  expect(isAdded).toBe(false);
  await reader.query('commit');
  reader.release();
  await adding;
  expect(await on.sql('select a from crm_busy_live')).toEqual([{ a: '11' }]);
});

test('workers that apply one field at once add it once, and an index that a dead one left is built anew', async () => {
  const { hub } = on;
  const other = await openTestHub(database.url);
  const read = await beginTestRead(hub, { object: 'race', sync: 'sync_race' });
  await write(hub, read, many(1500, wide));
  const n = field('race', 'n', { type: 'integer', isIndexed: true });
  await Promise.all([apply(hub, n), apply(other.hub, n)]);
  expect(await on.sql('select count(*)::int as wrong from crm_race_live where n is distinct from (raw ->> $1::text)::int', ['n'])).toEqual([
    { wrong: 0 },
  ]);
  const valid = () => on.sql(`select indisvalid from pg_index where indexrelid = 'hub_test._syncline_${n.id}'::regclass`);
  expect(await valid()).toEqual([{ indisvalid: true }]);
  await on.sql(`update pg_index set indisvalid = false where indexrelid = 'hub_test._syncline_${n.id}'::regclass`);
  await hub.indexField({ id: n.id });
  expect(await valid()).toEqual([{ indisvalid: true }]);
  await other.close();
});

test('a worker that is stopped does not wait for an index that takes long, and the next one builds it anew', async () => {
  const { hub } = on;
  const slow = field('task', 'slow', { path: 'other', isIndexed: true });
  await hub.putField(slow);
  const reader = await on.pool.connect();
  await reader.query('begin isolation level repeatable read; select from crm_task');
  const stopping = new AbortController();
  const building = hub.indexField({ id: slow.id, signal: stopping.signal });
  const waits = `select from pg_stat_activity where query like '%_syncline_${slow.id}%' and wait_event_type = 'Lock' and pid <> pg_backend_pid()`;
  await expect.poll(async () => (await on.sql(waits)).length, { timeout: 30_000 }).toBe(1);
  stopping.abort();
  expect(await building).toEqual({ remaining: true });
  await reader.query('commit');
  reader.release();
  await expect.poll(() => hub.indexField({ id: slow.id }), { timeout: 30_000 }).toEqual({ remaining: false });
  expect(await on.sql(`select indisvalid from pg_index where indexrelid = 'hub_test._syncline_${slow.id}'::regclass`)).toEqual([
    { indisvalid: true },
  ]);
  await hub.dropField({ id: slow.id });
});

test('fields are suggested as the records show them, with the narrowest type that fits', async () => {
  const read = await beginTestRead(on.hub, { object: 'lead', sync: 'sync_lead' });
  const shown = { name: 'Ada', phone: '0049', age: 36, score: 1.5, ok: true, born: '1815-12-10', at: '2026-01-01T10:00:00Z', tags: ['a'] };
  await write(on.hub, read, [record('a', { ...shown, empty: null }), record('b', { name: 'Bob', age: null, score: 2 })], {
    shape: 'first',
  });
  expect(await on.hub.inferFields({ provider: 'crm', object: 'lead' })).toEqual(
    [
      { path: 'age', type: 'integer', records: 1 },
      { path: 'at', type: 'time', records: 1 },
      { path: 'born', type: 'date', records: 1 },
      { path: 'name', type: 'text', records: 2 },
      { path: 'ok', type: 'boolean', records: 1 },
      { path: 'phone', type: 'text', records: 1 },
      { path: 'score', type: 'number', records: 2 },
      { path: 'tags', type: 'json', records: 1 },
    ].map((one) => expect.objectContaining(one)),
  );
  expect(await on.hub.inferFields({ provider: 'crm', object: 'nothing' })).toEqual([]);
});

describe.runIf(hasPostgres15)('on the oldest Postgres that is supported', () => {
  let server: OldServer;
  let old: HubUnderTest;
  beforeAll(async () => {
    server = await startPostgres15();
    old = await openTestHub(server.url);
  });
  afterAll(async () => {
    await old.close();
    await server.stop();
  });

  test('B30 a failing cast gives null and a count on Postgres 15, on small tables and on large ones', async () => {
    const { hub } = old;
    const small = field('contact', 'day', { type: 'date', isIndexed: true });
    await apply(hub, small);
    const read = await beginTestRead(hub);
    expect(await write(hub, read, many(2500, wide))).toMatchObject({ inserted: 2500, quarantined: 0 });
    const large = field('contact', 'same_day', { path: 'day', type: 'time', isIndexed: true });
    const { failedCasts } = await apply(hub, large);
    expect(failedCasts).toBe(await hub.countFailedCasts({ id: small.id }));
    expect(await old.sql('select method from _syncline_field order by position')).toEqual([{ method: 'stored' }, { method: 'kept' }]);
    const wrong = `select count(*)::int as wrong from crm_contact_live where day::timestamp at time zone 'UTC' is distinct from same_day`;
    expect(await old.sql(wrong)).toEqual([{ wrong: 0 }]);
    await hub.dropField({ id: small.id });
    await hub.dropField({ id: large.id });
  });
});

/** A key as one segment of a path. */
function segmentOf(key: string): string {
  return key.replace(/[\\.|]/g, '\\$&');
}
