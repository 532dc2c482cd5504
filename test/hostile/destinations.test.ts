import dns from 'node:dns';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { guardedSocket } from '../../src/hub/own/guarded-socket.ts';
import { startProxy } from '../destinations/support/proxy.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createDestination, destinationOf } from '../support/own-destination.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';

/** A production-like installation: private addresses are refused. Behind `door` stands a real Postgres that nobody may learn of. */
let syncline: TestSyncline;
let database: TestDatabase;
let door: Awaited<ReturnType<typeof startProxy>>;
beforeAll(async () => {
  [syncline, database] = await Promise.all([startSyncline({ config: { allowPrivateAddresses: false } }), createTestDatabase()]);
  const { hostname, port } = new URL(database.url);
  door = await startProxy({ host: hostname, port: Number(port) });
});
afterAll(async () => {
  await syncline?.close();
  await door?.close();
  await database?.drop();
});
afterEach(() => vi.restoreAllMocks());

const unreachable = [expect.stringContaining('No Postgres could be reached there.')];
/** What all ways of not being there take at least; timers of Node may be a millisecond early. */
const unreachableMsMin = 295;

/** One request, and how long its answer took. */
async function attempt(rest: Record<string, unknown>) {
  const begun = performance.now();
  const { status, body, text } = await syncline.request(
    'POST',
    '/v1/destinations',
    destinationOf(database.url, { port: door.port, ...rest }),
  );
  return { status, body, text, ms: performance.now() - begun };
}

test.concurrent.each([
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '0.0.0.0',
  '::1',
  '::ffff:127.0.0.1',
  '0:0:0:0:0:ffff:7f00:1',
  '10.0.0.1',
  '192.168.1.1',
  '169.254.169.254',
  'fd00::1',
  '64:ff9b::7f00:1',
  'localhost',
  'localhost.',
])('the private address %s is not called, whichever way it is written, and looks like nobody', async (host) => {
  const { status, body, ms } = await attempt({ host });
  expect([status, body.code, body.problems]).toEqual([422, 'destination_refused', unreachable]);
  expect(ms).toBeGreaterThan(unreachableMsMin);
  expect(door.count()).toBe(0);
});

test('an open port, a closed one and a name that nobody has answer alike, and none at once', async () => {
  const answers = await Promise.all([
    attempt({ host: '127.0.0.1' }),
    attempt({ host: '127.0.0.1', port: 1 }),
    attempt({ host: 'nobody.invalid' }),
  ]);
  const seen = answers.map(({ status, body: { request_id: _, ...body } }) => ({ status, body }));
  expect(new Set(seen.map((answer) => JSON.stringify(answer))).size).toBe(1);
  for (const { ms } of answers) expect(ms).toBeGreaterThan(unreachableMsMin);
});

test.each([
  '/var/run/postgresql',
  '/tmp',
  '@abstract',
  'a,b',
  '127.0.0.1:5432',
  '127.0.0.1/crm',
  'user@127.0.0.1',
  'postgresql://127.0.0.1/crm',
  'db.example.com host=/tmp',
  'db.example.com\r\nhost: x',
  '[::1]',
  'fe80::1%eth0',
  '..',
  '-h',
  'x'.repeat(256),
])('what is no host is refused before anything is looked up: %j', async (host) => {
  const lookup = vi.spyOn(dns, 'lookup');
  const { status, body } = await attempt({ host });
  expect([status, body.code, body.errors.map((issue: { path: string }) => issue.path)]).toEqual([400, 'input_invalid', ['host']]);
  expect(lookup.mock.calls.filter(([name]) => name === host)).toEqual([]);
});

test('a name that is answered with a private address when it is called is not followed, whatever it was answered with before', async () => {
  const answer = [{ address: '127.0.0.1', family: 4 }];
  const lookup = vi
    .spyOn(dns, 'lookup')
    .mockImplementation(((_name: string, _options: unknown, done: (...of: unknown[]) => void) => done(null, answer)) as never);
  const rebound = guardedSocket();
  const failed = once(rebound, 'error');
  rebound.connect(door.port, 'rebinding.example.com');
  expect((await failed)[0]).toMatchObject({ code: 'ADDRESS_BLOCKED' });
  expect(lookup).toHaveBeenCalledOnce();
  const literal = guardedSocket();
  const refused = once(literal, 'error');
  literal.connect(door.port, '::ffff:127.0.0.1');
  expect((await refused)[0]).toMatchObject({ code: 'ADDRESS_BLOCKED' });
  expect(door.count()).toBe(0);
});

test('a destination from a time when private addresses were allowed is not called any more: the guard stands at every session', async () => {
  const earlier = await startSyncline({ databaseUrl: syncline.databaseUrl, worker: false });
  const vendor = await earlier.createApplication();
  const { port } = door;
  const { id } = await createDestination(vendor, database.url, { port, schema: 'earlier' });
  const calls = door.count();
  expect(calls).toBeGreaterThan(0);
  await earlier.close();
  const here = (method: string, path: string, body?: unknown) => syncline.request(method, path, body, { key: vendor.apiKey });
  expect((await here('POST', `/v1/destinations/${id}:test`)).body).toMatchObject({ ok: false, problems: unreachable });
  await syncline.setUpProvider({ objects: ['contacts'], destination_id: id, key: vendor.apiKey });
  const { connectionId } = await syncline.connectCustomer({ customerId: 'guarded', key: vendor.apiKey });
  const sync = await syncline.findSync({ connectionId, object: 'contacts', key: vendor.apiKey });
  const run = await syncline.waitForRun({ syncId: sync.id, key: vendor.apiKey });
  expect(run).toMatchObject({ status: 'failed', error_code: 'destination_unavailable', inserted: 0 });
  expect((await here('GET', '/v1/records/sandbox/contacts')).status).toBe(503);
  expect(door.count()).toBe(calls);
});

test.each([
  { schema: 'public' },
  { schema: 'pg_catalog' },
  { schema: 'information_schema' },
  { schema: '_syncline' },
  { schema: 'a"; drop schema public; --' },
  { user: 'x'.repeat(64) },
  { database: 'a\u0000b' },
  { options: '-c search_path=public' },
  { ssl: { rejectUnauthorized: false } },
  { tls: { mode: 'verify_full', key: 'x' } },
  { tls: { mode: 'verify_full', ca: '/etc/ssl/cert.pem' } },
  { password: '' },
  { url: 'postgresql://127.0.0.1/crm' },
])('fields that would reach beyond the database are refused: %j', async (rest) => {
  const { status, body } = await attempt({ host: 'db.example.com', ...rest });
  expect([status, body.code]).toEqual([400, 'input_invalid']);
});
