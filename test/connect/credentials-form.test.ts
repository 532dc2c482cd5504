import { afterAll, beforeAll, expect, test } from 'vitest';
import { sandboxProvider } from './support/provider.ts';
import { createWorld, returnUrl, type World } from './support/world.ts';

/** One provider per auth kind, because an application has one config per provider. */
const kinds = ['api_key', 'basic', 'client_credentials'] as const;
let world: World;
beforeAll(async () => {
  world = await createWorld({ providers: kinds.map((kind) => sandboxProvider({ name: kind })) });
  for (const kind of kinds)
    await world.createProviderConfig({ provider: kind, authKind: kind, clientId: undefined, clientSecret: undefined });
});
afterAll(() => world.close());

const good = {
  api_key: { api_key: 'key_acme' },
  basic: { username: 'acme', password: 'anything' },
  client_credentials: { client_id: 'client_acme', client_secret: 'secret_acme' },
};
const bad = {
  api_key: { api_key: 'key_bad' },
  basic: { username: 'acme', password: 'bad-password' },
  client_credentials: { client_id: 'client_acme', client_secret: 'wrong' },
};

async function send(url: string, form: Record<string, string>) {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
  return { status: response.status, location: response.headers.get('location'), text: await response.text() };
}

test.each(kinds)('S01 %s: credentials are checked with the provider, saved, and serve the client', async (kind) => {
  const { url } = await world.createSession({ provider: kind });
  const answer = await send(url, good[kind]);
  expect(answer.status).toBe(303);
  const connectionId = new URL(answer.location!).searchParams.get('connection_id')!;
  expect(answer.location).toBe(`${returnUrl}?status=connected&connection_id=${connectionId}`);
  const row = await world.db.prisma.connection.findUniqueOrThrow({ where: { id: connectionId } });
  expect(row).toMatchObject({ status: 'active', authKind: kind, remoteAccountId: 'acme' });
  const client = await world.openClient(connectionId);
  expect((await client.request({ method: 'GET', path: '/crm/v1/contacts' }, { signal: AbortSignal.timeout(5000) })).status).toBe(200);
});

test.each(kinds)('%s: credentials that the provider refuses are not saved, not shown again, and may be corrected', async (kind) => {
  const { url } = await world.createSession({ provider: kind });
  const before = await world.db.prisma.connection.count();
  const refused = await send(url, bad[kind]);
  expect(refused.status).toBe(422);
  expect(refused.text).toContain('role="alert"');
  expect(refused.text).toContain('did not accept');
  const secret = Object.values(bad[kind]).at(-1)!;
  expect(refused.text).not.toContain(secret);
  expect(await world.db.prisma.connection.count()).toBe(before);
  expect((await send(url, good[kind])).status).toBe(303);
});

test.each(kinds)('%s: an empty form says what is missing and asks nobody', async (kind) => {
  const { url } = await world.createSession({ provider: kind });
  const answer = await send(url, {});
  expect(answer.status).toBe(400);
  expect(answer.text).toMatch(/is missing\./);
});

test('a provider that is down loses nothing: the form says so and the link still works', async () => {
  const { url } = await world.createSession({ provider: 'api_key' });
  await world.control.fault({ match: { account: 'acme' }, fault: { kind: 'server_error' }, times: 1 });
  const answer = await send(url, good.api_key);
  expect(answer.status).toBe(502);
  expect(answer.text).toMatch(/role="alert"[^>]*>[^<]* does not answer\. Nothing is lost\. Please try again in a few minutes\.</);
  expect((await send(url, good.api_key)).status).toBe(303);
});

test('a key that the provider takes back later ends the connection, after the account look-up has said so too', async () => {
  const { url } = await world.createSession({ provider: 'basic' });
  const answer = await send(url, { username: 'fired', password: 'x' });
  const connectionId = new URL(answer.location!).searchParams.get('connection_id')!;
  const client = await world.openClient(connectionId);
  await world.control.fault({ match: { account: 'fired' }, fault: { kind: 'unauthorized' }, times: null });
  const request = () => client.request({ method: 'GET', path: '/crm/v1/contacts' }, { signal: AbortSignal.timeout(5000) });
  // Several at once conclude once, and all of them hear that it is over.
  const seen = world.changes.length;
  await Promise.all(Array.from({ length: 3 }, () => expect(request()).rejects.toMatchObject({ meaning: 'unauthorized' })));
  expect(world.changes.slice(seen)).toMatchObject([{ kind: 'needs_reauth', connectionId }]);
  expect(await world.db.prisma.connection.findUniqueOrThrow({ where: { id: connectionId } })).toMatchObject({
    status: 'needs_reauth',
    statusReason: 'credentials_refused',
  });
});

test('a client-credentials token that is refused is fetched anew with the customer’s own client', async () => {
  const { url } = await world.createSession({ provider: 'client_credentials' });
  const answer = await send(url, { client_id: 'client_renewed', client_secret: 'secret_renewed' });
  const connectionId = new URL(answer.location!).searchParams.get('connection_id')!;
  const client = await world.openClient(connectionId);
  await world.control.fault({ match: { account: 'renewed' }, fault: { kind: 'unauthorized' } });
  expect((await client.request({ method: 'GET', path: '/crm/v1/contacts' }, { signal: AbortSignal.timeout(5000) })).status).toBe(200);
  expect(await world.db.prisma.connection.findUniqueOrThrow({ where: { id: connectionId } })).toMatchObject({ credentialsVersion: 2 });
});
