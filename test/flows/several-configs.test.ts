import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Loose } from '../support/client.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createDestination } from '../support/own-destination.ts';
import { startSyncline, type TestClient, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
  syncline = await startSyncline();
});
afterAll(async () => {
  await syncline.close();
  await own.drop();
});

const idsIn = async (vendor: TestClient, destinationId: string, customer: string, object = 'contacts') =>
  (await vendor.list(`/v1/records/sandbox/${object}?destination_id=${destinationId}&customer_id=${customer}&page_size=1000`))
    .map((entry) => entry.record_id as string)
    .sort();
const truthOf = async (account: string) =>
  (await syncline.control.list({ account, object: 'contacts' })).records
    .filter((record) => record.deletedAt === null)
    .map((record) => record.id)
    .sort();

test('S04 a changed sync config reaches all its customers, but for what one of them has of its own', async () => {
  const vendor = await syncline.createApplication();
  const { syncConfig } = await vendor.setUpProvider({ objects: [{ object: 'contacts', interval_seconds: 900, full_refresh_every: 5 }] });
  const syncs: Loose[] = [];
  for (const customerId of ['s04-a', 's04-b', 's04-c']) {
    const { connectionId } = await vendor.connectCustomer({ customerId });
    syncs.push(await vendor.findSync({ connectionId, object: 'contacts' }));
    await vendor.waitForRun({ syncId: syncs.at(-1)!.id });
  }
  const [, , c] = syncs;
  const change = (objects: Loose) =>
    vendor.call('PATCH', `/v1/sync-configs/${syncConfig.id}`, { objects: [{ object: 'contacts', ...objects }] });
  const seen = async () => {
    const all = await Promise.all(syncs.map(({ id }) => vendor.call('GET', `/v1/syncs/${id}`)));
    return all.map((sync) => [sync.schedule, sync.full_refresh_every, sync.rate_limits]);
  };
  const every = (seconds: number) => ({ kind: 'interval', seconds });
  const nightly = { kind: 'cron', expression: '30 2 * * *', time_zone: 'Europe/Berlin' };
  const caps = [{ category: 'all', requests: 100, seconds: 10 }];
  expect(await seen()).toEqual(Array(3).fill([every(900), 5, []]));

  await change({ interval_seconds: 600, full_refresh_every: 5 });
  expect(await seen()).toEqual(Array(3).fill([every(600), 5, []]));

  const overridden = await vendor.call('PATCH', `/v1/syncs/${c!.id}`, { schedule: nightly, rate_limits: caps });
  expect(overridden.overrides).toEqual({ schedule: nightly, full_refresh_every: null, key_pass_interval_seconds: null, rate_limits: caps });
  expect(new Date(overridden.next_run_at).toISOString()).toMatch(/T0[01]:30:00/);
  await change({ interval_seconds: 300, full_refresh_every: 7, rate_limits: [{ ...caps[0], requests: 9 }] });
  const ours = [every(300), 7, [{ ...caps[0], requests: 9 }]];
  expect(await seen()).toEqual([ours, ours, [nightly, 7, caps]]);

  await vendor.call('PATCH', `/v1/syncs/${c!.id}`, { interval_seconds: 60, full_refresh_every: 2, rate_limits: null });
  await change({ schedule: nightly, full_refresh_every: 8 });
  expect(await seen()).toEqual([
    [nightly, 8, []],
    [nightly, 8, []],
    [every(60), 2, []],
  ]);
  await vendor.call('PATCH', `/v1/syncs/${c!.id}`, { interval_seconds: null, full_refresh_every: null });
  expect(await seen()).toEqual(Array(3).fill([nightly, 8, []]));
  const { overrides } = await vendor.call('GET', `/v1/syncs/${c!.id}`);
  expect(Object.values(overrides)).toEqual([null, null, null, null]);
  expect((await vendor.list('/v1/audit')).filter(({ action }) => action === 'sync.updated')).toHaveLength(3);

  await change({ strategy: 'full_only' });
  for (const body of [
    { full_refresh_every: 3 },
    { schedule: { kind: 'after', object: 'contacts', on: 'completed' } },
    { interval_seconds: 1 },
  ])
    expect((await vendor.request('PATCH', `/v1/syncs/${c!.id}`, body)).body.code).toBe('input_invalid');
  const both = await vendor.request('PATCH', `/v1/syncs/${c!.id}`, { schedule: nightly, interval_seconds: 60 });
  expect(both.body.errors).toMatchObject([{ path: 'interval_seconds' }]);
});

