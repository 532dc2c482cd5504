import { afterAll, beforeAll, expect, test } from 'vitest';
import { layouts, recordTable } from '../../src/hub/layout.ts';
import { hubNames } from '../../src/hub/names.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { testPool } from '../support/pool.ts';
import { hasPostgres15, type OldServer, startPostgres15 } from '../support/postgres15.ts';
import { beginTestRead, list, many, openTestHub, record, write } from './support.ts';

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
    expect(await on.sql('select layout from _syncline_table')).toEqual([{ layout: 1 }]);
    // Nobody waits for it.
    await expect.poll(() => on.sql('select view_name from _syncline_table')).toEqual([{ view_name: 'crm_contact_live' }]);
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
