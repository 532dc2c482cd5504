import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProviderConfig } from '../../src/connect/create-provider-config.ts';
import { deleteProviderConfig } from '../../src/connect/delete-provider-config.ts';
import { getProviderConfig } from '../../src/connect/get-provider-config.ts';
import { listProviderConfigs } from '../../src/connect/list-provider-configs.ts';
import { updateProviderConfig } from '../../src/connect/update-provider-config.ts';
import { sandboxProvider } from './support/provider.ts';
import { createApplication, createWorld, type World } from './support/world.ts';

let world: World;
const names = ['sandbox', 'second', 'third', 'raced'];
beforeAll(async () => {
  world = await createWorld({ providers: names.map((name) => sandboxProvider({ name })) });
  await createApplication(world.pool, 'app_two', 'Another vendor');
});
afterAll(() => world.close());

const stranger = () => world.ctxFor({ kind: 'api_key', id: 'key_x', applicationId: 'app_two', scopes: ['all'] });

test('the client secret goes in and never comes out', async () => {
  const created = await world.createProviderConfig();
  expect(created).toMatchObject({
    provider: 'sandbox',
    authKind: 'oauth2',
    clientId: 'sandbox-client',
    hasClientSecret: true,
    scopes: ['crm.read', 'offline_access'],
    redirectUri: `${world.publicUrl}/oauth/callback`,
    status: 'active',
  });
  const shown = await getProviderConfig({ ctx: world.ctx, input: { providerConfigId: created.id } });
  expect(JSON.stringify([created, shown])).not.toContain('sandbox-secret');
  await expect(world.createProviderConfig()).rejects.toMatchObject({ code: 'already_exists' });
});

test('two creations at once leave one config and a sentence', async () => {
  const results = await Promise.allSettled(Array.from({ length: 4 }, () => world.createProviderConfig({ provider: 'raced' })));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'already_exists' });
});

test.each<[string, object, string]>([
  ['an unknown provider', { provider: 'nowhere' }, 'provider_unknown'],
  ['OAuth without a client', { provider: 'second', clientId: undefined, clientSecret: undefined }, 'input_invalid'],
  ['an API key config with an OAuth client', { provider: 'second', authKind: 'api_key' }, 'input_invalid'],
])('%s is refused', async (_what, input, code) => {
  await expect(world.createProviderConfig(input)).rejects.toMatchObject({ code });
});

test('an unknown field, a scope with a space and an unknown auth kind are refused by the parser', async () => {
  for (const input of [{ extra: 1 }, { scopes: ['a b'] }, { authKind: 'magic' }])
    await expect(world.createProviderConfig({ provider: 'second', ...input } as never)).rejects.toMatchObject({ name: 'ZodError' });
});

test('the list is paged and belongs to one application', async () => {
  await world.createProviderConfig({ provider: 'second' });
  await createProviderConfig({ ctx: stranger(), input: { provider: 'second', authKind: 'api_key' } });
  const first = await listProviderConfigs({ ctx: world.ctx, input: { pageSize: 1 } });
  expect(first).toMatchObject({ hasMore: true });
  const rest = await listProviderConfigs({ ctx: world.ctx, input: { cursor: first.nextCursor! } });
  expect([...first.data, ...rest.data].map(({ provider }) => provider).sort()).toEqual(['raced', 'sandbox', 'second']);
  const theirs = await listProviderConfigs({ ctx: stranger(), input: {} });
  expect(theirs.data.map(({ authKind }) => authKind)).toEqual(['api_key']);
});

test('another application’s config is not found, and nothing of it changes', async () => {
  const { data } = await listProviderConfigs({ ctx: world.ctx, input: { provider: 'second' } });
  const providerConfigId = data[0]!.id;
  const ctx = stranger();
  for (const attempt of [
    () => getProviderConfig({ ctx, input: { providerConfigId } }),
    () => updateProviderConfig({ ctx, input: { providerConfigId, clientId: 'theirs' } }),
    () => deleteProviderConfig({ ctx, input: { providerConfigId, force: true } }),
  ])
    await expect(attempt()).rejects.toMatchObject({ code: 'not_found' });
  expect(await getProviderConfig({ ctx: world.ctx, input: { providerConfigId } })).toEqual(data[0]);
});

test('a config without connections is deleted; with connections it needs force, which disconnects them and keeps their records reachable', async () => {
  const unused = await world.createProviderConfig({ provider: 'third' });
  await deleteProviderConfig({ ctx: world.ctx, input: { providerConfigId: unused.id } });
  expect(await world.db.prisma.providerConfig.count({ where: { id: unused.id } })).toBe(0);

  const { id } = await world.createProviderConfig({ provider: 'third' });
  const { connectionId } = await world.connect({ provider: 'third', account: 'third-account' });
  const input = { providerConfigId: id };
  await expect(deleteProviderConfig({ ctx: world.ctx, input })).rejects.toMatchObject({
    code: 'force_required',
    details: { connections: 1 },
  });
  await deleteProviderConfig({ ctx: world.ctx, input: { ...input, force: true } });
  expect(await world.db.prisma.connection.findUniqueOrThrow({ where: { id: connectionId } })).toMatchObject({ status: 'disabled' });
  expect((await world.control.tokens({ account: 'third-account' })).revoked).toBe(1);
  await expect(getProviderConfig({ ctx: world.ctx, input })).rejects.toMatchObject({ code: 'not_found' });
  expect(await world.db.prisma.providerConfig.findUniqueOrThrow({ where: { id } })).toMatchObject({ clientSecretSealed: null });

  const again = await world.createProviderConfig({ provider: 'third' });
  expect(again).toMatchObject({ id, status: 'active' });
  expect((await world.connect({ provider: 'third', account: 'third-account' })).connectionId).toBe(connectionId);
});

test('a config that sync configs use is not deleted, force or not', async () => {
  const { data } = await listProviderConfigs({ ctx: world.ctx, input: { provider: 'second' } });
  const providerConfigId = data[0]!.id;
  await world.pool.query(
    "insert into destination (id, application_id, name, kind, schema, created_at) values ('dst_1', 'app_one', 'hosted', 'hosted', 'hub_x', now())",
  );
  await world.pool.query(
    `insert into sync_config (id, application_id, provider_config_id, provider, destination_id, objects, created_at, updated_at)
     values ('scfg_1', 'app_one', $1, 'second', 'dst_1', '[{"object":"deals"}]', now(), now())`,
    [providerConfigId],
  );
  await expect(deleteProviderConfig({ ctx: world.ctx, input: { providerConfigId, force: true } })).rejects.toMatchObject({
    code: 'conflict',
    details: { sync_configs: 1 },
  });
});
