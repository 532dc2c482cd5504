import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Loose } from '../support/client.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

type Vendor = Awaited<ReturnType<TestSyncline['createApplication']>>;

async function openVendor(): Promise<Vendor> {
  const vendor = await syncline.createApplication();
  await vendor.setUpProvider({});
  return vendor;
}

const order = (vendor: Vendor, objects: Loose[], rest: Loose = {}) =>
  vendor.request('POST', '/v1/sync-configs', { provider: 'sandbox', objects, ...rest });

async function objectOf(name: string): Promise<Loose> {
  const { objects } = await syncline.call('GET', '/v1/providers/sandbox');
  return objects.find(({ object }: Loose) => object === name);
}

const days = (count: number) => count * 24 * 3600;

test('D15 a sync is created with each capture pattern where the object allows it; what was chosen is stored and readable', async () => {
  const vendor = await openVendor();
  const objects = [
    { object: 'plain_items', strategy: 'full_only' },
    { object: 'contacts', strategy: 'full_then_incremental', full_refresh_every: 24, key_pass_interval_seconds: days(1) },
    { object: 'tasks', strategy: 'full_then_delta' },
    { object: 'calls', strategy: 'full_then_window', window_seconds: days(7), landing: 'append' },
    { object: 'leads', strategy: 'full_then_incremental', start_from: '2026-01-01T00:00:00.000Z', observed_fields: ['name', 'email'] },
  ];
  const created = await vendor.call('POST', '/v1/sync-configs', { provider: 'sandbox', objects });
  const read = await vendor.call('GET', `/v1/sync-configs/${created.id}`);
  expect(read).toEqual(created);
  const { connectionId } = await vendor.connectCustomer({ customerId: 'd15' });
  for (const wanted of objects) {
    const stored = {
      full_refresh_every: null,
      window_seconds: null,
      key_pass_interval_seconds: null,
      start_from: null,
      landing: 'merge',
      ...wanted,
      observed_fields: wanted.observed_fields ? [...wanted.observed_fields].sort() : null,
    };
    expect(read.objects.find(({ object }: Loose) => object === wanted.object)).toMatchObject({ ...stored, strategy_reason: null });
    const sync = await vendor.findSync({ connectionId, object: wanted.object });
    expect(await vendor.call('GET', `/v1/syncs/${sync.id}`)).toMatchObject(stored);
    expect(await vendor.waitForRun({ syncId: sync.id })).toMatchObject({ status: 'succeeded' });
  }
});

test.each<[string, string, Loose]>([
  ['a precise filter', 'deals', { strategy: 'full_then_incremental', full_refresh_every: null, key_pass_interval_seconds: null }],
  [
    'a precise filter, deletes that nobody tells',
    'offset_notes',
    { strategy: 'full_then_incremental', key_pass_interval_seconds: days(1) },
  ],
  ['a feed of changes', 'tasks', { strategy: 'full_then_delta' }],
  ['no filter', 'plain_items', { strategy: 'full_only' }],
  ['a coarse filter', 'visits', { strategy: 'full_then_incremental', full_refresh_every: 24 }],
])('D17 an object with %s is recommended what fits, with reasons', async (_title, name, expected) => {
  const { recommended, strategies } = await objectOf(name);
  expect(recommended).toMatchObject(expected);
  expect(recommended.reasons.length).toBeGreaterThan(0);
  expect(strategies[recommended.strategy]).toEqual({ is_possible: true, reason: null });
  if (name === 'visits') expect(recommended.reasons.join(' ')).toMatch(/86400 s.*full_then_window/);
});