test('S04 several sync configs of a provider part by object or destination, never by neither', async () => {
  const vendor = await syncline.createApplication();
  const { id: ownId } = await createDestination(vendor, own.url, { schema: 'several' });
  const { syncConfig } = await vendor.setUpProvider({ objects: ['contacts'] });
  const order = { provider: 'sandbox', objects: [{ object: 'contacts' }] };
  const refused = await vendor.request('POST', '/v1/sync-configs', order);
  expect([refused.status, refused.body]).toMatchObject([409, { code: 'conflict', sync_config_id: syncConfig.id, object: 'contacts' }]);
  const second = await vendor.call('POST', '/v1/sync-configs', { ...order, destination_id: ownId });
  await vendor.call('POST', '/v1/sync-configs', { provider: 'sandbox', objects: [{ object: 'companies' }], destination_id: ownId });
  const overlap = await vendor.request('PATCH', `/v1/sync-configs/${second.id}`, {
    objects: [{ object: 'contacts' }, { object: 'companies' }],
  });
  expect(overlap.status).toBe(409);
  const back = await vendor.request('PATCH', `/v1/sync-configs/${second.id}`, { destination_id: syncConfig.destination_id, resync: true });
  expect([back.status, back.body.code]).toEqual([409, 'conflict']);
  // Two at once: one of them comes first.
  const raced = await Promise.all(
    [1, 2].map(() => vendor.request('POST', '/v1/sync-configs', { provider: 'sandbox', objects: [{ object: 'deals' }] })),
  );
  expect(raced.map(({ status }) => status).sort()).toEqual([201, 409]);

  const account = 'several-acme';
  await syncline.control.setSize({ account, object: 'contacts', size: 12 });
  const { connectionId } = await vendor.connectCustomer({ customerId: account });
  const syncs = await vendor.list(`/v1/syncs?connection_id=${connectionId}`);
  expect(syncs.map((sync) => [sync.object, sync.destination_id === ownId]).sort()).toEqual([
    ['companies', true],
    ['contacts', false],
    ['contacts', true],
    ['deals', false],
  ]);
  for (const { id } of syncs) expect(await vendor.waitForRun({ syncId: id })).toMatchObject({ status: 'succeeded' });
  for (const destination of [syncConfig.destination_id, ownId])
    expect(await idsIn(vendor, destination, account)).toEqual(await truthOf(account));
  const stranger = await syncline.createApplication();
  await stranger.setUpProvider({});
  expect((await stranger.request('POST', '/v1/sync-configs', { ...order, destination_id: ownId })).status).toBe(404);
});

test('S04 what is read under another object neither moves away from it nor is left behind by it', async () => {
  const vendor = await syncline.createApplication();
  const { id: ownId } = await createDestination(vendor, own.url, { schema: 'parents' });
  const { syncConfig: parents } = await vendor.setUpProvider({ objects: ['deals'] });
  const children = await vendor.call('POST', '/v1/sync-configs', { provider: 'sandbox', objects: [{ object: 'line_items' }] });
  expect(children.objects.map(({ object }: Loose) => object)).toEqual(['line_items']);
  const move = (id: string, rest: Loose = {}) =>
    vendor.request('PATCH', `/v1/sync-configs/${id}`, { destination_id: ownId, resync: true, ...rest });
  for (const { id } of [parents, children]) {
    const refused = await move(id);
    expect([refused.status, refused.body]).toMatchObject([409, { code: 'conflict', object: 'line_items', parent: 'deals' }]);
  }
  // With its parents taken in, it can go.
  const moved = await move(children.id, { objects: [{ object: 'line_items' }] });
  expect([moved.status, moved.body.objects.map(({ object }: Loose) => object).sort()]).toEqual([200, ['deals', 'line_items']]);
});

