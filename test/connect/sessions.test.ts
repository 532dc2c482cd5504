import { afterAll, beforeAll, expect, test } from 'vitest';
import { getConnectSession } from '../../src/connect/get-connect-session.ts';
import { listConnections } from '../../src/connect/list-connections.ts';
import { sandboxProvider } from './support/provider.ts';
import { createApplication, createWorld, returnUrl, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({ providers: [sandboxProvider(), sandboxProvider({ name: 'unset' })] });
  await world.createProviderConfig();
  await createApplication(world.pool, 'app_two', 'Another vendor');
  await world.pool.query("insert into customer (application_id, id, created_at, updated_at) values ('app_one', 'other', now(), now())");
});
afterAll(() => world.close());

test('a session is made for one customer and provider; its token is shown once and stored hashed', async () => {
  const before = Date.now();
  const created = await world.createSession({ origin: 'https://app.vendor.example' });
  expect(created).toMatchObject({
    customerId: 'acme',
    provider: 'sandbox',
    status: 'open',
    returnUrl,
    origin: 'https://app.vendor.example',
  });
  expect(created.expiresAt.getTime() - before).toBeGreaterThan(29 * 60_000);
  const token = created.url.split('/').at(-1)!;
  expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  const { rows } = await world.pool.query<{ line: string }>('select t::text as line from connect_session t where id = $1', [created.id]);
  expect(rows[0]!.line).not.toContain(token);
  const shown = await getConnectSession({ ctx: world.ctx, input: { connectSessionId: created.id } });
  expect(JSON.stringify(shown)).not.toContain(token);
});

test.each<[string, object, string]>([
  ['an unknown customer', { customerId: 'nobody' }, 'not_found'],
  ['an unknown provider', { provider: 'nowhere' }, 'provider_unknown'],
  ['a provider without a config', { provider: 'unset' }, 'not_found'],
  ['B25 a return URL that is not on the list', { returnUrl: 'https://evil.example/' }, 'return_url_not_allowed'],
  ['an origin that is not on the list', { origin: 'https://evil.example' }, 'origin_not_allowed'],
  ['an unknown connection', { connectionId: 'conn_none' }, 'not_found'],
])('%s gets no session', async (_what, input, code) => {
  const before = await world.db.prisma.connectSession.count();
  await expect(world.createSession(input)).rejects.toMatchObject({ code });
  expect(await world.db.prisma.connectSession.count()).toBe(before);
});

test('a session lives as long as it was asked to, within bounds', async () => {
  await expect(world.createSession({ expiresInSeconds: 59 })).rejects.toMatchObject({ name: 'ZodError' });
  await expect(world.createSession({ expiresInSeconds: 90_000 })).rejects.toMatchObject({ name: 'ZodError' });
  const { id } = await world.createSession({ expiresInSeconds: 60 });
  await world.setClock(61_000);
  expect(await getConnectSession({ ctx: world.ctx, input: { connectSessionId: id } })).toMatchObject({ status: 'expired' });
  await world.setClock(0);
});

test('sessions of long ago and states that ended are forgotten when the next is made', async () => {
  const { id } = await world.createSession();
  await world.pool.query("update connect_session set expires_at = now() - interval '31 days' where id = $1", [id]);
  await world.createSession();
  expect(await world.db.prisma.connectSession.count({ where: { id } })).toBe(0);
});

test('a customer token sees its own session and its own connections only', async () => {
  const { connectionId, sessionId } = await world.connect({ account: 'own' });
  const foreign = await world.connect({ customerId: 'other', account: 'foreign' });
  const ctx = world.ctxFor({ kind: 'customer', id: 'tok', applicationId: 'app_one', customerId: 'acme', scopes: ['connections:read'] });
  expect((await listConnections({ ctx, input: {} })).data.map(({ id }) => id)).toEqual([connectionId]);
  expect(await getConnectSession({ ctx, input: { connectSessionId: sessionId } })).toMatchObject({ connectionId });
  await expect(listConnections({ ctx, input: { customerId: 'other' } })).rejects.toMatchObject({ code: 'not_found' });
  await expect(getConnectSession({ ctx, input: { connectSessionId: foreign.sessionId } })).rejects.toMatchObject({ code: 'not_found' });
});

test('B5 an unknown customer is not found and an unknown provider is refused: neither looks like an empty list', async () => {
  await expect(listConnections({ ctx: world.ctx, input: { customerId: 'nobody' } })).rejects.toMatchObject({ code: 'not_found' });
  await expect(listConnections({ ctx: world.ctx, input: { provider: 'nowhere' } })).rejects.toMatchObject({ code: 'provider_unknown' });
  expect((await listConnections({ ctx: world.ctx, input: { provider: 'unset' } })).data).toEqual([]);
});

test('B26 hostile customer ids reach no other customer and no SQL', async () => {
  for (const customerId of ["acme'--", 'acme" or 1=1', 'ACME', 'acme ', '%', 'ä'.repeat(300)])
    await expect(listConnections({ ctx: world.ctx, input: { customerId } })).rejects.toMatchObject({ code: 'not_found' });
});

test('connections are listed in pages and by status, of one application only', async () => {
  for (const account of ['page-1', 'page-2', 'page-3']) await world.connect({ customerId: 'other', account });
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listConnections({ ctx: world.ctx, input: { customerId: 'other', pageSize: 2, ...(cursor && { cursor }) } });
    ids.push(...page.data.map(({ id }) => id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBe(await world.db.prisma.connection.count({ where: { customerId: 'other' } }));
  expect((await listConnections({ ctx: world.ctx, input: { status: 'disabled' } })).data).toEqual([]);
  const stranger = world.ctxFor({ kind: 'api_key', id: 'key_x', applicationId: 'app_two', scopes: ['all'] });
  expect((await listConnections({ ctx: stranger, input: { customerId: 'acme' } })).data).toEqual([]);
});

test('a key without the scope is told which one is missing', async () => {
  const ctx = world.ctxFor({ kind: 'api_key', id: 'key_x', applicationId: 'app_one', scopes: ['records:read'] });
  await expect(listConnections({ ctx, input: {} })).rejects.toMatchObject({
    code: 'scope_missing',
    message: expect.stringContaining('connections:read'),
  });
});