test('P08 every object of every provider says which patterns are usable, and why others are not', async () => {
  for (const provider of await syncline.list('/v1/providers'))
    for (const { object, strategies, patterns, recommended, has_key } of provider.objects) {
      // What has no key can be neither compared nor looked up: every record is added.
      expect(patterns, object).toMatchObject({ compare: has_key, hub_lookup: has_key, upsert: false });
      expect(strategies.full_only).toEqual({ is_possible: true, reason: null });
      expect(strategies.full_then_incremental.is_possible).toBe(patterns.timestamp);
      expect(strategies.full_then_delta.is_possible).toBe(patterns.change_feed);
      expect(strategies.full_then_window.is_possible).toBe(patterns.window);
      for (const [name, { is_possible, reason }] of Object.entries<Loose>(strategies))
        expect(is_possible ? reason === null : reason.includes(provider.display_name), `${object} ${name}`).toBe(true);
      expect(strategies[recommended.strategy].is_possible).toBe(true);
    }
  expect((await objectOf('leads')).patterns).toMatchObject({ delete_feed: true, key_listing: true, live_lookup: true, change_feed: false });
  expect((await objectOf('tasks')).patterns).toMatchObject({ delete_feed: false, change_feed: true });
  expect((await objectOf('tickets')).feed_kept_seconds).toBe(days(30));
  const hubspot = await syncline.call('GET', '/v1/providers/hubspot');
  expect(hubspot.objects.find(({ object }: Loose) => object === 'contacts').patterns).toMatchObject({ hooks: true });
  expect((await objectOf('line_items')).patterns).toMatchObject({ hooks: false });
});

test.each([
  ['full_then_incremental', 'plain_items'],
  ['full_then_delta', 'contacts'],
  ['full_then_window', 'revisions'],
])(
  'P09 D27 S13 %s for an object that does not allow it (%s) is refused with reason and alternatives, and nothing is half created',
  async (strategy, object) => {
    const vendor = await openVendor();
    const refused = await order(vendor, [{ object: 'companies' }, { object, strategy }]);
    expect(refused).toMatchObject({ status: 400, body: { code: 'strategy_unsupported', object, strategy } });
    expect(refused.body.reason).toContain('Sandbox CRM offers no');
    const { strategies } = await objectOf(object);
    expect(refused.body.alternatives).toEqual(Object.keys(strategies).filter((name) => strategies[name].is_possible));
    expect(await vendor.list('/v1/sync-configs')).toEqual([]);
    await vendor.connectCustomer({ customerId: `${strategy}-refused` });
    expect(await vendor.list('/v1/syncs')).toEqual([]);
    for (const alternative of refused.body.alternatives)
      expect((await order(await openVendor(), [{ object, strategy: alternative }])).status, alternative).toBe(201);
  },
);

test.each<[Loose, Loose, string]>([
  [{ object: 'plain_items', key_pass_interval_seconds: 3600 }, {}, 'objects.0.key_pass_interval_seconds'],
  [{ object: 'contacts', window_seconds: 3600 }, {}, 'objects.0.window_seconds'],
  [{ object: 'tasks', strategy: 'full_then_delta', start_from: '2026-01-01T00:00:00Z' }, {}, 'objects.0.start_from'],
  [{ object: 'revisions', start_from: '2026-01-01T00:00:00Z' }, {}, 'objects.0.start_from'],
  [{ object: 'contacts', strategy: 'full_then_incremental', landing: 'replace' }, {}, 'objects.0.landing'],
  [{ object: 'contacts', observed_fields: ['a..b'] }, {}, 'objects.0.observed_fields.0'],
])('P09 an option that the strategy has no use for is refused with its place: %j', async (object, rest, path) => {
  const vendor = await openVendor();
  expect(await order(vendor, [object], rest)).toMatchObject({ status: 400, body: { code: 'input_invalid', errors: [{ path }] } });
  expect(await vendor.list('/v1/sync-configs')).toEqual([]);
});

test('defaults without a list of objects are refused: they would change nothing', async () => {
  const vendor = await openVendor();
  const config = await vendor.call('POST', '/v1/sync-configs', { provider: 'sandbox', objects: [{ object: 'contacts' }] });
  const path = `/v1/sync-configs/${config.id}`;
  const refused = await vendor.request('PATCH', path, { interval_seconds: 60 });
  expect(refused).toMatchObject({ status: 400, body: { code: 'input_invalid', errors: [{ path: 'interval_seconds' }] } });
  const changed = await vendor.call('PATCH', path, { interval_seconds: 60, objects: [{ object: 'contacts' }] });
  expect(changed.objects).toMatchObject([{ object: 'contacts', interval_seconds: 60 }]);
});

