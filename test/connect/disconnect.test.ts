import { afterAll, beforeAll, expect, test } from 'vitest';
import { disconnectConnection } from '../../src/connect/disconnect-connection.ts';
import { disconnectCustomer } from '../../src/connect/disconnect-customer.ts';
import { createWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.createProviderConfig();
});
afterAll(() => world.close());

const rowOf = (id: string) => world.db.prisma.connection.findUniqueOrThrow({ where: { id } });
const jobs = async () =>
  (await world.pool.query<{ n: number }>("select count(*)::int as n from graphile_worker.jobs where task_identifier = 'purge-connection'"))
    .rows[0]!.n;

test('X07 a disconnect revokes at the provider, forgets the credentials, is announced, and no call goes out any more', async () => {
  const account = 'leaving';
  const { connectionId } = await world.connect({ account });
  const client = await world.openClient(connectionId);
  const seen = world.changes.length;
  const result = await disconnectConnection({ ctx: world.ctx, input: { connectionId } });
  expect(result).toMatchObject({ id: connectionId, status: 'disabled', revocation: 'revoked' });
  expect((await world.control.tokens({ account })).revoked).toBe(1);
  expect(await rowOf(connectionId)).toMatchObject({ credentialsSealed: null, credentialsKeyId: null });
  expect(world.changes.slice(seen)).toMatchObject([{ kind: 'disabled', connectionId }]);

  await world.control.clearRequests({ account });
  const late = client.request({ method: 'GET', path: '/crm/v1/contacts' }, { signal: AbortSignal.timeout(5000) });
  await expect(late).rejects.toMatchObject({ meaning: 'unauthorized' });
  await expect(world.openClient(connectionId)).rejects.toMatchObject({ meaning: 'unauthorized' });
  expect(await world.control.requests({ account })).toEqual([]);
});

test('X07 a provider that does not answer cannot keep a customer connected', async () => {
  const account = 'stuck';
  const { connectionId } = await world.connect({ account });
  await world.control.fault({ match: { account, endpoint: 'revoke' }, fault: { kind: 'server_error' }, times: null });
  const result = await disconnectConnection({ ctx: world.ctx, input: { connectionId } });
  expect(result).toMatchObject({ status: 'disabled', revocation: 'failed' });
});

test('X07 a purge needs force, says how much it would touch, and is enqueued with the disconnect', async () => {
  const { connectionId } = await world.connect({ account: 'purged' });
  await expect(disconnectConnection({ ctx: world.ctx, input: { connectionId, purge: true } })).rejects.toMatchObject({
    code: 'force_required',
    details: { syncs: 0 },
  });
  expect(await rowOf(connectionId)).toMatchObject({ status: 'active' });
  const before = await jobs();
  await disconnectConnection({ ctx: world.ctx, input: { connectionId, purge: true, force: true } });
  expect(await rowOf(connectionId)).toMatchObject({ status: 'disabled', purgeRequestedAt: expect.any(Date) });
  expect(await jobs()).toBe(before + 1);
});

test('disconnecting twice is harmless, and a purge may follow later', async () => {
  const { connectionId } = await world.connect({ account: 'twice' });
  await disconnectConnection({ ctx: world.ctx, input: { connectionId } });
  const seen = world.changes.length;
  expect(await disconnectConnection({ ctx: world.ctx, input: { connectionId } })).toMatchObject({
    status: 'disabled',
    revocation: 'not_offered',
  });
  expect(world.changes).toHaveLength(seen);
  const purged = await disconnectConnection({ ctx: world.ctx, input: { connectionId, purge: true, force: true } });
  expect(purged.purgeRequestedAt).not.toBeNull();
});

test('all connections of a customer are disconnected and purged together', async () => {
  await world.pool.query("insert into customer (application_id, id, created_at, updated_at) values ('app_one', 'whole', now(), now())");
  for (const account of ['whole-1', 'whole-2']) await world.connect({ customerId: 'whole', account });
  await disconnectCustomer({ ctx: world.ctx, input: { customerId: 'whole' } });
  const rows = await world.db.prisma.connection.findMany({ where: { customerId: 'whole' } });
  expect(rows.map(({ status, purgeRequestedAt }) => [status, purgeRequestedAt !== null])).toEqual([
    ['disabled', true],
    ['disabled', true],
  ]);
});

test('another application’s connection is not found', async () => {
  const { connectionId } = await world.connect({ account: 'guarded' });
  const stranger = world.ctxFor({ kind: 'api_key', id: 'key_x', applicationId: 'app_two', scopes: ['all'] });
  await expect(disconnectConnection({ ctx: stranger, input: { connectionId, purge: true, force: true } })).rejects.toMatchObject({
    code: 'not_found',
  });
  expect(await rowOf(connectionId)).toMatchObject({ status: 'active' });
});
