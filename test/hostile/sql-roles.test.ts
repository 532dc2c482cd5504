import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginTestRead, type HubUnderTest, many, openTestHub, write } from '../hub/support.ts';
import { hasPostgres15 } from '../support/postgres15.ts';
import { hostedServer, logIn, type NewRole, newTestRole, type RoleSession, type SqlServer, vendorsServer } from './support/sql-roles.ts';

const own = 'content-of-acme';
const foreign = 'content-of-globex';

describe.each([
  { place: 'the hosted database', start: hostedServer, isThere: true },
  { place: 'a vendor’s own Postgres 15', start: vendorsServer, isThere: hasPostgres15 },
])('an issued role in $place', ({ start, isThere }) => {
  let server: SqlServer;
  let on: HubUnderTest;
  let acme: NewRole;
  let everybody: NewRole;
  let session: RoleSession;
  beforeAll(async () => {
    if (!isThere) return;
    server = await start();
    on = await openTestHub(server.url);
    await on.open('hub_other');
    for (const [n, customerId] of ['acme', 'globex'].entries()) await land(n, customerId);
    await on.sql(`insert into hub_test._syncline_mapping (category, model, provider, customer_id, name, path, type)
      select 'crm', 'contact', 'crm', c, c || '_field', '{x}', 'text' from unnest(array['', 'acme', 'globex']) c`);
    acme = await issue('acme');
    everybody = await issue(null);
    await on.sql('analyze');
    session = await logIn(server.url, acme);
  });
  afterAll(async () => {
    if (!isThere) return;
    await session.end();
    await on.close();
    await server.close();
  });

  /** Records, versions, a run and a quarantined record of one customer. */
  async function land(n: number, customerId: string) {
    const read = await beginTestRead(on.hub, { sync: `sync_${n}`, connectionId: `conn_${customerId}`, customerId });
    const content = customerId === 'acme' ? own : foreign;
    await write(
      on.hub,
      read,
      many(50, (i) => ({ secret: `${content}-${i % 3}`, number: i })),
      {
        versions: { runId: `run_${n}` },
        quarantined: [{ id: 'q', reason: 'malformed', detail: content, raw: Buffer.from(content) }],
        run: () => ({
          ...{ runId: `run_${n}`, syncId: `sync_${n}`, connection: read.connection.number, connectionId: `conn_${customerId}`, customerId },
          ...{ provider: 'crm', object: 'contact', kind: 'full', trigger: 'connection', status: 'running', errorCode: null },
          ...{ slices: 1, fetched: 50, inserted: 50, updated: 0, deleted: 0, unchanged: 0, quarantined: 1 },
          ...{ firstSeq: 1n, lastSeq: 50n, startedAt: new Date(), finishedAt: null },
        }),
      },
    );
  }

  async function issue(customerId: string | null): Promise<NewRole> {
    const role = newTestRole();
    await on.hub.grantReader({
      ...role,
      credentialId: `sqlc_${role.role}`,
      customerId,
      connectionsMax: 5,
      statementSeconds: 20,
      isOurs: server.isOurs,
    });
    return role;
  }

  const count = async (of: RoleSession, from: string) => Number((await of.query<{ n: string }>(`select count(*) as n from ${from}`))[0]!.n);

  test.runIf(isThere)('sees the rows of its customer in every table and view, and none of another', async () => {
    const tables = {
      crm_contact: 50,
      crm_contact_versions: 50,
      crm_contact_live: 50,
      _syncline_runs: 1,
      _syncline_reader: 1,
      _syncline_mapping: 2,
    };
    for (const [table, rows] of Object.entries(tables)) expect(await count(session, table), table).toBe(rows);
    expect(await session.query('select connection_id, customer_id from _syncline_connection')).toEqual([
      { connection_id: 'conn_acme', customer_id: 'acme' },
    ]);
    expect(await session.query('select distinct _syncline_customer_id as c from crm_contact')).toEqual([{ c: 'acme' }]);
    expect(await session.query('select run_id, customer_id from _syncline_runs')).toEqual([{ run_id: 'run_0', customer_id: 'acme' }]);
    expect(await session.query('select customer_id from _syncline_mapping order by 1')).toEqual([
      { customer_id: '' },
      { customer_id: 'acme' },
    ]);
    const all = await logIn(server.url, everybody);
    for (const [table, rows] of Object.entries({ crm_contact: 100, crm_contact_versions: 100, crm_contact_live: 100, _syncline_runs: 2 }))
      expect(await count(all, table), table).toBe(rows);
    expect(await count(all, '_syncline_mapping')).toBe(3);
    await all.end();
  });

  test.runIf(isThere)('is somebody else by no setting and by no other role', async () => {
    const owner = (await on.sql<{ owner: string }>('select current_user::text as owner'))[0]!.owner;
    for (const sql of [`set role ${owner}`, `set session authorization ${owner}`, `set role ${everybody.role}`])
      expect(await session.refused(sql), sql).toMatchObject({ code: '42501' });
    for (const name of ['customer_id', 'current_customer', 'role_name']) await session.query(`set syncline.${name} = 'globex'`);
    await session.query(`select set_config('request.jwt.claims', '{"customer_id":"globex"}', false)`);
    await session.query(`set search_path = pg_catalog, hub_test`);
    expect(await session.query('select distinct _syncline_customer_id as c from hub_test.crm_contact')).toEqual([{ c: 'acme' }]);
    await session.query('set row_security = off');
    expect(await session.refused('select * from hub_test.crm_contact')).toMatchObject({ code: '42501' });
    await session.query('reset row_security; reset search_path');
    // The group gives rights and is nobody: where a member can become it, it sees nothing.
    const [group] = await on.sql<{ name: string }>(
      `select g.rolname as name from pg_auth_members m join pg_roles g on g.oid = m.roleid join pg_roles r on r.oid = m.member
       where r.rolname = '${acme.role}'`,
    );
    await session.query(`set role ${group!.name}`).catch((error: { code: string }) => expect(error.code).toBe('42501'));
    const seen = await session.query<{ user: string; n: string }>(
      'select current_user::text as user, count(*) as n from crm_contact group by 1',
    );
    expect(seen.length === 0 || seen[0]!.user === acme.role).toBe(true);
    await session.query('reset role');
  });

  const forbidden = {
    'write records': `update crm_contact set raw = '{}'`,
    'delete records': 'delete from crm_contact',
    'empty a table': 'truncate crm_contact',
    'give itself another customer': `update _syncline_reader set customer_id = null`,
    'enter itself once more': `insert into _syncline_reader values (current_user, 'x', 'globex')`,
    'lift the policies': 'alter table crm_contact disable row level security',
    'drop a policy': 'drop policy _syncline_one on crm_contact',
    'add a policy': 'create policy mine on crm_contact using (true)',
    'read where a purge stands': 'select purge_seq from _syncline_connection',
    'read what is set aside': 'select * from _syncline_quarantine',
    'read checkpoints': 'select * from _syncline_checkpoint',
    'read staged deletes': 'select * from _syncline_staged_delete',
    'read shapes': 'select * from _syncline_shape',
    'read bodies of hooks': 'select * from _syncline_hook_payload',
    'read the registry': 'select * from _syncline_table',
    'read the lock tag': 'select * from _syncline_hub',
    'draw a seq': `select nextval('_syncline_feed_seq')`,
    'ask for the horizon': 'select _syncline_feed_horizon()',
    'look into another hub': 'select * from hub_other._syncline_connection',
    'make a table': 'create table hub_test.mine (x int)',
    'make a view': 'create view hub_test.mine as select 1',
    'make a function': 'create function hub_test.mine() returns int language sql as $$ select 1 $$',
    'make a schema': 'create schema mine',
    'make a role': 'create role mine',
    'change a role': 'alter role current_user connection limit 50',
    'read verifiers': 'select * from pg_authid',
    'read statistics as they are kept': 'select * from pg_statistic',
    'read a file': `select pg_read_file('postgresql.conf')`,
    'write a file': `copy crm_contact to '/tmp/syncline-role.txt'`,
    'run a program': `copy crm_contact to program 'cat'`,
    'import a file': `select lo_import('/etc/passwd')`,
    'load a library': `load 'plperl'`,
    'write by COPY': 'copy crm_contact from stdin',
  };
  test.runIf(isThere).each(Object.entries(forbidden))('cannot %s', async (_what, sql) => {
    await session.query('set default_transaction_read_only = off');
    const { code, message } = await session.refused(sql);
    expect(['42501', '42P01', '0A000', '3F000'], message).toContain(code);
    expect(message).not.toContain(foreign);
    await session.query('reset default_transaction_read_only');
  });

  test.runIf(isThere)('cannot end, or look into, what others do', async () => {
    const [{ pid }] = (await on.pool.query<{ pid: number }>(`select pg_backend_pid() as pid, '${foreign}' as marker`)).rows as [
      { pid: number },
    ];
    expect(await session.refused(`select pg_terminate_backend(${pid})`)).toMatchObject({ code: '42501' });
    const activity = await session.query('select * from pg_stat_activity');
    expect(JSON.stringify(activity)).not.toContain(foreign);
  });

  test.runIf(isThere)('learns nothing of other rows by functions, casts and errors that look at them first', async () => {
    await on.sql(`create function hub_test.leak(value text) returns boolean language plpgsql immutable cost 0.0000001 as $$
      begin raise notice 'leaked %', value; return true; end $$`);
    // Where the vendor lets everybody have temporary objects, a role can bring functions and views of its own.
    if (!server.isOurs) {
      await session.query('set default_transaction_read_only = off');
      await session.query(`create function pg_temp.mine(value text) returns boolean language plpgsql immutable cost 0.0000001 as $$
        begin raise notice 'mine %', value; return true; end $$`);
      await session.query('create temp view peek as select * from crm_contact where pg_temp.mine(raw::text)');
      await session.query('reset default_transaction_read_only');
      expect(await count(session, 'peek')).toBe(50);
      await session.query('set default_transaction_read_only = off');
      for (const sql of ['drop view peek', 'drop function pg_temp.mine(text)']) await session.query(sql);
      await session.query('reset default_transaction_read_only');
    }
    expect(session.notices.join()).not.toContain(foreign);
    for (const from of ['crm_contact', 'crm_contact_live', 'crm_contact_versions'])
      expect(await session.query(`select from ${from} where hub_test.leak(raw::text)`)).toHaveLength(50);
    expect(session.notices.join()).toContain(own);
    expect(session.notices.join()).not.toContain(foreign);
    const casts = [
      `select from crm_contact where (raw->>'secret')::int4 = 1`,
      `select from crm_contact_live where (raw->>'secret')::date > now()`,
    ];
    for (const sql of casts) expect((await session.refused(sql)).message).not.toContain(foreign);
    const probe = `select count(*) as n from crm_contact where case when raw->>'secret' like '${foreign}%' then 1 / (length(raw->>'secret') * 0) else 1 end = 1`;
    expect(await session.query(probe)).toEqual([{ n: '50' }]);
    await session.query(`prepare mine as select * from crm_contact; declare held cursor with hold for select * from crm_contact`);
    expect(JSON.stringify([await session.query('execute mine'), await session.query('fetch all from held')])).not.toContain(foreign);
    await session.query('close held; deallocate mine');
  });

  test.runIf(isThere)('finds no values of others in statistics, plans and copies', async () => {
    expect(await session.query(`select * from pg_stats where schemaname = 'hub_test' and tablename = 'crm_contact'`)).toEqual([]);
    const plans = await session.query(`explain (analyze, verbose) select * from crm_contact where raw->>'secret' > ''`);
    expect(JSON.stringify(plans)).not.toContain(foreign);
    for (const what of ['crm_contact', '(select * from crm_contact_live)', '_syncline_runs']) {
      const copied = await session.copied(`copy ${what} to stdout`);
      expect(copied, what).toMatch(new RegExp(`${own}|acme`));
      expect(copied, what).not.toMatch(/content-of-globex|globex/);
    }
    expect(JSON.stringify(await session.query('select * from pg_policies'))).not.toContain('globex');
    await session.query('set default_transaction_read_only = off');
    await session.query('grant select on crm_contact to public').catch(() => undefined);
    expect(await on.sql(`select has_table_privilege('public', 'hub_test.crm_contact', 'select') as may`)).toEqual([{ may: false }]);
    await session.query('reset default_transaction_read_only');
  });

  test.runIf(isThere)('owns nothing, is no member of the owner, and reaches nothing that was not made for it', async () => {
    const [facts] = await on.sql<Record<string, unknown>>(
      `select r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolbypassrls or r.rolreplication as has_powers, r.rolconnlimit,
              pg_has_role(r.oid, (select nspowner from pg_namespace where nspname = 'hub_test'), 'member') as is_owner,
              (select count(*)::int4 from pg_class where relowner = r.oid) as owned
       from pg_roles r where rolname = '${acme.role}'`,
    );
    expect(facts).toEqual({ has_powers: false, rolconnlimit: 5, is_owner: false, owned: 0 });
    const readable = await session.query<{ relation: string }>(
      `select n.nspname || '.' || c.relname as relation
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and c.relkind in ('r', 'v', 'm', 'p', 'S')
         and has_schema_privilege(n.oid, 'usage')
         and (has_any_column_privilege(c.oid, 'select, insert, update') or (c.relkind = 'S' and has_sequence_privilege(c.oid, 'usage, select, update')))
       order by 1`,
    );
    expect(readable.map(({ relation }) => relation)).toEqual(
      [
        '_syncline_connection',
        '_syncline_mapping',
        '_syncline_reader',
        '_syncline_runs',
        'crm_contact',
        'crm_contact_live',
        'crm_contact_versions',
      ].map((name) => `hub_test.${name}`),
    );
    const executable = await session.query<{ name: string }>(
      `select p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname not in ('pg_catalog', 'information_schema') and has_schema_privilege(n.oid, 'usage')
         and has_function_privilege(p.oid, 'execute') and p.proname <> 'leak'
       order by 1`,
    );
    expect(executable.map(({ name }) => name)).toEqual(
      ['boolean', 'date', 'integer', 'number', 'text', 'time'].map((type) => `_syncline_to_${type}`),
    );
    expect(await session.query('show statement_timeout')).toEqual([{ statement_timeout: '20s' }]);
    expect(await session.query('show default_transaction_read_only')).toEqual([{ default_transaction_read_only: 'on' }]);
  });

  test.runIf(isThere)('does not hold up the feed, fill the disk or reach the control plane, where the database is ours', async () => {
    if (!server.isOurs) return;
    await session.query('set default_transaction_read_only = off');
    const harmful = [
      ...['select pg_advisory_lock_shared(1)', 'select pg_advisory_xact_lock(1)', 'select pg_try_advisory_lock(1, 2)'],
      ...[`select lo_from_bytea(0, 'x')`, 'select lo_create(0)', 'create temp table mine (x int)', 'create temp view mine as select 1'],
      ...['create function pg_temp.mine() returns int language sql as $$ select 1 $$', `select pg_logical_emit_message(false, 'x', 'y')`],
      ...['select * from public.connection', 'select * from public.application', 'select public.syncline_now()'],
      ...['select * from graphile_worker.jobs', 'select * from graphile_worker._private_jobs', 'select * from _syncline.hub_lock_tag'],
      `select graphile_worker.add_job('run-sync')`,
    ];
    for (const sql of harmful) expect(await session.refused(sql), sql).toMatchObject({ code: '42501' });
    await session.query('reset default_transaction_read_only');
  });

  test.runIf(isThere)('sees its rows, and only those, of a table that is created afterwards', async () => {
    for (const [n, customerId] of ['acme', 'globex'].entries()) {
      const read = await beginTestRead(on.hub, { sync: `late_${n}`, object: 'deal', connectionId: `conn_${customerId}`, customerId });
      await write(
        on.hub,
        read,
        many(7, () => ({ secret: customerId === 'acme' ? own : foreign })),
        { versions: { runId: `late_${n}` } },
      );
    }
    for (const table of ['crm_deal', 'crm_deal_versions']) {
      expect(await count(session, table), table).toBe(7);
      expect(JSON.stringify(await session.query(`select * from ${table}`)), table).not.toContain(foreign);
    }
  });

  test.runIf(isThere)('leaves the owner’s COPY, and roles that the vendor let in before, as they were', async () => {
    const other = await on.open('hub_kept');
    const read = await beginTestRead(other, { connectionId: 'conn_acme', customerId: 'acme' });
    await write(other, read, many(5));
    const dashboards = `dashboards_${acme.role}`;
    await on.sql(`create role ${dashboards} nologin`);
    await on.sql(`grant ${dashboards} to current_user`);
    await on.sql(`grant usage on schema hub_kept to ${dashboards}; grant select (raw) on hub_kept.crm_contact to ${dashboards}`);
    const role = newTestRole();
    const grant = { credentialId: 'sqlc_1', customerId: 'globex', connectionsMax: 1, statementSeconds: 5, isOurs: server.isOurs };
    await on.sql('grant select on hub_kept.crm_contact to public');
    await expect(other.grantReader({ ...role, ...grant })).rejects.toMatchObject({ code: 'destination_refused' });
    await on.sql('revoke select on hub_kept.crm_contact from public');
    await other.grantReader({ ...role, ...grant });
    expect(await write(other, read, [...many(2000, (n) => ({ n }), 5)])).toMatchObject({ inserted: 2000 });
    const client = await on.pool.connect();
    try {
      await client.query(`begin; set local role ${dashboards}`);
      expect((await client.query<{ n: string }>('select count(raw) as n from hub_kept.crm_contact')).rows).toEqual([{ n: '2005' }]);
      await client.query('rollback');
    } finally {
      client.release();
    }
  });

  test.runIf(isThere)('sees nothing from the moment it is revoked, in sessions that are open too, and is gone', async () => {
    const brief = await issue('globex');
    const open = await logIn(server.url, brief);
    expect(await count(open, 'crm_contact')).toBe(50);
    await on.hub.revokeReader({ role: brief.role });
    await expect(open.query('select * from hub_test.crm_contact')).rejects.toThrow();
    await open.end().catch(() => undefined);
    await expect(logIn(server.url, brief)).rejects.toMatchObject({ code: server.isOurs ? '28P01' : '28000' });
    expect(await on.sql(`select from pg_roles where rolname = '${brief.role}'`)).toEqual([]);
    expect(await on.sql(`select from hub_test._syncline_reader where role_name = '${brief.role}'`)).toEqual([]);
    await on.hub.revokeReader({ role: brief.role });
    expect(await count(session, 'crm_contact')).toBe(50);
  });
});