test('S04 a sync config that moves lands again in the other destination, with what was changed and deleted on the way; the old one keeps its records', async () => {
  const account = 'moving';
  const scene = await openScene(syncline, { account, size: 40, order: { strategy: 'full_then_incremental' } });
  const { vendor, control, at } = scene;
  const { sync_config_id: configId, destination_id: hostedId } = await scene.sync();
  const { id: ownId } = await createDestination(vendor, own.url, { schema: 'moving' });
  const move = (destination_id: string, rest: Loose = {}) =>
    vendor.request('PATCH', `/v1/sync-configs/${configId}`, { destination_id, ...rest });
  const refused = await move(ownId);
  expect([refused.status, refused.body]).toMatchObject([409, { code: 'resync_required', syncs: 2 }]);
  expect((await scene.sync()).destination_id).toBe(hostedId);
  const before = await idsIn(vendor, hostedId, account);

  // A read into the old one is under way: the provider does not come to its end.
  await control.fault({ match: { account, object: 'contacts' }, fault: { kind: 'slow', delayMs: 3000 } });
  await vendor.call('POST', `/v1/syncs/${scene.syncId}:trigger`, { full: true });
  const gone = before.slice(0, 3);
  await control.delete({ ...at, ids: gone });
  const [changed] = await control.update({ ...at, ids: [before[5]!], fields: { name: 'On the way' } }).then(({ ids }) => ids);
  const moved = await move(ownId, { resync: true });
  expect([moved.status, moved.body.destination_id]).toEqual([200, ownId]);
  expect(await scene.sync()).toMatchObject({
    destination_id: ownId,
    complete_as_of: null,
    last_success_at: null,
    overrides: expect.any(Object),
  });
  await control.clearFaults({ account });
  await expect.poll(async () => (await scene.sync()).last_success_at, { timeout: 40_000 }).not.toBeNull();
  expect(await idsIn(vendor, ownId, account)).toEqual(await truthOf(account));
  const name = async () =>
    (await vendor.list(`/v1/records/sandbox/contacts?customer_id=${account}&page_size=1000`)).find(({ record_id: id }) => id === changed)
      ?.record.name;
  expect(await name()).toBe('On the way');
  expect((await idsIn(vendor, hostedId, account)).filter((id) => gone.includes(id))).toEqual(gone);

  // And back: the old position there is not believed, so that what is gone is found.
  await control.delete({ ...at, ids: [before[10]!] });
  expect((await move(hostedId, { resync: true })).status).toBe(200);
  await expect.poll(async () => (await scene.sync()).last_success_at, { timeout: 40_000 }).not.toBeNull();
  expect(await idsIn(vendor, hostedId, account)).toEqual(await truthOf(account));
  await scene.expectAgrees();
});

