import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDestination, destinationOf } from '../support/own-destination.ts';
import { hasPostgres15, type OldServer, startPostgres15 } from '../support/postgres15.ts';
import { startSyncline, type TestClient, type TestSyncline } from '../support/syncline.ts';
import { hasOpenssl, makeCertificates } from './support/certificates.ts';

const certificates = hasOpenssl ? makeCertificates('DNS:localhost') : undefined;
const object = 'contacts';

describe.runIf(hasPostgres15)('a destination over its life', () => {
  let syncline: TestSyncline;
  let server: OldServer;
  let admin: pg.Pool;
  beforeAll(async () => {
    const starting = startPostgres15({ password: 'administrator', ...(certificates && { certificate: certificates.server }) });
    [syncline, server] = await Promise.all([startSyncline(), starting]);
    admin = new pg.Pool({ connectionString: server.url, max: 2 });
  }, 120_000);
  afterAll(async () => {
    await admin?.end();
    await syncline?.close();
    await server?.stop();
  });
  beforeEach(() => syncline.setClock(0));

  /** A database and a user of its own, a vendor that syncs into it, and its first run. */
  async function open(name: string, { size = 6 } = {}) {
    await admin.query(`create role ${name} login password 'first of ${name}'`);
    await admin.query(`create database ${name} owner ${name}`);
    const url = new URL(server.url);
    Object.assign(url, { username: name, password: `first of ${name}`, pathname: `/${name}` });
    await syncline.control.setSize({ account: name, object, size });
    const vendor = await syncline.createApplication();
    const destination = await createDestination(vendor, url.href, { schema: name });
    await vendor.setUpProvider({ objects: [{ object, schedule: { kind: 'manual' } }], destination_id: destination.id });
    const { connectionId } = await vendor.connectCustomer({ customerId: name });
    const { id: syncId } = await vendor.findSync({ connectionId, object });
    return { vendor, destination, url: url.href, connectionId, syncId, path: `/v1/destinations/${destination.id}` };
  }
  /** Every session of the user ends, so that the next one has to log in. */
  const cutOff = (user: string) => admin.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [user]);
  const countRows = async (database: string, schema: string) => {
    const url = new URL(server.url);
    url.pathname = `/${database}`;
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      return (await client.query(`select count(*)::int as n from ${schema}.sandbox_contacts`)).rows[0].n as number;
    } finally {
      await client.end();
    }
  };
  const audited = async (vendor: TestClient) => (await vendor.list('/v1/audit')).map(({ action }) => action);

  test('S06 a rotated password is tried out, used at once, and nothing is read again', async () => {
    const { vendor, syncId, path } = await open('rotated');
    expect(await vendor.waitForRun({ syncId })).toMatchObject({ status: 'succeeded', inserted: 6 });
    await admin.query(`alter role rotated password 'second of rotated'`);
    await cutOff('rotated');
    const refused = await vendor.request('PATCH', path, { password: 'no such password' });
    expect([refused.status, refused.body.code, refused.body.problems]).toEqual([
      422,
      'destination_refused',
      [expect.stringContaining('The login was refused.')],
    ]);
    expect(await vendor.call('GET', path)).toMatchObject({ version: 1 });
    expect(await vendor.call('POST', `${path}:test`)).toMatchObject({ ok: false, server_version: null });
    expect(await vendor.call('PATCH', path, { password: 'second of rotated' })).toMatchObject({ version: 2, status: 'active' });
    expect(await vendor.call('POST', `${path}:test`)).toMatchObject({ ok: true });
    expect(await vendor.runSync({ syncId, full: true })).toMatchObject({ status: 'succeeded', inserted: 0, updated: 0, unchanged: 6 });
    expect(await audited(vendor)).toEqual(expect.arrayContaining(['destination.created', 'destination.updated']));
  });

  test('another address needs the password with it; what is the same, or no address, does not', async () => {
    const { vendor, syncId, path, url } = await open('moving');
    await vendor.waitForRun({ syncId });
    const { host, port, database, user } = destinationOf(url) as Record<string, string>;
    for (const change of [
      { host: 'localhost' },
      { port: 1 },
      { database: 'postgres' },
      { user: 'postgres' },
      { tls: { mode: 'require' } },
    ]) {
      const { status, body } = await vendor.request('PATCH', path, change);
      expect([status, body.code, body.errors.map((issue: { path: string }) => issue.path)], JSON.stringify(change)).toEqual([
        400,
        'input_invalid',
        ['password'],
      ]);
    }
    expect(await vendor.call('PATCH', path, { host, port, database, user, name: 'renamed' })).toMatchObject({ name: 'renamed' });
    const settings = { rows_per_second_max: 5000, write_window: { from: '22:00', to: '06:00', time_zone: 'Europe/Berlin' } };
    expect((await vendor.call('PATCH', path, { settings })).settings).toEqual({
      ...settings,
      connections_max: null,
      statement_seconds_max: null,
    });
    expect((await vendor.call('PATCH', path, { settings: { write_window: null } })).settings).toMatchObject({
      rows_per_second_max: 5000,
      write_window: null,
    });

    const hosted = (await vendor.list('/v1/destinations')).find(({ kind }) => kind === 'hosted');
    const refused = async (change: unknown) => (await vendor.request('PATCH', `/v1/destinations/${hosted.id}`, change)).body.errors[0].path;
    expect(await refused({ settings: { connections_max: 2 } })).toBe('settings.connections_max');
    expect(await refused({ host: 'db.example.com' })).toBe('host');

    // An empty database is filled anew: where the sync stands is kept beside its records.
    await admin.query('create database moved owner moving');
    await vendor.call('PATCH', path, { database: 'moved', password: 'first of moving' });
    expect(await vendor.runSync({ syncId })).toMatchObject({ status: 'succeeded', inserted: 6 });
    expect(await countRows('moved', 'moving')).toBe(6);
    expect(await vendor.list('/v1/records/sandbox/contacts')).toHaveLength(6);
  });

  test('deleting says what would end, keeps the tables, and leaves them to the same application alone', async () => {
    const { vendor, syncId, path, url, connectionId } = await open('deleted');
    await vendor.waitForRun({ syncId });
    const hosted = (await vendor.list('/v1/destinations')).find(({ kind }) => kind === 'hosted');
    expect((await vendor.request('DELETE', `/v1/destinations/${hosted.id}?force=true`)).body.code).toBe('conflict');
    const { status, body } = await vendor.request('DELETE', path);
    expect([status, body]).toMatchObject([409, { code: 'force_required', sync_configs: 1, syncs: 1 }]);
    expect(await vendor.findSync({ connectionId, object })).toMatchObject({ id: syncId });
    const stranger = await syncline.createApplication();
    const taken = [expect.stringContaining('holds the records of another destination')];
    expect((await stranger.request('POST', '/v1/destinations', destinationOf(url, { schema: 'deleted' }))).body.problems).toEqual(taken);
    expect(
      (await vendor.request('POST', '/v1/destinations', destinationOf(url, { name: 'twin', schema: 'deleted' }))).body.problems,
    ).toEqual(taken);

    expect((await vendor.request('DELETE', `${path}?force=true`)).status).toBe(204);
    expect((await vendor.request('GET', path)).status).toBe(404);
    expect(await vendor.list('/v1/sync-configs')).toEqual([]);
    expect(await countRows('deleted', 'deleted')).toBe(6);
    expect(await audited(vendor)).toContain('destination.deleted');
    expect((await stranger.request('POST', '/v1/destinations', destinationOf(url, { schema: 'deleted' }))).body.problems).toEqual(taken);
    const again = await createDestination(vendor, url, { schema: 'deleted' });
    await vendor.call('POST', '/v1/sync-configs', { provider: 'sandbox', objects: [{ object }], destination_id: again.id });
    const { id } = await vendor.findSync({ connectionId, object });
    expect(await vendor.waitForRun({ syncId: id })).toMatchObject({ status: 'succeeded', inserted: 0, unchanged: 6 });
  });

  test('two applications that choose the same schema before anything has landed do not mix: the second one is refused', async () => {
    const { vendor, url, syncId, connectionId } = await open('shared');
    await vendor.waitForRun({ syncId });
    const other = await syncline.createApplication();
    const fresh = await createDestination(other, url, { schema: 'shared_too' });
    const first = await createDestination(vendor, url, { name: 'second', schema: 'shared_too' });
    await vendor.call('POST', '/v1/sync-configs', { provider: 'sandbox', objects: [{ object: 'companies' }], destination_id: first.id });
    await vendor.waitForRun({ syncId: (await vendor.findSync({ connectionId, object: 'companies' })).id });
    await other.setUpProvider({ objects: [{ object: 'companies', schedule: { kind: 'manual' } }], destination_id: fresh.id });
    const beside = await other.connectCustomer({ customerId: 'their customer', account: 'shared' });
    const theirs = await other.findSync({ connectionId: beside.connectionId, object: 'companies' });
    expect(await other.waitForRun({ syncId: theirs.id })).toMatchObject({
      status: 'failed',
      inserted: 0,
      error_code: 'destination_refused',
    });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      const { rows } = await client.query('select distinct _syncline_customer_id as customer from shared_too.sandbox_companies');
      expect(rows).toEqual([{ customer: 'shared' }]);
    } finally {
      await client.end();
    }
  });

  test.runIf(certificates)('S06 TLS: a certificate is verified by its CA and its name, or only used, as it was said', async () => {
    const { ca, server: other } = certificates!;
    const url = new URL(server.url);
    const attempt = async (host: string, tls: Record<string, string>) => {
      const body = { ...destinationOf(url.href, { name: `tls ${host} ${Object.keys(tls)}`, schema: 'tls' }), host, tls };
      const answer = await syncline.request('POST', '/v1/destinations', body);
      return answer.status === 201 ? answer.body.address.tls : (answer.body.problems?.[0] ?? answer.body.errors[0].path);
    };
    const unverified = expect.stringContaining('The certificate of the server could not be verified');
    expect(await attempt('localhost', { mode: 'verify_full' })).toEqual(unverified);
    expect(await attempt('127.0.0.1', { mode: 'verify_full', ca })).toEqual(unverified);
    expect(await attempt('localhost', { mode: 'verify_full', ca: other.cert })).toEqual(unverified);
    expect(await attempt('localhost', { mode: 'require', ca })).toBe('tls.ca');
    expect(await attempt('localhost', { mode: 'verify_full', ca: other.key })).toBe('tls.ca');
    expect(await attempt('localhost', { ca })).toBe('verify_full');
    expect(await attempt('127.0.0.1', { mode: 'require' })).toBe('require');
    const [{ ssl }] = (await admin.query('select current_setting($1) as ssl', ['ssl'])).rows;
    expect(ssl).toBe('on');
  });
});
