import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { beginTestRead, end, type HubUnderTest, list, many, openTestHub, record, write } from './support.ts';

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

test('S07 the table of an object has identity, customer, times, raw JSON and a primary key, and the registry names it', async () => {
  const table = await on.hub.ensureTable('crm', 'contact');
  expect(table.name).toBe('crm_contact');
  const columns = await on.sql<{ name: string; type: string }>(
    `select column_name as name, data_type as type from information_schema.columns
     where table_schema = 'hub_test' and table_name = 'crm_contact' order by ordinal_position`,
  );
  expect(Object.fromEntries(columns.map(({ name, type }) => [name, type]))).toEqual({
    _syncline_connection: 'integer',
    _syncline_record_id: 'text',
    _syncline_customer_id: 'text',
    _syncline_hash: 'bytea',
    _syncline_seq: 'bigint',
    _syncline_modified_at: 'timestamp with time zone',
    _syncline_synced_at: 'timestamp with time zone',
    _syncline_deleted_at: 'timestamp with time zone',
    _syncline_is_sanitised: 'boolean',
    raw: 'jsonb',
  });
  expect(await on.sql(`select name from _syncline_table where provider = 'crm' and object = 'contact'`)).toEqual([{ name: 'crm_contact' }]);
});

test('eight processes that open the same new hub and table at once lay them out once', async () => {
  const others = await Promise.all(Array.from({ length: 8 }, () => openTestHub(database.url, { schema: 'hub_race', poolMax: 2 })));
  const tables = await Promise.all(others.map(({ hub }) => hub.ensureTable('crm', 'contact')));
  const connections = await Promise.all(others.map(({ hub }) => hub.ensureConnection({ connectionId: 'conn_1', customerId: 'acme' })));
  expect(new Set(tables.map(({ name }) => name))).toEqual(new Set(['crm_contact']));
  expect(new Set(connections.map(({ number }) => number)).size).toBe(1);
  expect(await others[0]!.sql('select layout from _syncline_hub')).toHaveLength(1);
  await Promise.all(others.map((other) => other.close()));
});

test('opening again changes nothing, and two hubs of one database never share a lock tag', async () => {
  const state = () => on.sql('select * from hub_test._syncline_hub');
  const before = await state();
  const again = await openTestHub(database.url);
  await again.close();
  expect(await state()).toEqual(before);
  await on.open('hub_second');
  const tags = await on.sql<{ lock_tag: string }>(
    'select lock_tag from hub_test._syncline_hub union all select lock_tag from hub_second._syncline_hub',
  );
  expect(new Set(tags.map((row) => row.lock_tag)).size).toBe(2);
});

test('a hub that a newer release laid out is refused', async () => {
  const newer = await openTestHub(database.url, { schema: 'hub_newer' });
  await newer.sql('update _syncline_hub set layout = layout + 1');
  await newer.close();
  await expect(openTestHub(database.url, { schema: 'hub_newer' })).rejects.toMatchObject({ code: 'destination_unavailable' });
});

test('S08 B30 columns, generated columns, indexes and views that the vendor added survive syncs', async () => {
  const read = await beginTestRead(on.hub, { sync: 'sync_s08', object: 'company' });
  await write(
    on.hub,
    read,
    many(3, (n) => ({ name: `n${n}` })),
  );
  await on.sql(`
    alter table crm_company add column note text, add column name text generated always as (raw ->> 'name') stored;
    create index company_name on crm_company (name);
    create view companies as select _syncline_record_id as id, name, raw -> 'city' as city from crm_company where _syncline_deleted_at is null`);
  await on.sql(`update crm_company set note = 'mine' where _syncline_record_id = 'r0000001'`);
  await end(on.hub, read);
  const next = await beginTestRead(on.hub, { sync: 'sync_s08', fence: 2n, object: 'company' });
  const asked = await on.hub.lastDrawnSeq();
  await write(on.hub, next, [
    record('r0000001', { name: 'new' }, { askedSeq: asked }),
    record('r9', { name: 'nine' }),
    ...many(1, () => ({ name: 'n0' })),
  ]);
  await end(on.hub, next);
  expect(await on.sql('select id, name from companies order by id')).toEqual([
    { id: 'r0000000', name: 'n0' },
    { id: 'r0000001', name: 'new' },
    { id: 'r9', name: 'nine' },
  ]);
  expect(await on.sql(`select note from crm_company where _syncline_record_id = 'r0000001'`)).toEqual([{ note: 'mine' }]);
});

