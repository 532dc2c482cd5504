import { afterAll, beforeAll, expect, test } from 'vitest';
import { withTransaction } from '../../src/db/index.ts';
import {
  deleteSyncConfig,
  getSyncConfig,
  listSyncConfigs,
  listSyncs,
  pauseSync,
  reconcile,
  resumeSync,
  updateSyncConfig,
} from '../../src/syncs/index.ts';
import { takeLease } from '../../src/syncs/lease.ts';
import { type Engine, startEngine } from './support/start-engine.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.close());

const counts = async (applicationId: string) => ({
  configs: await engine.db.prisma.syncConfig.count({ where: { applicationId } }),
  syncs: await engine.db.prisma.sync.count({ where: { applicationId } }),
});

test('S13 D27 P09 an incremental strategy for an object without a filter is refused with the alternatives, and nothing is half created', async () => {
  const vendor = await engine.createVendor();
  await vendor.connect('refused');
  const refused = vendor.order(['contacts', { object: 'plain_items', strategy: 'full_then_incremental' }]);
  await expect(refused).rejects.toMatchObject({
    code: 'strategy_unsupported',
    details: { object: 'plain_items', alternatives: ['full_only'] },
  });
  expect(await counts(vendor.applicationId)).toEqual({ configs: 0, syncs: 0 });
});

test('what can be read incrementally is, what cannot is read in full, when nobody says otherwise', async () => {
  const vendor = await engine.createVendor();
  const config = await vendor.order(['contacts', 'plain_items']);
  expect(config.objects).toMatchObject([
    { object: 'contacts', strategy: 'full_then_incremental', fullRefreshEvery: null, intervalSeconds: 3600 },
    { object: 'plain_items', strategy: 'full_only' },
  ]);
});

test.each<[string, (string | Record<string, unknown>)[], Record<string, unknown>, string]>([
  ['B1 an object listed twice', ['contacts', 'contacts'], {}, 'objects.1.object'],
  ['B2 a full refresh every 0 runs, for one object', [{ object: 'contacts', fullRefreshEvery: 0 }], {}, 'objects.0.full_refresh_every'],
  ['B2 a full refresh every 0 runs, by default', ['contacts'], { fullRefreshEvery: 0 }, 'full_refresh_every'],
  [
    'B2 a full refresh beside full_only, for one object',
    [{ object: 'contacts', strategy: 'full_only', fullRefreshEvery: 2 }],
    {},
    'objects.0.full_refresh_every',
  ],
  ['B2 a full refresh beside full_only, by default', ['contacts'], { strategy: 'full_only', fullRefreshEvery: 2 }, 'full_refresh_every'],
  ['an interval below the minimum', [{ object: 'contacts', intervalSeconds: 1 }], {}, 'objects.0.interval_seconds'],
  ['no objects', [], {}, 'objects'],
  ['an unknown field', ['contacts'], { colour: 'blue' }, ''],
])('%s is refused, and its place is named', async (_title, objects, rest, path) => {
  const vendor = await engine.createVendor();
  await expect(vendor.order(objects, rest)).rejects.toMatchObject({ code: 'input_invalid', issues: [{ in: 'body', path }] });
  expect(await counts(vendor.applicationId)).toEqual({ configs: 0, syncs: 0 });
});

test('an unknown object, provider, destination or missing provider config is refused with its code', async () => {
  const vendor = await engine.createVendor();
  await expect(vendor.order(['unicorns'])).rejects.toMatchObject({ code: 'object_unknown' });
  await expect(vendor.order(['contacts'], { provider: 'nobody' })).rejects.toMatchObject({ code: 'provider_unknown' });
  await expect(vendor.order(['contacts'], { destinationId: 'dst_other' })).rejects.toMatchObject({ code: 'not_found' });
  await engine.db.prisma.providerConfig.delete({ where: { id: vendor.providerConfigId } });
  await expect(vendor.order(['contacts'])).rejects.toMatchObject({ code: 'not_found' });
});

