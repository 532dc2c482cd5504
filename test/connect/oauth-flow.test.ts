import { afterAll, beforeAll, expect, test } from 'vitest';
import { getConnectSession } from '../../src/connect/get-connect-session.ts';
import { listConnections } from '../../src/connect/list-connections.ts';
import { createBrowser } from './support/browser.ts';
import { applicationId, createWorld, returnUrl, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.createProviderConfig();
});
afterAll(() => world.close());

test('S01 a customer connects through the real flow, and the vendor sees an active connection but no token', async () => {
  const { answer, connectionId, sessionId } = await world.connect({ account: 'acme-crm' });
  expect(answer.status).toBe(303);
  expect(answer.location).toBe(`${returnUrl}?status=connected&connection_id=${connectionId}`);

  const { data } = await listConnections({ ctx: world.ctx, input: { customerId: 'acme' } });
  expect(data).toMatchObject([
    { id: connectionId, status: 'active', remoteAccountId: 'acme-crm', provider: 'sandbox', authKind: 'oauth2' },
  ]);
  expect(Object.keys(data[0]!).some((name) => /token|secret|credential/i.test(name))).toBe(false);
  const session = await getConnectSession({ ctx: world.ctx, input: { connectSessionId: sessionId } });
  expect(session).toMatchObject({ status: 'used', connectionId });

  expect(world.changes).toMatchObject([{ kind: 'created', connectionId, applicationId, customerId: 'acme' }]);
  expect(await world.eventTypes()).toEqual(['connection.created']);
});

test('the client of the connection reads from the provider with what was authorised', async () => {
  const { connectionId } = await world.connect({ account: 'reader' });
  await world.control.setSize({ account: 'reader', object: 'contacts', size: 3 });
  const client = await world.openClient(connectionId);
  const answer = await client.request(
    { method: 'GET', path: '/crm/v1/contacts', query: { limit: '2' } },
    { signal: AbortSignal.timeout(5000) },
  );
  expect(JSON.parse(answer.body.toString()).data).toHaveLength(2);
  expect(answer.providerTime).toBeInstanceOf(Date);
  expect(client.apiCalls).toBe(1);
});

test('nothing that was given in secret stands readable in the database or in an event', async () => {
  await world.connect({ account: 'sealed' });
  const { rows: tables } = await world.pool.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public'",
  );
  let dump = '';
  for (const { name } of tables) {
    const { rows } = await world.pool.query<{ line: string }>(`select t::text as line from "${name}" t`);
    dump += rows.map(({ line }) => decodeBytes(line)).join('\n');
  }
  const row = await world.db.prisma.connection.findFirstOrThrow({ where: { remoteAccountId: 'sealed' } });
  const secrets = JSON.parse(world.ctx.vault.open(`connection.credentials_sealed:${row.id}`, row.credentialsSealed!)) as Record<
    string,
    string
  >;
  for (const secret of [secrets.accessToken!, secrets.refreshToken!, 'sandbox-secret']) {
    expect(secret.length).toBeGreaterThan(10);
    expect(dump).not.toContain(secret);
  }
});

test('one session connects once: the link is used up by the completed callback, not by opening the page', async () => {
  const { url } = await world.createSession();
  const browser = createBrowser();
  expect((await browser.open(url)).status).toBe(200);
  expect((await browser.open(url)).status).toBe(200);
  const callback = await world.begin({ url, browser, account: 'once' });
  expect((await browser.open(callback)).status).toBe(303);
  const after = await browser.open(url);
  expect(after.status).toBe(410);
  expect(after.text).toContain('This link was used already');
});

test('a customer who says no finds the way back and may try again with the same link', async () => {
  const before = world.changes.length;
  const browser = createBrowser();
  const { answer, url, sessionId } = await world.connect({ account: 'undecided', browser, decision: 'deny' });
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('You did not allow Vendor &amp; Sons to read from Sandbox CRM');
  expect(answer.text).toContain(`href="${new URL(url).pathname}"`);
  const session = await getConnectSession({ ctx: world.ctx, input: { connectSessionId: sessionId } });
  expect(session).toMatchObject({ status: 'open', statusReason: 'oauth_denied', connectionId: null });
  expect(world.changes).toHaveLength(before);

  const callback = await world.begin({ url, browser, account: 'undecided' });
  expect((await browser.open(callback)).status).toBe(303);
});

test('what follows from a connection commits with it: when it fails, there is no connection and the link still works', async () => {
  world.failChangesWith(new Error('the reconcile failed'));
  const browser = createBrowser();
  const { answer, url, sessionId } = await world.connect({ account: 'torn', browser });
  world.failChangesWith(null);
  expect(answer.status).toBe(500);
  expect(answer.text).not.toContain('reconcile');
  expect(await world.db.prisma.connection.count({ where: { remoteAccountId: 'torn' } })).toBe(0);
  expect(await getConnectSession({ ctx: world.ctx, input: { connectSessionId: sessionId } })).toMatchObject({ status: 'open' });
  const callback = await world.begin({ url, browser, account: 'torn' });
  expect((await browser.open(callback)).status).toBe(303);
});

test('a wrong client secret marks the provider config, and the customer reads whom to tell', async () => {
  const other = await createWorld();
  const { id } = await other.createProviderConfig({ clientSecret: 'wrong' });
  const { answer } = await other.connect();
  expect(answer.status).toBe(409);
  expect(answer.text).toContain('Please tell Vendor &amp; Sons');
  expect(await other.db.prisma.providerConfig.findUniqueOrThrow({ where: { id } })).toMatchObject({
    status: 'broken',
    statusReason: 'invalid_client',
  });
  expect(await other.eventTypes()).toEqual(['provider_config.broken']);
  await other.close();
});

/** bytea is printed as hex: shown as text, so that an unsealed value in it would be found. */
function decodeBytes(line: string): string {
  return line.replace(/\\\\x([0-9a-f]+)/g, (_whole, hex: string) => Buffer.from(hex, 'hex').toString('latin1'));
}