test('O82 left to us, an object without a filter falls back to full, and so does a default that it does not allow: the answer says so', async () => {
  const vendor = await openVendor();
  const auto = await vendor.call('POST', '/v1/sync-configs', {
    provider: 'sandbox',
    objects: [{ object: 'plain_items', strategy: 'auto' }, { object: 'contacts' }],
  });
  const reasonOf = (config: Loose, name: string) => config.objects.find(({ object }: Loose) => object === name);
  expect(reasonOf(auto, 'plain_items')).toMatchObject({ strategy: 'full_only', strategy_reason: expect.stringContaining('no filter') });
  expect(reasonOf(auto, 'contacts')).toMatchObject({
    strategy: 'full_then_incremental',
    strategy_reason: expect.stringContaining('precisely'),
  });
  const other = await openVendor();
  const byDefault = await other.call('POST', '/v1/sync-configs', {
    provider: 'sandbox',
    strategy: 'full_then_incremental',
    objects: [{ object: 'plain_items' }, { object: 'contacts' }],
  });
  expect(reasonOf(byDefault, 'plain_items')).toMatchObject({
    strategy: 'full_only',
    strategy_reason: expect.stringMatching(/^Instead of full_then_incremental: .*no filter/),
  });
  expect(reasonOf(byDefault, 'contacts')).toMatchObject({ strategy: 'full_then_incremental', strategy_reason: null });
});

test('O85 what an object is read under comes with it, and cannot be taken from it', async () => {
  const vendor = await openVendor();
  const created = await vendor.call('POST', '/v1/sync-configs', { provider: 'sandbox', objects: [{ object: 'line_items' }] });
  const names = (config: Loose) => config.objects.map(({ object, required_by }: Loose) => [object, required_by]);
  expect(names(created)).toEqual([
    ['line_items', null],
    ['deals', ['line_items']],
  ]);
  const path = `/v1/sync-configs/${created.id}`;
  const kept = await vendor.call('PATCH', path, { objects: [{ object: 'line_items' }, { object: 'contacts' }] });
  expect(names(kept)).toEqual([
    ['line_items', null],
    ['contacts', null],
    ['deals', ['line_items']],
  ]);
  // Read by an order of its own, the parent is not taken in twice, and that order cannot let go of it.
  const other = await openVendor();
  const parent = await other.call('POST', '/v1/sync-configs', {
    provider: 'sandbox',
    objects: [{ object: 'deals' }, { object: 'owners' }],
  });
  const child = await other.call('POST', '/v1/sync-configs', { provider: 'sandbox', objects: [{ object: 'line_items' }] });
  expect(names(child)).toEqual([['line_items', null]]);
  const refused = await other.request('PATCH', `/v1/sync-configs/${parent.id}`, { objects: [{ object: 'owners' }] });
  expect(refused).toMatchObject({ status: 409, body: { code: 'conflict', object: 'line_items', parent: 'deals' } });
  expect(await other.request('DELETE', `/v1/sync-configs/${parent.id}?force=true`)).toMatchObject({
    status: 409,
    body: { code: 'conflict' },
  });
  expect(names(await other.call('GET', `/v1/sync-configs/${parent.id}`))).toEqual([
    ['deals', null],
    ['owners', null],
  ]);
  // A list that stands inside another object's records has no order of its own.
  expect(await order(vendor, [{ object: 'order_lines' }])).toMatchObject({ status: 400, body: { code: 'object_unknown' } });
});

test('D36 other observed fields are refused without a resync; with it the next run reads everything again', async () => {
  const scene = await openScene(syncline, { account: 'd36', size: 4, order: { strategy: 'full_then_incremental' } });
  const { vendor } = scene;
  const [config] = await vendor.list('/v1/sync-configs');
  const path = `/v1/sync-configs/${config.id}`;
  const objects = [{ object: 'contacts', strategy: 'full_then_incremental', observed_fields: ['name'] }];
  const refused = await vendor.request('PATCH', path, { objects });
  expect(refused).toMatchObject({ status: 409, body: { code: 'resync_required', objects: ['contacts'], syncs: 2 } });
  expect(await vendor.call('GET', path)).toEqual(config);
  expect((await scene.run()).kind).toBe('incremental');
  const changed = await vendor.call('PATCH', path, { objects, resync: true });
  expect(changed.objects[0].observed_fields).toEqual(['name']);
  expect(await scene.sync()).toMatchObject({ full_requested: true, observed_fields: ['name'] });
  expect(await scene.run()).toMatchObject({ kind: 'full', status: 'succeeded', fetched: 4 });
  expect((await scene.run()).kind).toBe('incremental');
  await scene.expectAgrees();
});

