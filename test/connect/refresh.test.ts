import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ConnectionClient } from '../../src/connect/client.ts';
import { openCredentials } from '../../src/connect/credentials.ts';
import { disconnectConnection } from '../../src/connect/disconnect-connection.ts';
import { updateProviderConfig } from '../../src/connect/update-provider-config.ts';
import { createWorld, type World } from './support/world.ts';

let world: World;
let providerConfigId: string;
beforeAll(async () => {
  world = await createWorld({ limits: { requestTimeoutSeconds: 2 } });
  providerConfigId = (await world.createProviderConfig()).id;
});
afterAll(() => world.close());

const path = '/crm/v1/contacts';
const read = (client: ConnectionClient) => client.request({ method: 'GET', path }, { signal: AbortSignal.timeout(20_000) });
const rowOf = (id: string) => world.db.prisma.connection.findUniqueOrThrow({ where: { id } });
const refreshesOf = async (account: string) => (await world.control.tokens({ account })).refreshAttempts;

test('a token that is about to expire is renewed before it is used', async () => {
  const account = 'ahead';
  const { connectionId } = await world.connect({ account });
  const client = await world.openClient(connectionId);
  await read(client);
  expect(await refreshesOf(account)).toBe(0);
  await world.setClock(3590_000);
  await read(await world.openClient(connectionId));
  await world.setClock(0);
  expect(await refreshesOf(account)).toBe(1);
  const refused = (await world.control.requests({ account })).filter(({ status }) => status === 401);
  expect(refused).toEqual([]);
});

test('P07 a refused token is refreshed once and the call repeated once; the rotated refresh token is stored before use', async () => {
  const account = 'rotates';
  const { connectionId } = await world.connect({ account });
  const client = await world.openClient(connectionId);
  const before = openCredentials(world.ctx.vault, await rowOf(connectionId));
  for (let round = 1; round <= 3; round++) {
    await world.control.expireTokens({ account });
    expect((await read(client)).status).toBe(200);
    expect(await refreshesOf(account)).toBe(round);
  }
  const row = await rowOf(connectionId);
  const after = openCredentials(world.ctx.vault, row);
  expect(row.credentialsVersion).toBe(4);
  expect(before.kind === 'oauth2' && after.kind === 'oauth2' && before.refreshToken !== after.refreshToken).toBe(true);
});

test('a client that holds an old token finds the new one in the row and does not refresh again', async () => {
  const account = 'stale';
  const { connectionId } = await world.connect({ account });
  const [one, two] = [await world.openClient(connectionId), await world.openClient(connectionId)];
  await world.control.expireTokens({ account });
  await read(one);
  await read(two);
  expect(await refreshesOf(account)).toBe(1);
});

test('B22 twenty callers of one process share one refresh', async () => {
  const account = 'crowd';
  const { connectionId } = await world.connect({ account });
  const clients = await Promise.all(Array.from({ length: 20 }, () => world.openClient(connectionId)));
  await world.control.expireTokens({ account });
  const answers = await Promise.all(clients.map(read));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(await refreshesOf(account)).toBe(1);
});

test('a token endpoint that is down for an hour disconnects nobody', async () => {
  const account = 'down';
  const { connectionId } = await world.connect({ account });
  await world.control.expireTokens({ account });
  await world.control.fault({ match: { account, endpoint: 'token' }, fault: { kind: 'server_error' }, times: null });
  const client = await world.openClient(connectionId);
  for (let hour = 0; hour < 2; hour++) {
    await world.setClock(hour * 3600_000);
    await expect(read(client)).rejects.toMatchObject({ name: 'ProviderError', meaning: 'unavailable' });
  }
  expect(await rowOf(connectionId)).toMatchObject({ status: 'active', refreshLeaseOwner: null });
  await world.control.clearFaults({ account });
  expect((await read(client)).status).toBe(200);
  await world.setClock(0);
});

test('renewing ahead of time may fail while the token still serves', async () => {
  const account = 'serves';
  await world.control.configure({ account, accessTokenSeconds: 3600 });
  const { connectionId } = await world.connect({ account });
  await world.control.fault({ match: { account, endpoint: 'token' }, fault: { kind: 'cut', at: 'start' }, times: null });
  await world.setClock(3570_000);
  expect((await read(await world.openClient(connectionId))).status).toBe(200);
  await world.setClock(0);
  await world.control.clearFaults({ account });
});

