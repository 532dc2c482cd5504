import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTokenKeys } from '../../src/tenancy/token-keys.ts';
import { startSyncline, type TestClient, type TestSyncline } from '../support/syncline.ts';

/** Two vendors, each with customers called "acme" and "beta", each customer with records of its own. */
let syncline: TestSyncline;
let other: TestClient & { apiKey: string; applicationId: string };
const listing = '/v1/records/sandbox/contacts';
beforeAll(async () => {
  syncline = await startSyncline();
  other = await syncline.createApplication('Other vendor');
  for (const [vendor, prefix] of [[syncline, 'one'] as const, [other, 'two'] as const]) {
    await vendor.setUpProvider({ objects: ['contacts'] });
    for (const customerId of ['acme', 'beta']) {
      const account = `${prefix}-${customerId}`;
      await syncline.control.setSize({ account, object: 'contacts', size: 5 });
      await syncline.control.update({ account, object: 'contacts', count: 5, fields: { owner_of_this: account } });
      const { connectionId } = await vendor.connectCustomer({ customerId, account });
      const sync = await vendor.findSync({ connectionId, object: 'contacts' });
      await vendor.waitForRun({ syncId: sync.id });
    }
  }
}, 180_000);
afterAll(() => syncline.close());

const tokenOf = async (vendor: TestClient, customerId: string, rest = {}): Promise<string> =>
  (await vendor.call('POST', '/v1/customer-tokens', { customer_id: customerId, ...rest })).token;
const ownersSeen = async (key: string, query = '') => {
  const { status, body } = await syncline.request('GET', listing + query, undefined, { key });
  return status === 200
    ? [...new Set(body.data.map((row: { record: { owner_of_this: string } }) => row.record.owner_of_this))].sort()
    : body.code;
};

test('a token of each customer shows that customer’s records of that vendor, though the other vendor calls it the same', async () => {
  for (const [vendor, prefix] of [[syncline, 'one'] as const, [other, 'two'] as const])
    for (const customerId of ['acme', 'beta'])
      expect(await ownersSeen(await tokenOf(vendor, customerId))).toEqual([`${prefix}-${customerId}`]);
  expect(await ownersSeen(syncline.apiKey)).toEqual(['one-acme', 'one-beta']);
  expect(await ownersSeen(other.apiKey)).toEqual(['two-acme', 'two-beta']);
});

test('a token cannot ask for another customer, another connection or another’s cursor', async () => {
  const token = await tokenOf(syncline, 'acme');
  const [foreign] = await syncline.list('/v1/connections?customer_id=beta');
  const [stranger] = await other.list('/v1/connections?customer_id=acme');
  expect(await ownersSeen(token, '?customer_id=beta')).toBe('scope_missing');
  expect(await ownersSeen(token, `?connection_id=${foreign.id}`)).toBe('not_found');
  expect(await ownersSeen(token, `?connection_id=${stranger.id}`)).toBe('not_found');
  const cursorOf = async (key: string, query: string) =>
    (await syncline.request('GET', `${listing}?page_size=1${query}`, undefined, { key })).body.next_cursor as string;
  for (const cursor of [
    await cursorOf(syncline.apiKey, ''),
    await cursorOf(syncline.apiKey, '&customer_id=beta'),
    await cursorOf(await tokenOf(syncline, 'beta'), ''),
  ])
    expect(await ownersSeen(token, `?cursor=${cursor}`)).toBe('cursor_invalid');
  expect(await ownersSeen(token, `?cursor=${await cursorOf(other.apiKey, '')}`)).toBe('cursor_expired');
  expect(await ownersSeen(token, `?cursor=${await cursorOf(await tokenOf(other, 'acme'), '')}`)).toBe('cursor_expired');
});

test('a key of one vendor finds nothing of the other by any filter', async () => {
  const [connection] = await other.list('/v1/connections?customer_id=acme');
  const [sync] = await other.list('/v1/syncs');
  for (const path of ['/v1/syncs', '/v1/runs'])
    for (const query of [`connection_id=${connection.id}`, ...(path === '/v1/runs' ? [`sync_id=${sync.id}`] : [])])
      expect((await syncline.request('GET', `${path}?${query}`)).body.data, `${path}?${query}`).toEqual([]);
  expect(await ownersSeen(syncline.apiKey, `?connection_id=${connection.id}`)).toBe('not_found');
  const reconnect = { customer_id: 'acme', provider: 'sandbox', connection_id: connection.id };
  expect((await syncline.request('POST', '/v1/connect-sessions', reconnect)).status).toBe(404);
});

test('altered, unsigned, borrowed and ended tokens are nobody', async () => {
  const token = await tokenOf(syncline, 'acme');
  const [head, payload, signature] = token.split('.') as [string, string, string];
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const altered = (change: object) => `${head}.${encode({ ...claims, ...change })}.${signature}`;
  const { signing } = createTokenKeys([{ id: 'test', key: Buffer.alloc(32, 7) }]);
  const sign = (secret: Uint8Array, header = {}) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: signing.id, ...header }).sign(secret);
  expect(await ownersSeen(await sign(signing.secret))).toEqual(['one-acme']);
  const forged = [
    altered({ sub: 'beta' }),
    altered({ app: other.applicationId }),
    altered({ scope: 'all' }),
    altered({ exp: claims.exp + 3600 }),
    `${encode({ alg: 'none', kid: signing.id })}.${payload}.`,
    `${encode({ alg: 'none' })}.${payload}.${signature}`,
    `${encode({ alg: 'HS256', kid: '../../etc/passwd' })}.${payload}.${signature}`,
    `${encode({ alg: 'HS256', kid: '__proto__' })}.${payload}.${signature}`,
    await sign(new TextEncoder().encode(syncline.apiKey)),
    await sign(new TextEncoder().encode(syncline.operatorKey)),
    await sign(Buffer.alloc(32, 7)),
    `${head}.${payload}`,
    `${token}.${signature}`,
  ];
  for (const made of forged) expect(await ownersSeen(made), made).toBe('unauthenticated');
  await syncline.setClock(3600_000 + 10_000);
  expect(await ownersSeen(token)).toBe('unauthenticated');
  await syncline.setClock(0);
});

test('a key that was revoked and a token whose customer was deleted are nobody from then on', async () => {
  const vendor = await syncline.createApplication();
  await vendor.setUpProvider({ objects: ['contacts'] });
  await vendor.call('PUT', '/v1/customers/leaving', {});
  const token = await tokenOf(vendor, 'leaving');
  const created = await vendor.call('POST', '/v1/api-keys', { name: 'Lost', scopes: ['records:read'] });
  expect(await ownersSeen(created.key)).toEqual([]);
  await vendor.call('DELETE', `/v1/api-keys/${created.id}`);
  expect(await ownersSeen(created.key)).toBe('unauthenticated');
  expect(await ownersSeen(token)).toEqual([]);
  await vendor.call('DELETE', '/v1/customers/leaving');
  expect(await ownersSeen(token)).toBe('unauthenticated');
});
