import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openScene, type Scene } from '../flows/support.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';

let syncline: TestSyncline;
let scene: Scene;
let url: string;
const secret = 'whsec_hostile';

beforeAll(async () => {
  syncline = await startSyncline();
  scene = await openScene(syncline, { account: 'hostile-hooks', size: 5, order: { schedule: { kind: 'manual' } } });
  const [config] = await scene.vendor.list('/v1/provider-configs');
  await scene.vendor.call('PATCH', `/v1/provider-configs/${config.id}`, { hook_secret: secret });
  url = config.hook_url;
});
afterAll(() => syncline.close());

/** A body that is signed as it should be: whoever sends it holds the key, or found a flaw at the provider. */
async function post(body: string | Buffer, to = url): Promise<number> {
  const timestamp = String(Date.now());
  const signature = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
  const headers = { 'x-sandbox-signature': signature, 'x-sandbox-timestamp': timestamp };
  return (await fetch(to, { method: 'POST', body: body as string, headers })).status;
}

const notice = (rest: Record<string, unknown>) => ({ type: 'contacts.updated', account: 'hostile-hooks', id: 'con_0000000001', ...rest });
const notices = (...all: unknown[]) => JSON.stringify({ notices: all });
const noticed = async () =>
  (await syncline.pool.query('select record_id from hook_notice where sync_id = $1 order by 1', [scene.syncId])).rows.map(
    (row) => row.record_id,
  );

test.each<[string, string | Buffer]>([
  ['nothing', ''],
  ['no JSON', '{"notices":['],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00])],
  ['no list', '{"notices":{"0":1}}'],
  ['a list nested beyond any stack', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ['more events than anybody sends', notices(...Array.from({ length: 1001 }, (_, n) => notice({ id: `x${n}` })))],
])('a signed body with %s is refused, and nothing is noted', async (_name, body) => {
  expect(await post(body)).toBe(400);
  expect(await noticed()).toEqual([]);
});

test('signed events that name nothing that could be are passed over', async () => {
  const hostile = [
    notice({ id: 'nul\u0000' }),
    notice({ id: 'x'.repeat(1001) }),
    notice({ id: '..' }),
    notice({ id: '.' }),
    notice({ id: '' }),
    notice({ id: null }),
    notice({ id: { rawJSON: 5 } }),
    notice({ id: [] }),
    notice({ account: '\u0000' }),
    notice({ account: ['hostile-hooks-bystander'] }),
    notice({ type: '__proto__' }),
    notice({ type: 'constructor' }),
    notice({ type: ['contacts.updated', 'x'] }),
    null,
    5,
    [],
    'text',
  ];
  // A lone surrogate cannot be written by JSON.stringify, but by anybody else.
  const body = notices(...hostile).replace(/\]\}$/, ',{"type":"contacts.updated","account":"hostile-hooks","id":"\\ud800"}]}');
  expect(await post(body)).toBe(202);
  const pending = await noticed();
  expect(pending.filter((id) => id !== 'con_0000000001')).toEqual([]);
});

test('an id that looks like a path, a query or SQL reads no other address and no other row', async () => {
  const before = await scene.rows();
  await scene.control.clearRequests(scene.at);
  const ids = ['../account', 'a/b', 'x?include_deleted=true', "'; drop table sync; --", 'con_0000000001#', '%2e%2e', 'https://evil.test/x'];
  expect(await post(notices(...ids.map((id) => notice({ id }))))).toBe(202);
  const pending = 'select count(*)::int as n from hook_notice where sync_id = $1 and version > done_version';
  await expect.poll(async () => (await syncline.pool.query(pending, [scene.syncId])).rows[0].n, { timeout: 40_000 }).toBe(0);
  expect(await scene.rows()).toEqual(before);
  const asked = await scene.control.requests(scene.at);
  expect(asked.every((entry) => entry.path.startsWith('/crm/v1/contacts/') && entry.query === '')).toBe(true);
});

test('fifty signed requests at once about the same records are all taken, and lead to few readings', async () => {
  await scene.control.clearRequests(scene.at);
  const body = notices(...(await scene.rows()).map((row) => notice({ id: row.id })));
  const statuses = await Promise.all(Array.from({ length: 50 }, () => post(body)));
  expect(new Set(statuses)).toEqual(new Set([202]));
  const pending = 'select count(*)::int as n from hook_notice where sync_id = $1 and version > done_version';
  await expect.poll(async () => (await syncline.pool.query(pending, [scene.syncId])).rows[0].n, { timeout: 40_000 }).toBe(0);
  const reads = (await scene.control.requests(scene.at)).filter((entry) => entry.path.startsWith('/crm/v1/contacts/'));
  expect(reads.length).toBeLessThan(125);
  await scene.expectInvariants();
});

test('an address that is guessed, cut or lengthened is nobody’s, and says no more than that', async () => {
  for (const wrong of [`${url}0`, url.slice(0, -1), url.replace(/[^/]+$/, 'a'), url.replace(/[^/]+$/, '%00')])
    expect(await post('{}', wrong)).toBe(404);
  for (const method of ['GET', 'PUT', 'DELETE']) expect([404, 405]).toContain((await fetch(url, { method })).status);
});