test('a time-out at the token endpoint is tried again with the stored token', async () => {
  const account = 'slow';
  const { connectionId } = await world.connect({ account });
  await world.control.expireTokens({ account });
  await world.control.fault({ match: { account, endpoint: 'token' }, fault: { kind: 'slow', delayMs: 2500, at: 'before' }, times: 1 });
  expect((await read(await world.openClient(connectionId))).status).toBe(200);
  expect(await rowOf(connectionId)).toMatchObject({ status: 'active' });
});

test('B23 H36 an ended grant stops at once: status, reason, event and what follows are one transaction', async () => {
  const account = 'ended';
  const { connectionId } = await world.connect({ account });
  const client = await world.openClient(connectionId);
  await world.control.endGrants({ account });
  await world.control.clearRequests({ account });
  const seen = world.changes.length;
  await Promise.all(Array.from({ length: 5 }, () => expect(read(client)).rejects.toMatchObject({ meaning: 'unauthorized' })));
  await expect(read(client)).rejects.toMatchObject({ meaning: 'unauthorized' });
  expect(await rowOf(connectionId)).toMatchObject({ status: 'needs_reauth', statusReason: 'invalid_grant' });
  expect(world.changes.slice(seen)).toMatchObject([{ kind: 'needs_reauth', connectionId }]);
  const events = await world.db.prisma.event.findMany({
    where: { type: 'connection.needs_reauth', data: { path: ['connection_id'], equals: connectionId } },
  });
  expect(events).toHaveLength(1);
  expect(events[0]!.data).toMatchObject({ reason: 'invalid_grant', customer_id: 'acme' });
  await expect(world.openClient(connectionId)).rejects.toMatchObject({ meaning: 'unauthorized' });
  const calls = (await world.control.requests({ account })).filter((request) => request.path === path);
  expect(calls.length).toBeLessThanOrEqual(5);
});

test('when what follows from an ended grant fails, the connection stays as it was and is concluded later', async () => {
  const account = 'torn';
  const { connectionId } = await world.connect({ account });
  await world.control.endGrants({ account });
  const client = await world.openClient(connectionId);
  world.failChangesWith(new Error('the pause failed'));
  await expect(read(client)).rejects.toThrow('the pause failed');
  world.failChangesWith(null);
  expect(await rowOf(connectionId)).toMatchObject({ status: 'active', refreshLeaseOwner: null });
  await expect(read(client)).rejects.toMatchObject({ meaning: 'unauthorized' });
  expect(await rowOf(connectionId)).toMatchObject({ status: 'needs_reauth' });
});

test('a wrong client secret marks the provider config and leaves the customers connected; a new one mends it', async () => {
  const account = 'misled';
  const { connectionId } = await world.connect({ account });
  const client = await world.openClient(connectionId);
  await updateProviderConfig({ ctx: world.ctx, input: { providerConfigId, clientSecret: 'mistyped' } });
  await world.control.expireTokens({ account });
  await expect(read(client)).rejects.toMatchObject({ meaning: 'config' });
  expect(await rowOf(connectionId)).toMatchObject({ status: 'active' });
  expect(await world.db.prisma.providerConfig.findUniqueOrThrow({ where: { id: providerConfigId } })).toMatchObject({
    status: 'broken',
    statusReason: 'invalid_client',
  });
  expect(await world.eventTypes()).toContain('provider_config.broken');

  const mended = await updateProviderConfig({ ctx: world.ctx, input: { providerConfigId, clientSecret: 'sandbox-secret' } });
  expect(mended).toMatchObject({ status: 'active', statusReason: null });
  expect((await read(client)).status).toBe(200);
});

test('a config that the provider refused by mistake is well again after the next grant that succeeds', async () => {
  const account = 'hasty';
  const { connectionId } = await world.connect({ account });
  const client = await world.openClient(connectionId);
  await world.control.expireTokens({ account });
  await world.control.fault({ match: { account, endpoint: 'token' }, fault: { kind: 'token_error', error: 'invalid_client' }, times: 1 });
  await expect(read(client)).rejects.toMatchObject({ meaning: 'config' });
  expect((await read(client)).status).toBe(200);
  expect(await world.db.prisma.providerConfig.findUniqueOrThrow({ where: { id: providerConfigId } })).toMatchObject({ status: 'active' });
});