test('where records land in several destinations, each read says which to name and goes on there; where they land in one, that one is read', async () => {
  const [account, gone] = ['ambiguous', 'ambiguous-gone'];
  const vendor = await syncline.createApplication();
  const { id: ownId } = await createDestination(vendor, own.url, { schema: 'ambiguous' });
  const { syncConfig } = await vendor.setUpProvider({ objects: ['contacts'] });
  const hostedId = syncConfig.destination_id;
  await syncline.control.setSize({ account, object: 'contacts', size: 12 });
  const left = await vendor.connectCustomer({ customerId: gone });
  await vendor.call('POST', `/v1/connections/${left.connectionId}:disconnect`, { force: true });
  const { connectionId } = await vendor.connectCustomer({ customerId: account });
  await vendor.waitForRun({ syncId: (await vendor.findSync({ connectionId, object: 'contacts' })).id });
  const contacts = '/v1/records/sandbox/contacts';
  const before = await vendor.call('GET', `${contacts}?customer_id=${account}`);
  const beforeOfAll = await vendor.call('GET', contacts);
  const ids = await truthOf(account);
  const idsOf = (page: Loose) => page.data.map((entry: Loose) => entry.record_id).toSorted();
  expect(idsOf(before)).toEqual(ids);

  const order = { provider: 'sandbox', objects: [{ object: 'contacts' }], destination_id: ownId };
  await vendor.call('POST', '/v1/sync-configs', order);
  const syncs = await vendor.list(`/v1/syncs?connection_id=${connectionId}`);
  await vendor.waitForRun({ syncId: syncs.find((sync) => sync.destination_id === ownId)!.id });
  for (const [method, path, body] of [
    ['GET', contacts],
    ['GET', `${contacts}?connection_id=${connectionId}&count=true`],
    ['GET', `${contacts}?customer_id=${account}&cursor=${before.next_cursor}`],
    ['GET', `${contacts}:follow?customer_id=${account}&wait_seconds=0`],
    ['GET', `${contacts}/${ids[0]}`],
    ['POST', `${contacts}:batch`, { ids, customer_id: account }],
  ] as const) {
    const refused = await vendor.request(method, path, body);
    expect([refused.status, refused.body.code], path).toEqual([409, 'destination_ambiguous']);
    expect(refused.body.destination_ids.toSorted(), path).toEqual([hostedId, ownId].toSorted());
  }
  const field = { provider: 'sandbox', object: 'contacts', name: 'email', path: 'email', type: 'text' };
  const suggestions = '/v1/field-suggestions?provider=sandbox&object=contacts';
  for (const [method, path, body] of [
    ['POST', '/v1/fields', field],
    ['GET', suggestions],
  ] as const) {
    const refused = await vendor.request(method, path, body);
    expect([refused.status, refused.body.code, refused.body.destination_ids], path).toEqual([
      409,
      'destination_ambiguous',
      [hostedId, ownId],
    ]);
    expect(refused.body.detail).toContain('Each has fields of its own.');
  }
  for (const destination of [hostedId, ownId]) {
    expect(await vendor.call('POST', '/v1/fields', { ...field, destination_id: destination })).toMatchObject({
      destination_id: destination,
    });
    expect((await vendor.request('GET', `${suggestions}&destination_id=${destination}`)).status).toBe(200);
  }
  // Whoever names one goes on where the cursor came from, and only there.
  const goOn = (destinationId: string) =>
    vendor.request('GET', `${contacts}?customer_id=${account}&cursor=${before.next_cursor}&destination_id=${destinationId}`);
  expect((await goOn(hostedId)).body.data).toEqual([]);
  expect((await goOn(ownId)).body.code).toBe('cursor_expired');
  for (const destination of [hostedId, ownId]) expect(await idsIn(vendor, destination, account)).toEqual(ids);
  const batch = await vendor.call('POST', `${contacts}:batch`, { ids, customer_id: account, destination_id: ownId });
  expect(idsOf(batch)).toEqual(ids);
  // Nothing comes from a connection that is gone.
  expect((await vendor.request('GET', `${contacts}?customer_id=${gone}`)).status).toBe(200);

  await syncline.pool.query('delete from sync where connection_id = $1 and destination_id = $2', [connectionId, hostedId]);
  for (const [query, { next_cursor: elsewhere }] of [
    [`customer_id=${account}`, before],
    ['', beforeOfAll],
  ] as const) {
    expect(idsOf(await vendor.call('GET', `${contacts}?${query}`))).toEqual(ids);
    expect((await vendor.request('GET', `${contacts}?${query}&cursor=${elsewhere}`)).body.code).toBe('cursor_expired');
  }
});
