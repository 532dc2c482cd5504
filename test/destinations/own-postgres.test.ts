import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Loose } from '../support/client.ts';
import { createDestination, destinationOf } from '../support/own-destination.ts';
import { hasPostgres15, type OldServer, startPostgres15 } from '../support/postgres15.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { textOf } from './support/dump.ts';

const waitMsMax = 40_000;
const password = 'pass word: "of the" own/database';

describe.runIf(hasPostgres15)("a vendor's own Postgres 15", () => {
  let syncline: TestSyncline;
  let server: OldServer;
  let own: pg.Pool;
  beforeAll(async () => {
    [syncline, server] = await Promise.all([startSyncline({ limits: { leaseSeconds: 40 } }), startPostgres15({ password })]);
    own = new pg.Pool({ connectionString: server.url, max: 2, idleTimeoutMillis: 0 });
  }, 120_000);
  afterAll(async () => {
    await own?.end();
    await syncline?.close();
    await server?.stop();
  });

  beforeEach(() => syncline.setClock(0));

  test('S06 S07 a database is tried out before it is saved, and its password goes in and never comes out', async () => {
    const { request, call } = syncline;
    const answers: string[] = [];
    const send = async (method: string, path: string, body?: Loose) => {
      const answer = await request(method, path, body);
      answers.push(answer.text);
      return answer;
    };
    const wrong = await send('POST', '/v1/destinations', destinationOf(server.url, { name: 'first', password: 'wrong' }));
    expect([wrong.status, wrong.body.code, wrong.body.problems]).toEqual([
      422,
      'destination_refused',
      [expect.stringContaining('login was refused')],
    ]);
    expect(await syncline.list('/v1/destinations')).toMatchObject([{ kind: 'hosted' }]);

    const made = await send('POST', '/v1/destinations', destinationOf(server.url, { name: 'first', schema: 'first' }));
    expect([made.status, made.body]).toMatchObject([
      201,
      {
        ...{ name: 'first', kind: 'postgres', schema: 'first', status: 'active', version: 1 },
        address: { host: '127.0.0.1', database: 'postgres', user: 'postgres', tls: 'disable' },
      },
    ]);
    const { id } = made.body;
    expect(await call('POST', `/v1/destinations/${id}:test`)).toEqual({
      ...{ ok: true, problems: [], can_issue_credentials: true },
      server_version: expect.stringMatching(/^15\./),
    });
    // Trying out has left nothing behind.
    expect((await own.query("select from pg_namespace where nspname in ('first', '_syncline')")).rowCount).toBe(0);
    await send('GET', '/v1/destinations');
    await send('GET', `/v1/destinations/${id}`);
    await send('PATCH', `/v1/destinations/${id}`, { settings: { connections_max: 3 } });
    await send('GET', '/v1/audit');
    await send('GET', '/v1/events');
    expect(answers.filter((text) => text.includes(JSON.stringify(password).slice(1, -1)) || text.includes(password))).toEqual([]);
    expect(await textOf(syncline.pool)).not.toContain(password);
    expect((await send('POST', '/v1/destinations', destinationOf(server.url, { name: 'first', schema: 'other' }))).body.code).toBe(
      'already_exists',
    );
  });

  test('S07 the first run into an empty database makes the tables, with owner, ids, raw record, times and primary key', async () => {
    const { control } = syncline;
    await control.setSize({ account: 'acme', object: 'contacts', size: 25 });
    const vendor = await syncline.createApplication();
    const { schema, id } = await createDestination(vendor, server.url);
    await vendor.setUpProvider({ objects: ['contacts'], destination_id: id });
    const { connectionId } = await vendor.connectCustomer({ customerId: 'acme' });
    const sync = await vendor.findSync({ connectionId, object: 'contacts' });
    expect(await vendor.waitForRun({ syncId: sync.id })).toMatchObject({ status: 'succeeded', inserted: 25 });
    const { rows } = await own.query(
      `select _syncline_customer_id as customer, c.connection_id as connection, _syncline_record_id as id, raw, _syncline_deleted_at as deleted,
              _syncline_modified_at as modified, _syncline_synced_at as synced
       from ${schema}.sandbox_contacts
       join ${schema}._syncline_connection c on c.number = _syncline_connection
       order by _syncline_record_id`,
    );
    const listed = (await vendor.call('GET', '/v1/records/sandbox/contacts?customer_id=acme&page_size=100')).data;
    expect(rows.map((row) => ({ ...row, modified: row.modified.toISOString(), synced: row.synced.toISOString() }))).toEqual(
      listed.map((entry: Loose) => ({
        ...{ customer: 'acme', connection: connectionId, id: entry.record_id, raw: entry.record, deleted: null },
        ...{ modified: entry.modified_at, synced: entry.synced_at },
      })),
    );
    expect(rows).toHaveLength(25);
    const { rows: keys } = await own.query(
      `select array_agg(a.attname::text order by a.attnum) as columns
       from pg_index i
       join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
       where i.indisprimary and i.indrelid = $1::regclass`,
      [`${schema}.sandbox_contacts`],
    );
    expect(keys[0].columns).toEqual(['_syncline_connection', '_syncline_record_id']);
    const { rows: registry } = await own.query(`select provider, object, name from ${schema}._syncline_table`);
    expect(registry).toEqual([{ provider: 'sandbox', object: 'contacts', name: 'sandbox_contacts' }]);
  });

  test('X07 disconnecting with a purge empties the own Postgres too, waits for one that does not answer, and asks the provider nothing more', async () => {
    const { control } = syncline;
    const account = 'purged';
    await control.setSize({ account, object: 'contacts', size: 8 });
    const vendor = await syncline.createApplication();
    const { schema, id } = await createDestination(vendor, server.url, { schema: 'purged' });
    await vendor.setUpProvider({ objects: ['contacts'], destination_id: id });
    const { connectionId } = await vendor.connectCustomer({ customerId: account });
    await vendor.waitForRun({ syncId: (await vendor.findSync({ connectionId, object: 'contacts' })).id });
    await own.query('alter role postgres nologin');
    await own.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'syncline'");
    await vendor.call('POST', `/v1/connections/${connectionId}:disconnect`, { purge: true, force: true });
    await control.clearRequests({ account });
    await expect.poll(async () => (await vendor.call('GET', `/v1/destinations/${id}`)).status, { timeout: waitMsMax }).toBe('unavailable');
    expect(await vendor.call('GET', `/v1/connections/${connectionId}`)).toMatchObject({ purge_requested_at: expect.any(String) });
    // What may stand there is not said to be nowhere.
    const unknown = await vendor.request('POST', '/v1/quarantine/qua_01k9d3v5m2q8r7s6t5v4w3x2y1:retry');
    expect([unknown.status, unknown.body.code]).toEqual([503, 'destination_unavailable']);
    await own.query('alter role postgres login');
    expect((await vendor.request('POST', '/v1/quarantine/qua_01k9d3v5m2q8r7s6t5v4w3x2y1:retry')).body.code).toBe('not_found');
    // Waiting purges are taken up again after a minute.
    await syncline.setClock(180_000);
    await expect
      .poll(async () => (await vendor.call('GET', `/v1/connections/${connectionId}`)).purge_requested_at, { timeout: waitMsMax })
      .toBe(null);
    const { rows } = await own.query(`select raw, _syncline_deleted_at from ${schema}.sandbox_contacts`);
    expect(rows).toHaveLength(8);
    for (const row of rows) expect(row).toEqual({ raw: {}, _syncline_deleted_at: expect.any(Date) });
    expect((await control.tokens({ account })).revoked).toBeGreaterThan(0);
    expect((await control.requests({ account })).filter(({ path }) => path.includes('/contacts'))).toEqual([]);
  });
});
