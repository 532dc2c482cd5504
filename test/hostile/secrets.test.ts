import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openCredentials } from '../../src/connect/credentials.ts';
import { createVault } from '../../src/connect/vault.ts';
import { startProxy } from '../destinations/support/proxy.ts';
import { createDestination } from '../support/own-destination.ts';
import { startProcesses } from '../support/syncline.ts';

/** API and worker that write down as much as they can, and every answer of theirs. */
let syncline: Awaited<ReturnType<typeof startProcesses>>;
const answers: { url: string; text: string }[] = [];
const vault = createVault({ keys: [{ id: 'test', key: Buffer.alloc(32, 7) }] });
const databasePassword = `marked-${randomBytes(24).toString('hex')}`;
const clientSecret = `marked-${randomBytes(24).toString('hex')}`;

beforeAll(async () => {
  const original = globalThis.fetch;
  vi.stubGlobal('fetch', async (input: string | URL | Request, init?: RequestInit) => {
    const response = await original(input, init);
    const url = input instanceof Request ? input.url : String(input);
    const headers = [...response.headers].map((pair) => pair.join(': ')).join('\n');
    answers.push({ url, text: `${headers}\n${await response.clone().text()}` });
    return response;
  });
  syncline = await startProcesses({ config: { logLevel: 'debug' } });
  await syncline.control.registerClient({ clientId: 'marked-client', clientSecret });
}, 180_000);
afterAll(async () => {
  vi.unstubAllGlobals();
  await syncline.close();
});

test('nothing that is secret stands in a log, an answer, an event or the database after everything that can happen to it', async () => {
  const { call, control } = syncline;
  const secrets = new Map<string, string>([
    ['the client secret', clientSecret],
    ['the operator key', syncline.operatorKey],
    ['the vault key', Buffer.alloc(32, 7).toString('base64')],
    ['the API key', syncline.apiKey],
  ]);
  const account = 'marked';
  await call('POST', '/v1/provider-configs', { provider: 'sandbox', client_id: 'marked-client', client_secret: clientSecret });
  await call('POST', '/v1/sync-configs', { provider: 'sandbox', objects: [{ object: 'contacts' }] });
  const { connectionId } = await syncline.connectCustomer({ customerId: account });
  const sync = await syncline.findSync({ connectionId, object: 'contacts' });
  await syncline.waitForRun({ syncId: sync.id });
  const note = async (when: string) => {
    const row = (await syncline.pool.query('select id, credentials_sealed from connection where id = $1', [connectionId])).rows[0];
    const credentials = openCredentials(vault, { id: row.id, credentialsSealed: row.credentials_sealed });
    if (credentials.kind !== 'oauth2') throw new Error('the sandbox connects by OAuth');
    secrets.set(`the access token ${when}`, credentials.accessToken).set(`the refresh token ${when}`, credentials.refreshToken!);
  };
  await note('of the beginning');

  await control.expireTokens({ account });
  await syncline.runSync({ syncId: sync.id });
  await note('after a refresh');
  await control.fault({ match: { account, endpoint: 'token' }, fault: { kind: 'token_error', error: 'invalid_client' } });
  await control.expireTokens({ account });
  await syncline.runSync({ syncId: sync.id });
  await control.fault({ match: { account, object: 'contacts' }, fault: { kind: 'not_json' } });
  await syncline.runSync({ syncId: sync.id });
  await control.endGrants({ account });
  await control.expireTokens({ account });
  await syncline.runSync({ syncId: sync.id });
  expect((await call('GET', `/v1/connections/${connectionId}`)).status).toBe('needs_reauth');
  await syncline.connectCustomer({ customerId: account, account });
  await note('after a reconnect');
  secrets.set('the password of a destination', databasePassword);
  await landElsewhere();
  const { token } = await call('POST', '/v1/customer-tokens', { customer_id: account });
  secrets.set('the customer token', token);
  await syncline.request('GET', '/v1/records/sandbox/contacts', undefined, { key: token });
  await syncline.request('GET', '/v1/customers', undefined, { key: `${syncline.apiKey}x` });
  for (const path of ['/v1/events', '/v1/audit', '/v1/runs', '/v1/provider-configs', '/v1/connections', '/v1/api-keys'])
    await syncline.list(path);
  await fetch(`${syncline.url}/metrics`);

  for (const { url } of answers) {
    const { pathname, searchParams } = new URL(url);
    if (pathname.startsWith('/connect/')) secrets.set('the link', pathname.split('/')[2]!);
    for (const name of ['code', 'state']) if (searchParams.has(name)) secrets.set(`the ${name}`, searchParams.get(name)!);
  }
  expect([...secrets.keys()]).toEqual(expect.arrayContaining(['the link', 'the code', 'the state', 'the refresh token after a reconnect']));

  const logs = [syncline.api, ...syncline.workers].map((process) => process.output()).join('\n');
  expect(logs).toContain('"route":"/oauth/callback"');
  const database = await dump();
  expect(database).toContain('connection.needs_reauth');
  for (const [what, secret] of secrets) {
    expect(secret.length, what).toBeGreaterThan(15);
    expect(logs.includes(secret), `${what} in a log`).toBe(false);
    expect(database.includes(secret), `${what} in the database`).toBe(false);
  }
  // What is handed out once stands in that answer alone; the link, code and state are the browser's own.
  const ours = answers.filter(({ url }) => url.startsWith(syncline.url));
  const handedOut = new Map([
    ['the API key', '/v1/applications'],
    ['the customer token', '/v1/customer-tokens'],
  ]);
  for (const [what, secret] of secrets) {
    if (['the link', 'the code', 'the state'].includes(what)) continue;
    const telling = ours.filter(({ url, text }) => text.includes(secret) && new URL(url).pathname !== handedOut.get(what));
    expect(
      telling.map(({ url }) => url),
      `${what} in an answer`,
    ).toEqual([]);
  }
}, 180_000);

