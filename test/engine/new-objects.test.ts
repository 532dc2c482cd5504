import { afterAll, beforeAll, expect, test } from 'vitest';
import { getSyncConfig, listSyncs } from '../../src/syncs/index.ts';
import { refreshSyncConfigs } from '../../src/syncs/refresh-sync-configs.ts';
import { type Engine, startEngine } from './support/start-engine.ts';

// Two releases on one database: the first does not know deals yet.
let first: Engine;
let second: Engine;
beforeAll(async () => {
  first = await startEngine({
    adapt: ({ objects: { deals: _later, ...objects }, ...provider }) => ({ ...provider, objects }),
  });
  second = await startEngine({ databaseUrl: first.databaseUrl });
});
afterAll(async () => {
  await second.close();
  await first.close();
});

test('O83 when a release that knows more begins to work, new objects are taken up where the sync config says so, once', async () => {
  const [include, list] = [await first.createVendor(), await first.createVendor()];
  const ids = new Map<typeof include, string>();
  for (const vendor of [include, list]) {
    await vendor.connect('new-objects');
    ids.set(vendor, (await vendor.order(['contacts'], { newObjects: vendor === list ? 'list' : 'include' })).id);
  }
  const ctxOf = (vendor: typeof include) => second.contextFor(vendor.applicationId);
  const configOf = (vendor: typeof include) => getSyncConfig({ ctx: ctxOf(vendor), input: { syncConfigId: ids.get(vendor)! } });
  const objectsOf = async (vendor: typeof include) => (await configOf(vendor)).objects.map(({ object }) => object);

  await refreshSyncConfigs(ctxOf(include));
  await refreshSyncConfigs(ctxOf(include));
  expect(await objectsOf(include)).toEqual(['contacts', 'deals']);
  expect((await configOf(include)).newlyOffered).toEqual([]);
  const { data } = await listSyncs({ ctx: ctxOf(include), input: {} });
  expect(data.map(({ object, status }) => [object, status]).sort()).toEqual([
    ['contacts', 'active'],
    ['deals', 'active'],
  ]);
  expect(await include.events('sync_config.objects_included')).toHaveLength(1);

  expect(await objectsOf(list)).toEqual(['contacts']);
  expect((await configOf(list)).newlyOffered).toEqual(['deals']);
  expect((await listSyncs({ ctx: ctxOf(list), input: {} })).data).toHaveLength(1);
  // What was there and was left out is no new object.
  expect((await configOf(include)).objects).toHaveLength(2);
});