test('T12 a first run that begins at a time reads what was modified since; without it everything', async () => {
  const { control } = syncline;
  const account = 't12';
  const at = { account, object: 'contacts' };
  const { startFrom, recent } = await oldAndRecent(at, { size: 6, recent: 2 });
  const scene = await openScene(syncline, { account, order: { strategy: 'full_then_incremental', start_from: startFrom } });
  expect(scene.first).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 2, deleted: 0 });
  expect((await scene.rows()).map(({ id }) => id)).toEqual(recent);
  expect(await scene.sync()).toMatchObject({ start_from: startFrom });
  // From there on it goes as ever, and a full read begins at the same time: it neither brings older ones nor deletes anything.
  await control.create(at);
  expect(await scene.run()).toMatchObject({ kind: 'incremental', inserted: 1 });
  expect(await scene.run({ full: true })).toMatchObject({ kind: 'full', inserted: 0, updated: 0, deleted: 0 });
  expect((await scene.rows()).filter(({ isDeleted }) => !isDeleted)).toHaveLength(3);
  await scene.expectInvariants();
  // The bystander's order is the same, so the default is shown by a vendor of its own.
  const plain = await openScene(syncline, { account, order: { strategy: 'full_then_incremental' } });
  expect(plain.first).toMatchObject({ kind: 'full', inserted: 7 });
});

test('T13 an earlier start loads the older rows and leaves the newer ones alone; a later one takes nothing away', async () => {
  const account = 't13';
  const at = { account, object: 'contacts' };
  const { startFrom, recent, all } = await oldAndRecent(at, { size: 6, recent: 2 });
  const order = { strategy: 'full_then_incremental', start_from: startFrom };
  const scene = await openScene(syncline, { account, order });
  const before = await scene.rows();
  expect(before.map(({ id }) => id)).toEqual(recent);
  const [config] = await scene.vendor.list('/v1/sync-configs');
  const begin = (from: string | null) =>
    scene.vendor.call('PATCH', `/v1/sync-configs/${config.id}`, { objects: [{ object: 'contacts', ...order, start_from: from }] });
  await begin(null);
  expect(await scene.run()).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 4, updated: 0, deleted: 0 });
  const after = await scene.rows();
  expect(after.map(({ id }) => id)).toEqual(all);
  for (const row of before) expect(after).toContainEqual(row);
  await begin(startFrom);
  expect((await scene.run()).kind).toBe('incremental');
  expect(await scene.run({ full: true })).toMatchObject({ kind: 'full', inserted: 0, updated: 0, deleted: 0 });
  expect(await scene.run({ full: true })).toMatchObject({ kind: 'full', inserted: 0, updated: 0, deleted: 0 });
  expect(await scene.rows()).toEqual(after);
  await scene.expectInvariants();
});

/** Records of which the last `recent` were touched a good while after the others; `startFrom` lies between. */
async function oldAndRecent(at: { account: string; object: string }, { size, recent }: { size: number; recent: number }) {
  const { control } = syncline;
  await control.setSize({ ...at, size });
  const times = (await control.list(at)).records.map(({ updatedAt }) => Date.parse(updatedAt));
  const startFrom = new Date(Math.max(...times) + 60_000).toISOString();
  await control.update({
    ...at,
    count: recent,
    fields: { name: 'Recent' },
    updatedAt: new Date(Date.parse(startFrom) + 60_000).toISOString(),
  });
  const { records } = await control.list(at);
  const ids = (of: typeof records) => of.map(({ id }) => id).sort();
  return { startFrom, all: ids(records), recent: ids(records.filter(({ updatedAt }) => updatedAt > startFrom)) };
}