test('two sync configs for one object are refused, also when they are made at the same moment', async () => {
  const vendor = await engine.createVendor();
  const both = await Promise.allSettled([vendor.order(['contacts']), vendor.order(['contacts', 'deals'])]);
  expect(both.map((b) => b.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(both.find((b) => b.status === 'rejected')).toMatchObject({ reason: { code: 'conflict' } });
});

test('syncs are config × connection × object, however often and from which side they are derived', async () => {
  const vendor = await engine.createVendor();
  await vendor.order(['contacts', 'deals']);
  const [first] = await Promise.all([vendor.connect('one'), vendor.connect('two'), vendor.connect('three'), vendor.order(['companies'])]);
  expect(await counts(vendor.applicationId)).toEqual({ configs: 2, syncs: 9 });
  const { applicationId, providerConfigId } = vendor;
  const again = await withTransaction(vendor.ctx, (tx) =>
    reconcile({ tx, clock: vendor.ctx.clock, input: { applicationId, providerConfigId } }),
  );
  expect(again.added).toBe(0);
  const { data } = await listSyncs({ ctx: vendor.ctx, input: { connectionId: first } });
  expect(data.map((sync) => sync.object).sort()).toEqual(['companies', 'contacts', 'deals']);
  for (const sync of data) expect(sync.nextRunAt!.getTime()).toBeLessThanOrEqual(Date.now() + 100);
});

test('start_on_connection: false waits for a trigger; the schedule goes on from there', async () => {
  const vendor = await engine.createVendor();
  await vendor.order([{ object: 'contacts', intervalSeconds: 600 }], { startOnConnection: false });
  const { id } = await vendor.findSync(await vendor.connect('waits'), 'contacts');
  expect((await vendor.sync(id)).nextRunAt).toBeNull();
  expect(await engine.slice(id)).toBe('idle');
  expect(await vendor.run(id)).toMatchObject({ status: 'succeeded' });
  const due = (await vendor.sync(id)).nextRunAt!.getTime() - Date.now();
  expect(due).toBeGreaterThan(500_000);
  expect(due).toBeLessThan(600_000);
});

test('removing objects or the whole config says how many syncs go, and needs force; records stay', async () => {
  const vendor = await engine.createVendor();
  const config = await vendor.order(['contacts', 'companies']);
  const connectionId = await vendor.connect('kept');
  await vendor.connect('kept-too');
  await vendor.finish((await vendor.findSync(connectionId, 'contacts')).id);
  const { ctx } = vendor;
  const update = { syncConfigId: config.id, objects: [{ object: 'companies' }] };
  await expect(updateSyncConfig({ ctx, input: update })).rejects.toMatchObject({ code: 'force_required', details: { syncs: 2 } });
  expect((await counts(vendor.applicationId)).syncs).toBe(4);
  expect(await updateSyncConfig({ ctx, input: { ...update, force: true } })).toMatchObject({ objects: [{ object: 'companies' }] });
  expect((await counts(vendor.applicationId)).syncs).toBe(2);
  expect((await vendor.hubRows('contacts')).live.size).toBe((await engine.truth('kept', 'contacts')).size);
  await expect(deleteSyncConfig({ ctx, input: { syncConfigId: config.id } })).rejects.toMatchObject({
    code: 'force_required',
    details: { syncs: 2 },
  });
  await deleteSyncConfig({ ctx, input: { syncConfigId: config.id, force: true } });
  await expect(getSyncConfig({ ctx, input: { syncConfigId: config.id } })).rejects.toMatchObject({ code: 'not_found' });
  expect(await counts(vendor.applicationId)).toEqual({ configs: 0, syncs: 0 });
});

test('a changed order reaches the syncs that exist, and new objects get theirs', async () => {
  const vendor = await engine.createVendor();
  const config = await vendor.order([{ object: 'contacts', intervalSeconds: 7200 }]);
  const connectionId = await vendor.connect('changed');
  const { id } = await vendor.findSync(connectionId, 'contacts');
  await vendor.finish(id);
  const objects = [
    { object: 'contacts', strategy: 'full_then_incremental', fullRefreshEvery: 5, intervalSeconds: 60 },
    { object: 'deals' },
  ];
  await updateSyncConfig({ ctx: vendor.ctx, input: { syncConfigId: config.id, objects } });
  const sync = await vendor.sync(id);
  expect(sync).toMatchObject({ fullRefreshEvery: 5, intervalSeconds: 60 });
  expect(sync.nextRunAt!.getTime()).toBeLessThan(Date.now() + 61_000);
  expect(await vendor.findSync(connectionId, 'deals')).toMatchObject({ status: 'active' });
});

test('a disabled config pauses its syncs and keeps them; enabling resumes those, and not what a person paused', async () => {
  const vendor = await engine.createVendor();
  const config = await vendor.order(['contacts', 'deals']);
  const connectionId = await vendor.connect('off');
  const { ctx } = vendor;
  const contacts = (await vendor.findSync(connectionId, 'contacts')).id;
  const deals = (await vendor.findSync(connectionId, 'deals')).id;
  await pauseSync({ ctx, input: { syncId: deals } });
  await updateSyncConfig({ ctx, input: { syncConfigId: config.id, status: 'disabled' } });
  expect(await vendor.sync(contacts)).toMatchObject({ status: 'paused', pauseReason: 'config' });
  await expect(resumeSync({ ctx, input: { syncId: contacts } })).rejects.toMatchObject({ code: 'conflict' });
  expect(await vendor.findSync(await vendor.connect('off-too'), 'contacts')).toMatchObject({ status: 'paused', pauseReason: 'config' });
  await updateSyncConfig({ ctx, input: { syncConfigId: config.id, status: 'enabled' } });
  expect(await vendor.sync(contacts)).toMatchObject({ status: 'active', pauseReason: null });
  expect(await vendor.sync(deals)).toMatchObject({ status: 'paused', pauseReason: 'manual' });
});

test('a sync runs when its config is enabled and its connection is active, in whichever order the two come back', async () => {
  const vendor = await engine.createVendor();
  const { ctx, applicationId, providerConfigId } = vendor;
  const config = await vendor.order(['contacts']);
  const connectionId = await vendor.connect('twice-stopped');
  const { id } = await vendor.findSync(connectionId, 'contacts');
  const switchTo = (status: 'enabled' | 'disabled') => updateSyncConfig({ ctx, input: { syncConfigId: config.id, status } });
  const change = (kind: 'needs_reauth' | 'reconnected') =>
    withTransaction(ctx, async (tx) => {
      await tx.connection.update({ where: { id: connectionId }, data: { status: kind === 'reconnected' ? 'active' : kind } });
      await ctx.onConnectionChanged(tx, { kind, applicationId, connectionId, customerId: 'twice-stopped', providerConfigId });
    });

  await switchTo('disabled');
  await change('needs_reauth');
  await switchTo('enabled');
  expect(await vendor.sync(id)).toMatchObject({ status: 'paused', pauseReason: 'auth' });
  await change('reconnected');
  expect(await vendor.sync(id)).toMatchObject({ status: 'active', pauseReason: null });

  await change('needs_reauth');
  await switchTo('disabled');
  await change('reconnected');
  expect(await vendor.sync(id)).toMatchObject({ status: 'paused', pauseReason: 'config' });
  await switchTo('enabled');
  expect(await vendor.sync(id)).toMatchObject({ status: 'active', pauseReason: null });
});

test('H36 reconnecting does not start what still waits for its first trigger', async () => {
  const vendor = await engine.createVendor();
  const { ctx, applicationId, providerConfigId } = vendor;
  await vendor.order(['contacts'], { startOnConnection: false });
  const connectionId = await vendor.connect('still-waits');
  const { id } = await vendor.findSync(connectionId, 'contacts');
  for (const kind of ['needs_reauth', 'reconnected'] as const)
    await withTransaction(ctx, (tx) =>
      ctx.onConnectionChanged(tx, { kind, applicationId, connectionId, customerId: 'still-waits', providerConfigId }),
    );
  expect(await vendor.sync(id)).toMatchObject({ status: 'active', nextRunAt: null });
  expect(await engine.slice(id)).toBe('idle');
});

test('a run that begins while its sync is being paused ends with the pause instead of running for ever', async () => {
  const vendor = await engine.createVendor();
  const { ctx, applicationId, providerConfigId } = vendor;
  await vendor.order(['contacts']);
  const connectionId = await vendor.connect('raced');
  const { id: syncId } = await vendor.findSync(connectionId, 'contacts');
  await withTransaction(ctx, async (tx) => {
    let hasBegun = false;
    // A worker takes the sync right behind the first look of the pause.
    const sync = new Proxy(tx.sync, {
      get: (target, name, receiver) =>
        name !== 'findMany'
          ? Reflect.get(target, name, receiver)
          : async (query: Parameters<typeof tx.sync.findMany>[0]) => {
              const found = await tx.sync.findMany(query);
              if (!hasBegun) await takeLease(ctx, { syncId, owner: 'quick', leaseSeconds: 30 });
              hasBegun = true;
              return found;
            },
    });
    const raced = new Proxy(tx, { get: (target, name, receiver) => (name === 'sync' ? sync : Reflect.get(target, name, receiver)) });
    await ctx.onConnectionChanged(raced, { kind: 'needs_reauth', applicationId, connectionId, customerId: 'raced', providerConfigId });
  });
  expect((await vendor.runs(syncId)).map((run) => run.status)).toEqual(['failed']);
});

test('S23 another application’s syncs, configs and runs do not exist, and a customer sees its own only', async () => {
  const vendor = await engine.createVendor();
  const stranger = await engine.createVendor();
  const config = await vendor.order(['contacts']);
  const mine = await vendor.findSync(await vendor.connect('mine'), 'contacts');
  await vendor.connect('theirs');
  const { ctx } = stranger;
  await expect(getSyncConfig({ ctx, input: { syncConfigId: config.id } })).rejects.toMatchObject({ code: 'not_found' });
  await expect(stranger.sync(mine.id)).rejects.toMatchObject({ code: 'not_found' });
  await expect(pauseSync({ ctx, input: { syncId: mine.id } })).rejects.toMatchObject({ code: 'not_found' });
  await expect(stranger.reset(mine.id)).rejects.toMatchObject({ code: 'not_found' });
  await expect(stranger.checkpoint(mine.id)).rejects.toMatchObject({ code: 'not_found' });
  expect((await listSyncConfigs({ ctx, input: {} })).data).toEqual([]);
  const customer = {
    ...vendor.ctx,
    actor: {
      kind: 'customer' as const,
      id: 'tok',
      applicationId: vendor.applicationId,
      customerId: 'mine',
      scopes: ['syncs:read' as const],
    },
  };
  expect((await listSyncs({ ctx: customer, input: {} })).data.map((sync) => sync.customerId)).toEqual(['mine']);
  expect((await listSyncs({ ctx: customer, input: { customerId: 'theirs' } })).data).toEqual([]);
  await expect(pauseSync({ ctx: customer, input: { syncId: mine.id } })).rejects.toMatchObject({ code: 'scope_missing' });
});