test('names that are taken, long, ambiguous or hostile get a table of their own', async () => {
  await on.sql('create table crm_taken (n int)');
  const pairs: [string, string][] = [
    ['crm', 'taken'],
    ['crm', 'x'.repeat(200)],
    ['a_b', 'c'],
    ['a', 'b_c'],
    ['crm', 'My_Object__c'],
    ['crm', 'my_object__c'],
    ['crm', `"; drop table crm_contact; --`],
    ['crm', '注文'],
    ['9', ''],
  ];
  const names: string[] = [];
  for (const [provider, object] of pairs) {
    const { name } = await on.hub.ensureTable(provider, object);
    const connection = await on.hub.ensureConnection({ connectionId: 'conn_1', customerId: 'acme' });
    const table = { provider, object, name };
    const read = { syncId: `sync_${names.length}`, fence: 1n, table, connection };
    const { generation } = await on.hub.beginRead({ ...read, kind: 'full', checkpoint: () => ({}) });
    await on.hub.writeSlice({ ...read, generation, marksSeen: true, records: many(2), quarantined: [], checkpoint: () => ({}) });
    expect((await list(on.hub, { provider, object })).count).toBe(2);
    names.push(name);
  }
  expect(new Set(names).size).toBe(pairs.length);
  expect(names.every((name) => /^[a-z][a-z0-9_]{0,54}$/.test(name))).toBe(true);
  expect(names[2]).toBe('a_b_c');
  expect(await on.sql('select * from crm_taken')).toEqual([]);
});

test('a cursor expires when the hub was restored from a backup, also after new writes have overtaken it', async () => {
  const own = await createTestDatabase();
  const original = await openTestHub(own.url);
  const read = await beginTestRead(original.hub);
  await write(original.hub, read, many(10));
  await original.close();
  const admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  const name = new URL(own.url).pathname.slice(1);
  await admin.query(`create database ${name}_backup template ${name}`);

  const later = await openTestHub(own.url);
  await write(
    later.hub,
    read,
    many(10, (n) => ({ n }), 10),
  );
  const { nextCursor } = await list(later.hub);
  await later.close();
  await admin.query(`drop database ${name} with (force)`);
  await admin.query(`alter database ${name}_backup rename to ${name}`);

  const restored = await openTestHub(own.url);
  await expect(list(restored.hub, { cursor: nextCursor })).rejects.toMatchObject({ code: 'cursor_expired' });
  await write(
    restored.hub,
    read,
    many(30, (n) => ({ other: n }), 100),
  );
  await expect(list(restored.hub, { cursor: nextCursor })).rejects.toMatchObject({ code: 'cursor_expired' });
  const { nextCursor: fresh } = await list(restored.hub);
  expect((await list(restored.hub, { cursor: fresh })).count).toBe(0);
  await restored.close();
  await admin.end();
  await own.drop();
});

test('a hub that is restored under a running process is noticed by the next listing', async () => {
  const running = await openTestHub(database.url, { schema: 'hub_running', poolMax: 1 });
  const read = await beginTestRead(running.hub);
  await write(running.hub, read, many(5));
  const { nextCursor } = await list(running.hub);
  await running.sql(`update _syncline_hub set identity = 'as it is after a restore'`);
  await running.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and query like '%hub_running%'`,
  );
  await expect
    .poll(() =>
      list(running.hub, { cursor: nextCursor }).then(
        () => 'shown',
        (error: { code: string }) => error.code,
      ),
    )
    .toBe('cursor_expired');
  await running.close();
});

test('a session that ends while a hub is brought up to date is told as what it is, a destination that cannot be reached', async () => {
  const holder = await on.pool.connect();
  await holder.query("begin; select pg_advisory_xact_lock(x'5b5c'::int4, hashtext('hub_cut'))"); // `layoutLockClass` of open.ts
  const opening = openTestHub(database.url, { schema: 'hub_cut' });
  const failed = expect(opening).rejects.toMatchObject({ code: 'destination_unavailable', details: { reason: 'unreachable' } });
  const cut = `select pg_terminate_backend(pid) from pg_locks
    where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`;
  try {
    await expect.poll(async () => (await on.pool.query(cut)).rowCount, { timeout: 30_000 }).toBe(1);
    await failed;
  } finally {
    await holder.query('rollback');
    holder.release();
  }
  await (await openTestHub(database.url, { schema: 'hub_cut' })).close();
});
