import { afterAll, beforeAll, expect, test } from 'vitest';
import { layouts, recordTable } from '../../src/hub/layout.ts';
import { hubNames } from '../../src/hub/names.ts';
import { type TableKind, type TableStep, tableSteps } from '../../src/hub/table-layout/steps.ts';
import type { HubTx } from '../../src/hub/transaction.ts';
import { createLogger, type Logger } from '../../src/ops/logger.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { testPool } from '../support/pool.ts';
import { hasPostgres15, type OldServer, startPostgres15 } from '../support/postgres15.ts';
import { beginTestRead, list, many, openTestHub, record, write } from './support.ts';

const bound = { timeout: 30_000 };
/** The layout before typed fields, views, issued roles and runs. */
const before = 4;

let database: TestDatabase;
let old: OldServer | null = null;
beforeAll(async () => {
  [database, old] = await Promise.all([createTestDatabase(), hasPostgres15 ? startPostgres15() : null]);
}, 120_000);
afterAll(async () => {
  await database.drop();
  await old?.stop();
});

test('a hub of an earlier layout goes up online: no writer waits for long, records and cursors stay', async () => {
  const schema = 'hub_earlier';
  await layOutAs(before, schema);
  const pool = testPool(database.url, { max: 4, options: `-c TimeZone=UTC -c search_path=${schema}` });
  const own = () => pool.query('select hub_id, incarnation, identity, lock_tag from _syncline_hub').then(({ rows }) => rows[0]);
  const earlier = await own();
  await pool.query(recordTable(hubNames(schema), 'crm_contact', false));
  await pool.query(`insert into _syncline_table (provider, object, name) values ('crm', 'contact', 'crm_contact');
    insert into _syncline_connection (connection_id, customer_id) values ('conn_1', 'acme');
    insert into crm_contact (_syncline_connection, _syncline_record_id, _syncline_customer_id, _syncline_hash, _syncline_synced_at, raw)
    select 1, 'r' || n, 'acme', '\\x00', now(), jsonb_build_object('n', n) from generate_series(1, 5) n;
    insert into _syncline_quarantine (table_name, connection, key, sync, reason, detail, raw, quarantined_at)
    values ('crm_contact', 1, 'k', 'sync_1', 'malformed', 'odd', '\\x00', now())`);

  const writer = await pool.connect();
  await writer.query(`begin; update _syncline_quarantine set detail = 'being written'`);
  const opening = openTestHub(database.url, { schema });
  const waits: number[] = [];
  for (let n = 0; n < 12; n++) {
    const from = performance.now();
    await pool.query(`insert into _syncline_quarantine (table_name, connection, key, sync, reason, detail, raw, quarantined_at)
      values ('crm_contact', 1, 'k${n}', 'sync_1', 'malformed', 'odd', '\\x00', now())`);
    waits.push(performance.now() - from);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect((await pool.query('select layout from _syncline_hub')).rows).toEqual([{ layout: before }]);
  // Half a second is what a step waits; the rest is for a busy machine.
  expect(Math.max(...waits)).toBeLessThan(3_000);
  await writer.query('commit');
  writer.release();

  const on = await opening;
  try {
    expect(await on.sql('select layout, has_readers from _syncline_hub')).toEqual([{ layout: layouts.length, has_readers: false }]);
    expect(await own()).toEqual(earlier);
    // Nobody waits for what a single table is given.
    await expect
      .poll(() => on.sql('select layout, versions_layout, view_name from _syncline_table'), bound)
      .toEqual([{ layout: 2, versions_layout: 1, view_name: 'crm_contact_live' }]);
    expect(await on.sql('select count(*)::int4 as rows, max(attempts) as attempts from _syncline_quarantine')).toEqual([
      { rows: 13, attempts: 1 },
    ]);
    expect((await list(on.hub, { provider: 'crm', object: 'contact' })).count).toBe(5);
  } finally {
    await on.close();
    await pool.end();
  }
});

test.each([['of ours', () => database.url], ...(hasPostgres15 ? [['of the vendor, Postgres 15', () => old!.url] as const] : [])] as const)(
  'S08 B30 what the vendor added to the tables survives an upgrade of the hub and the syncs after it, in a database %s',
  async (_, url) => {
    const schema = 'hub_added';
    await layOutAs(before, schema, url());
    const pool = testPool(url(), { max: 4, options: `-c TimeZone=UTC -c search_path=${schema}` });
    await pool.query(recordTable(hubNames(schema), 'crm_contact', false));
    await pool.query(`insert into _syncline_table (provider, object, name) values ('crm', 'contact', 'crm_contact');
    insert into _syncline_connection (connection_id, customer_id) values ('conn_1', 'acme');
    insert into crm_contact (_syncline_connection, _syncline_record_id, _syncline_customer_id, _syncline_hash, _syncline_synced_at, raw)
    select 1, 'r' || lpad(n::text, 7, '0'), 'acme', '\\x00', now(), jsonb_build_object('name', 'n' || n) from generate_series(1, 5) n;
    alter table crm_contact add column note text,
      add column name text generated always as (raw ->> 'name') stored,
      add constraint short check (length(raw ->> 'name') < 20);
    create index contact_name on crm_contact (name);
    create view contacts as select _syncline_record_id as id, name, note from crm_contact where _syncline_deleted_at is null;
    update crm_contact set note = 'mine' where _syncline_record_id = 'r0000002'`);
    const added = async () =>
      (
        await pool.query(
          `select (select json_agg(json_build_array(attname, attgenerated) order by attname) from pg_attribute
                 where attrelid = 'crm_contact'::regclass and attname in ('name', 'note')) as columns,
                (select pg_get_indexdef('contact_name'::regclass)) as index,
                (select pg_get_viewdef('contacts'::regclass)) as view,
                (select pg_get_constraintdef(oid) from pg_constraint where conname = 'short') as check,
                pg_relation_filenode('crm_contact') as file`,
        )
      ).rows[0];
    const were = await added();
    const on = await openTestHub(url(), { schema });
    try {
      expect(await on.sql('select layout from _syncline_hub')).toEqual([{ layout: layouts.length }]);
      // The file is the same too: nothing was rewritten.
      expect(await added()).toEqual(were);
      const read = await beginTestRead(on.hub);
      const asked = await on.hub.lastDrawnSeq();
      const met = [
        record('r0000002', { name: 'new' }, { askedSeq: asked }),
        record('r9', { name: 'nine' }),
        record('x', { name: 'x'.repeat(30) }),
      ];
      expect(await write(on.hub, read, met)).toMatchObject({ inserted: 1, updated: 1, quarantined: 1 });
      expect(await on.sql('select id, name, note from contacts order by id desc limit 1')).toEqual([
        { id: 'r9', name: 'nine', note: null },
      ]);
      expect(await on.sql(`select name, note from contacts where id = 'r0000002'`)).toEqual([{ name: 'new', note: 'mine' }]);
      expect(await on.sql('select record_id, reason, is_whole from _syncline_quarantine')).toEqual([
        { record_id: 'x', reason: 'row_refused', is_whole: true },
      ]);
      expect(
        await write(
          on.hub,
          read,
          many(2, (n) => ({ name: `m${n}` }), 100),
        ),
      ).toMatchObject({ inserted: 2 });
      expect(await added()).toEqual(were);
    } finally {
      await on.close();
      await pool.end();
    }
  },
);

test('what turns values into types is nobody’s but the owner’s, and never raises', async () => {
  const on = await openTestHub(database.url, { schema: 'hub_casts' });
  try {
    expect(
      await on.sql(
        `select proname from pg_proc p
         where pronamespace = 'hub_casts'::regnamespace and (proacl is null or exists (select from aclexplode(proacl) where grantee = 0))`,
      ),
    ).toEqual([]);
    const given = ['null', '""', '"x"', '1', '1.5', '"-1.5e3"', '1e30', 'true', '"TRUE"', '{"a":1}', '[1]', '"2024-02-30"', '"2024-02-29"']
      .concat(['"2024-02-29T10:30"', '"2024-02-29 10:30:00.123+02:00"', '"2024-02-29T99:00:00Z"', '"1e99999"'])
      .map((text) => `('${text}'::jsonb)`);
    const rows = await on.sql(
      `select v #>> '{}' as given, _syncline_to_text(v) as text, _syncline_to_number(v) as number, _syncline_to_integer(v) as integer,
              _syncline_to_boolean(v) as boolean, _syncline_to_time(v)::text as time, _syncline_to_date(v)::text as date
       from (values ${given.join(', ')}) as u(v)`,
    );
    const of = (text: string) => rows.find((row) => row.given === text);
    expect(of('-1.5e3')).toMatchObject({ number: '-1500', integer: '-1500', time: null });
    expect(of('1.5')).toMatchObject({ text: '1.5', number: '1.5', integer: null });
    expect(of('1e99999')).toMatchObject({ number: null, integer: null });
    expect(of('TRUE')).toMatchObject({ boolean: true });
    expect(of('2024-02-30')).toMatchObject({ time: null, date: null });
    expect(of('2024-02-29')).toMatchObject({ time: '2024-02-29 00:00:00+00', date: '2024-02-29' });
    expect(of('2024-02-29T10:30')).toMatchObject({ time: '2024-02-29 10:30:00+00' });
    expect(of('2024-02-29 10:30:00.123+02:00')).toMatchObject({ time: '2024-02-29 08:30:00.123+00' });
    expect(of('2024-02-29T99:00:00Z')).toMatchObject({ time: null });
  } finally {
    await on.close();
  }
});

test('S08 B30 tables go up one at a time: one that is held stops no other and is named in the log, and follows when it is free', async () => {
  const schema = 'hub_tables';
  await layOutAs(layouts.length, schema);
  const { warnings, log } = listening();
  const pool = testPool(database.url, { max: 4, options: `-c TimeZone=UTC -c search_path=${schema}` });
  for (const object of ['a', 'b', 'c'])
    await pool.query(`${recordTable(hubNames(schema), `crm_${object}`, false)};
      insert into _syncline_table (provider, object, name) values ('crm', '${object}', 'crm_${object}')`);
  const holder = await pool.connect();
  await holder.query('begin; lock table crm_a in access exclusive mode');
  const on = await openTestHub(database.url, { schema, log });
  try {
    const layoutsNow = async () =>
      (await on.sql<{ layout: number }>('select layout from _syncline_table order by name')).map((r) => r.layout);
    await expect.poll(layoutsNow, bound).toEqual([1, 2, 2]);
    await expect.poll(() => warnings.map(({ table }) => table), bound).toContain('crm_a');
    expect(warnings.map(({ table }) => table)).not.toContain('crm_b');
    expect(await on.sql(`select viewname from pg_views where schemaname = '${schema}' order by 1`)).toEqual([
      { viewname: 'crm_b_live' },
      { viewname: 'crm_c_live' },
    ]);
    await holder.query('commit');
    // What it lacks yet, nobody needs: syncs write to it.
    const read = await beginTestRead(on.hub, { object: 'a' });
    expect(await write(on.hub, read, many(2))).toMatchObject({ inserted: 2 });
    await expect.poll(layoutsNow, bound).toEqual([2, 2, 2]);
    expect(await on.sql('select record_id from crm_a_live')).toHaveLength(2);
    // A table of today has all of it.

    await on.hub.ensureTable('crm', 'd');
    expect(await layoutsNow()).toEqual([2, 2, 2, 2]);
  } finally {
    holder.release();
    await on.close();
    await pool.end();
  }
});

test('B30 steps of tables that die in their middle are taken again, once however many open the hub, while syncs write and what the vendor added stays', async () => {
  const schema = 'hub_steps';
  const before = await openTestHub(database.url, { schema });
  const read = await beginTestRead(before.hub, { object: 'x' });
  await write(before.hub, read, many(3), { versions: { runId: 'run_1' } });
  await before.hub.ensureTable('crm', 'y');
  await before.sql(`create table taken (relation text);
    alter table crm_x add column n int8 generated always as ((raw ->> 'n')::int8) stored;
    create view mine as select n from crm_x`);
  await before.close();
  let deaths = 0;
  const change = async (tx: HubTx, name: string) => {
    await tx.query(`insert into ${schema}.taken values ($1::text)`, [name]);
    if (name === 'crm_x' && deaths++ === 0) await tx.query('select pg_terminate_backend(pg_backend_pid())');
  };
  const remove = withSteps({
    records: [
      { kind: 'change', change: (_, tx, { name }) => change(tx, name) },
      { kind: 'index', name: 'by_time', columns: '(_syncline_modified_at)' },
    ],
    versions: [{ kind: 'change', change: (_, tx, { name }) => change(tx, name) }],
  });
  const pool = testPool(database.url, { max: 4, options: `-c TimeZone=UTC -c search_path=${schema}` });
  // A building of an index waits for whoever wrote before it.
  const slow = await pool.connect();
  await slow.query('begin; update crm_x set _syncline_modified_at = now()');
  const openers = await Promise.all([openTestHub(database.url, { schema }), openTestHub(database.url, { schema })]);
  try {
    const [{ hub, sql }] = openers;
    const building = `select pid from pg_stat_activity
      where datname = current_database() and query like 'create index concurrently%crm_x%' and wait_event_type = 'Lock'`;
    await expect.poll(async () => (await sql(building)).length, bound).toBe(1);
    expect(await write(hub, read, many(2, undefined, 3), { versions: { runId: 'run_1' } })).toMatchObject({ inserted: 2 });
    // The other opener goes on meanwhile; this one comes to the same tables behind it.
    const others = { name: 'crm_y', layout: 4, versions_layout: 1 };
    await expect
      .poll(() => sql('select name, layout, versions_layout from _syncline_table order by name'), bound)
      .toEqual([{ name: 'crm_x', layout: 3, versions_layout: 2 }, others]);
    await sql(`select pg_terminate_backend(pid) from (${building}) b`);
    const indexes = `select i.indisvalid as valid from pg_index i join pg_class c on c.oid = i.indexrelid
      where c.relnamespace = '${schema}'::regnamespace and c.relname like '_syncline_by_time_%' order by i.indisvalid`;
    await expect.poll(() => sql(indexes), bound).toEqual([{ valid: false }, { valid: true }]);
    await slow.query('commit');
    await expect
      .poll(() => sql('select name, layout, versions_layout from _syncline_table order by name'), bound)
      .toEqual([{ name: 'crm_x', layout: 4, versions_layout: 2 }, others]);
    expect(await sql(indexes)).toEqual([{ valid: true }, { valid: true }]);
    expect(await sql('select relation from taken order by 1')).toEqual(
      ['crm_x', 'crm_x_versions', 'crm_y'].map((relation) => ({ relation })),
    );
    expect(deaths).toBe(2);
    expect(await sql('select n from mine order by n')).toEqual(['0', '1', '2', '3', '4'].map((n) => ({ n })));
  } finally {
    slow.release();
    for (const opener of openers) await opener.close();
    await pool.end();
    remove();
  }
});

/** Puts steps behind those of the release, where a later release puts them. */
function withSteps(steps: Record<TableKind, TableStep[]>): () => void {
  for (const kind of ['records', 'versions'] as const) tableSteps[kind].push(...steps[kind]);
  return () => {
    for (const kind of ['records', 'versions'] as const) tableSteps[kind].splice(-steps[kind].length);
  };
}

/** A log whose warnings are kept. */
function listening() {
  const warnings: { table?: string }[] = [];
  const log = { ...createLogger({ logLevel: 'silent' }), warn: (line: object) => void warnings.push(line) } as never as Logger;
  return { warnings, log };
}

/** Lays a hub out as a release did that knew no more than these steps. */
async function layOutAs(layout: number, schema: string, url = database.url): Promise<void> {
  const later = layouts.splice(layout);
  try {
    const hub = await openTestHub(url, { schema });
    await hub.close();
  } finally {
    layouts.push(...later);
  }
}
