import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDestination, destinationOf } from '../support/own-destination.ts';
import { hasPostgres15, type OldServer, startPostgres15 } from '../support/postgres15.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { startProxy, withoutParameter } from './support/proxy.ts';

/** The grant script, as it stands in the documentation. */
const script = /```sql\n(create role [^`]+)```/.exec(readFileSync('docs/destinations.md', 'utf8'))![1]!;

describe.runIf(hasPostgres15)('S06 what a destination needs of its database', () => {
  let syncline: TestSyncline;
  let server: OldServer;
  let admin: pg.Client;
  const loginAs = (user: string, database = 'crm', password = `password of ${user}`) => {
    const url = new URL(server.url);
    Object.assign(url, { username: user, password, pathname: `/${database}` });
    return url.href;
  };
  const problemsOf = async (url: string, rest: Record<string, unknown> = {}): Promise<string[]> => {
    const { status, body } = await syncline.request(
      'POST',
      '/v1/destinations',
      destinationOf(url, { name: 'refused', schema: 'elsewhere', ...rest }),
    );
    expect([status, body.code]).toEqual([422, 'destination_refused']);
    return body.problems;
  };
  /** A user of its own for each case, with what it is granted. */
  const makeUser = async (name: string, ...statements: string[]) => {
    await admin.query(`create role ${name} login password 'password of ${name}'`);
    for (const statement of statements) await admin.query(statement);
    return loginAs(name);
  };

  beforeAll(async () => {
    [syncline, server] = await Promise.all([startSyncline(), startPostgres15({ password: 'administrator' })]);
    const first = new pg.Client({ connectionString: server.url });
    await first.connect();
    await first.query('create database crm');
    await first.end();
    admin = new pg.Client({ connectionString: loginAs('postgres', 'crm', 'administrator') });
    await admin.connect();
    await admin.query(script);
  }, 120_000);
  afterAll(async () => {
    await admin?.end();
    await syncline?.close();
    await server?.stop();
  });

  test('S06 S07 the grant script of the documentation is enough for everything that syncs do, and gives no right beyond', async () => {
    const { control } = syncline;
    const account = 'granted';
    await control.setSize({ account, object: 'contacts', size: 300 });
    const own = await createDestination(syncline, loginAs('syncline', 'crm', 'choose-a-long-one'), { schema: 'syncline' });
    expect(await syncline.call('POST', `/v1/destinations/${own.id}:test`)).toMatchObject({ ok: true, can_issue_credentials: false });
    await syncline.setUpProvider({ objects: [{ object: 'contacts', schedule: { kind: 'manual' } }], destination_id: own.id });
    const { connectionId } = await syncline.connectCustomer({ customerId: account });
    const { id: syncId } = await syncline.findSync({ connectionId, object: 'contacts' });
    expect(await syncline.waitForRun({ syncId })).toMatchObject({ status: 'succeeded', inserted: 300 });
    await control.update({ account, object: 'contacts', count: 5, fields: { notes: 'changed' } });
    await control.remove({ account, object: 'contacts', ids: ['con_0000000290', 'con_0000000291'] });
    expect(await syncline.runSync({ syncId, full: true })).toMatchObject({ status: 'succeeded', updated: 5, deleted: 2 });
    expect(await syncline.list(`/v1/records/sandbox/contacts?customer_id=${account}`)).toHaveLength(298);
    const { rows } = await admin.query(
      `select n.nspname as schema from pg_namespace n
       where n.nspname !~ '^(pg_toast|pg_temp)' and has_schema_privilege('syncline', n.oid, 'create') order by 1`,
    );
    expect(rows.map(({ schema }) => schema)).toEqual(['_syncline', 'syncline']);
    expect((await admin.query(`select has_database_privilege('syncline', 'crm', 'create') as may`)).rows[0].may).toBe(false);
  });

  test('S06 each missing right gives a sentence of its own, all of them at once', async () => {
    const nobody = await makeUser('nobody_much');
    expect(await problemsOf(nobody)).toEqual([
      expect.stringContaining('There is no schema elsewhere, and the user may not create one.'),
      expect.stringContaining('The user lacks USAGE or CREATE on the schema _syncline.'),
    ]);
    const looks = await makeUser('looks_only', 'create schema looked_at', 'grant usage on schema looked_at, _syncline to looks_only');
    expect(await problemsOf(looks, { schema: 'looked_at' })).toEqual([
      expect.stringContaining('schema looked_at'),
      expect.stringContaining('schema _syncline'),
    ]);
    const other = await makeUser('other_user', 'grant usage, create on schema syncline, _syncline to other_user');
    expect(await problemsOf(other, { schema: 'syncline' })).toEqual([
      expect.stringContaining('The tables in the schema syncline belong to another user.'),
      expect.stringContaining('The tables in the schema _syncline belong to another user.'),
    ]);
    await admin.query('revoke execute on function pg_advisory_xact_lock_shared(int8) from public');
    expect(await problemsOf(other, { schema: 'syncline' })).toEqual([
      ...[expect.stringContaining('schema syncline'), expect.stringContaining('schema _syncline')],
      expect.stringContaining('may not take advisory locks'),
    ]);
    await admin.query('grant execute on function pg_advisory_xact_lock_shared(int8) to public');
    const member = await makeUser('is_member', 'grant syncline to is_member');
    expect(await problemsOf(member, { schema: 'syncline' })).toEqual([expect.stringContaining('holds the records of another destination')]);
    const barred = await makeUser('barred', 'grant syncline to barred', 'alter role barred set default_transaction_read_only = on');
    expect(await problemsOf(barred, { schema: 'fresh' })).toEqual([expect.stringContaining('There is no schema fresh')]);
    await admin.query('create schema fresh authorization syncline');
    expect(await problemsOf(barred, { schema: 'fresh' })).toEqual([expect.stringContaining('read-only')]);
  });

  test('S06 a login that is refused, a database that is not there, a full server and a server without TLS are told apart', async () => {
    const good = await makeUser('may_login', 'grant syncline to may_login');
    expect(await problemsOf(loginAs('may_login', 'crm', 'wrong'))).toEqual([expect.stringContaining('The login was refused.')]);
    expect(await problemsOf(loginAs('unknown_user'))).toEqual([expect.stringContaining('The login was refused.')]);
    expect(await problemsOf(loginAs('may_login', 'no_such'))).toEqual([expect.stringContaining('There is no database of this name.')]);
    expect(await problemsOf(good, { tls: { mode: 'require' } })).toEqual([expect.stringContaining('The server offers no TLS.')]);
    await admin.query('alter role may_login connection limit 0');
    expect(await problemsOf(good)).toEqual([expect.stringContaining('no connection left')]);
    await admin.query('revoke connect on database crm from public');
    const shut = await makeUser('shut_out');
    expect(await problemsOf(shut)).toEqual([expect.stringContaining('Grant it CONNECT')]);
  });

  test('S06 a pooler that drops session settings, a server that is too old and an encoding that cannot hold every text are refused', async () => {
    const { port } = new URL(server.url);
    const to = { host: '127.0.0.1', port: Number(port) };
    const admins = { ...destinationOf(loginAs('postgres', 'crm', 'administrator')), name: 'refused', schema: 'elsewhere' };
    const pooler = await startProxy(to, { startup: withoutParameter('options') });
    const old = await startProxy(to, {
      fromServer: (bytes) => Buffer.from(bytes.toString('latin1').replace(/\b150(\d{3})\b/g, '140$1'), 'latin1'),
    });
    try {
      const through = async (at: number) => (await syncline.request('POST', '/v1/destinations', { ...admins, port: at })).body.problems;
      expect(await through(pooler.port)).toEqual([expect.stringContaining('A pooler in between drops our session settings.')]);
      expect(await through(old.port)).toEqual([expect.stringMatching(/^This is Postgres 15.*needs to be 15 or newer/)]);
      await admin.query(`create database latin encoding 'LATIN1' locale 'C' template template0`);
      expect(await problemsOf(loginAs('postgres', 'latin', 'administrator'))).toEqual([expect.stringContaining('is LATIN1')]);
      const plain = await startProxy(to);
      expect((await syncline.request('POST', '/v1/destinations', { ...admins, port: plain.port })).status).toBe(201);
      await plain.close();
    } finally {
      await Promise.all([pooler.close(), old.close()]);
    }
  });
});