/** A database of the vendor's own, which then goes away: while it is created, tested, written to, moved in vain, and asked in vain. */
async function landElsewhere() {
  const { hostname, port } = new URL(syncline.databaseUrl);
  const user = `marked_${randomBytes(4).toString('hex')}`;
  await syncline.pool.query(`create role ${user} superuser login password '${databasePassword}'`);
  const door = await startProxy({ host: hostname, port: Number(port) });
  const vendor = await syncline.createApplication();
  const rest = { port: door.port, user, password: databasePassword, schema: 'elsewhere' };
  const { id } = await createDestination(vendor, syncline.databaseUrl, rest);
  await vendor.setUpProvider({ objects: ['contacts'], destination_id: id });
  const { connectionId } = await vendor.connectCustomer({ customerId: 'landed-elsewhere' });
  const sync = await vendor.findSync({ connectionId, object: 'contacts' });
  await vendor.waitForRun({ syncId: sync.id });
  await door.close();
  expect((await vendor.request('PATCH', `/v1/destinations/${id}`, { port: 1, password: databasePassword })).status).toBe(422);
  expect(await vendor.call('POST', `/v1/destinations/${id}:test`)).toMatchObject({ ok: false });
  expect(await vendor.runSync({ syncId: sync.id })).toMatchObject({ status: 'failed', error_code: 'destination_unavailable' });
  expect((await vendor.request('GET', '/v1/records/sandbox/contacts')).status).toBe(503);
  await vendor.list('/v1/destinations');
  // Users are the whole server's, which other tests use too.
  await syncline.pool.query(`drop owned by ${user} cascade`);
  await syncline.pool.query(`drop role ${user}`);
}

/** Every row of every table, the worker's and the hub's included, with bytes as the text that they may hold. */
async function dump(): Promise<string> {
  const { rows: tables } = await syncline.pool.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name
     from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  let text = '';
  for (const { name } of tables) {
    const { rows } = await syncline.pool.query<{ line: string }>(`select t::text as line from ${name} t`);
    text += rows
      .map(({ line }) => line.replace(/\\x([0-9a-f]+)/g, (_, hex: string) => Buffer.from(hex, 'hex').toString('latin1')))
      .join('\n');
  }
  return text;
}