test('an unknown refusal of the refresh is tried again later and disconnects nobody', async () => {
  const account = 'odd';
  const { connectionId } = await world.connect({ account });
  const client = await world.openClient(connectionId);
  await world.control.expireTokens({ account });
  await world.control.fault({
    match: { account, endpoint: 'token' },
    fault: { kind: 'token_error', error: 'server_is_thinking' },
    times: 3,
  });
  await expect(read(client)).rejects.toMatchObject({ meaning: 'unavailable' });
  expect(await rowOf(connectionId)).toMatchObject({ status: 'active' });
  expect((await read(client)).status).toBe(200);
});

test('a refresh that ends after the customer disconnected saves nothing', async () => {
  const account = 'leaving';
  const { connectionId } = await world.connect({ account });
  const client = await world.openClient(connectionId);
  await world.control.expireTokens({ account });
  await world.control.fault({ match: { account, endpoint: 'token' }, fault: { kind: 'slow', delayMs: 700, at: 'before' } });
  const reading = expect(read(client)).rejects.toMatchObject({ meaning: 'unauthorized' });
  await expect.poll(() => rowOf(connectionId).then((row) => row.refreshLeaseOwner)).not.toBeNull();
  await disconnectConnection({ ctx: world.ctx, input: { connectionId } });
  await reading;
  expect(await rowOf(connectionId)).toMatchObject({ status: 'disabled', credentialsSealed: null });
});

test('X07 tokens that a refresh brings after the customer disconnected are revoked too: nobody else knows of them', async () => {
  const account = 'left-meanwhile';
  const { connectionId } = await world.connect({ account });
  const client = await world.openClient(connectionId);
  await world.control.expireTokens({ account });
  await world.control.fault({ match: { account, endpoint: 'token' }, fault: { kind: 'slow', delayMs: 700, at: 'after' } });
  const reading = expect(read(client)).rejects.toMatchObject({ meaning: 'unauthorized' });
  await expect.poll(() => world.control.tokens({ account })).toMatchObject({ refreshAttempts: 1 });
  const sent = vi.spyOn(world.ctx.egress, 'send');
  await disconnectConnection({ ctx: world.ctx, input: { connectionId } });
  await reading;
  const revoked = sent.mock.calls
    .filter(([url]) => String(url).endsWith('/oauth/revoke'))
    .map(([, { body }]) => new URLSearchParams(String(body)));
  sent.mockRestore();
  expect(await world.control.tokens({ account })).toMatchObject({ refreshed: 1 });
  expect(new Set(revoked.map((form) => form.get('token'))).size).toBe(2);
  expect(await rowOf(connectionId)).toMatchObject({ status: 'disabled', credentialsSealed: null });
});

test('a lease that a dead process left behind is taken over when it ends', async () => {
  const account = 'orphan';
  const { connectionId } = await world.connect({ account });
  await world.control.expireTokens({ account });
  await world.pool.query(
    "update connection set refresh_lease_owner = 'dead', refresh_lease_until = syncline_now() + interval '1 second', refresh_fence = 7 where id = $1",
    [connectionId],
  );
  const began = performance.now();
  expect((await read(await world.openClient(connectionId))).status).toBe(200);
  expect(performance.now() - began).toBeGreaterThan(900);
  expect(await rowOf(connectionId)).toMatchObject({ refreshFence: 8n, refreshLeaseOwner: null });
});

test('a process that slept past its lease writes nothing over what came after', async () => {
  const account = 'sleeper';
  const { connectionId } = await world.connect({ account });
  await world.control.configure({ account, rotatesRefreshTokens: false });
  const client = await world.openClient(connectionId);
  await world.control.expireTokens({ account });
  await world.control.fault({ match: { account, endpoint: 'token' }, fault: { kind: 'slow', delayMs: 800, at: 'before' } });
  const reading = read(client);
  await expect.poll(() => rowOf(connectionId).then((row) => row.refreshLeaseOwner)).not.toBeNull();
  // Another process believes the lease has ended and takes the fence.
  await world.pool.query(
    "update connection set refresh_fence = refresh_fence + 1, refresh_lease_until = syncline_now() + interval '1.5 seconds' where id = $1",
    [connectionId],
  );
  expect((await reading).status).toBe(200);
  // Its own answer was dropped: it asked again when the other's lease had ended, and that one was saved.
  expect(await world.control.tokens({ account })).toMatchObject({ refreshed: 2 });
  expect(await rowOf(connectionId)).toMatchObject({ credentialsVersion: 2 });
});
