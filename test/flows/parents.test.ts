import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Loose } from '../support/client.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline({ limits: { slicePagesMax: 7 } });
});
afterAll(() => syncline.close());

const dealId = (n: number) => `dea_${String(n).padStart(10, '0')}`;
const itemId = (deal: number, item: number) => JSON.stringify([dealId(deal), `item_${item}`]);

/** A customer whose deals and line items are both synced. */
async function openFamily(account: string, sizes: { deals: number; items: number }, options: { waits?: boolean } = {}) {
  const { control } = syncline;
  await control.setSize({ account, object: 'deals', size: sizes.deals });
  await control.setSize({ account, object: 'line_items', size: sizes.items });
  const vendor = await syncline.createApplication();
  // The child first: what comes first is the engine's business.
  await vendor.setUpProvider({ objects: ['line_items', 'deals'] });
  const { connectionId } = await vendor.connectCustomer({ customerId: account });
  const [items, deals] = await Promise.all([
    vendor.findSync({ connectionId, object: 'line_items' }),
    vendor.findSync({ connectionId, object: 'deals' }),
  ]);
  if (options.waits ?? true) await Promise.all([vendor.waitForRun({ syncId: items.id }), vendor.waitForRun({ syncId: deals.id })]);
  const list = (object: string): Promise<Loose[]> => vendor.list(`/v1/records/sandbox/${object}?include_deleted=true&page_size=1000`);
  return {
    ...{ vendor, control, account, items, deals, connectionId },
    listed: list,
    live: async (object: string): Promise<string[]> =>
      (await list(object)).flatMap((entry) => (entry.deleted_at === null ? [entry.record_id] : [])).sort(),
    asked: async () => (await control.requests({ account })).filter(({ path }) => path.endsWith('/line_items')),
  };
}

test('children are read behind their parents, under each of them, and carry its id in theirs', async () => {
  const family = await openFamily('family', { deals: 12, items: 24 });
  const { vendor, items, deals, live, listed } = family;
  const expected = Array.from({ length: 12 }, (_, n) => [itemId(n + 1, 1), itemId(n + 1, 2)]).flat();
  expect(await live('line_items')).toEqual(expected.sort());
  const [run] = await vendor.list(`/v1/runs?sync_id=${items.id}`);
  expect(run).toMatchObject({ kind: 'full', status: 'succeeded', fetched: 24, inserted: 24, api_calls: 12 });
  // More parents than a slice asks for: it went on from its place between two of them, and asked nobody twice.
  expect(run.slices).toBeGreaterThan(1);
  const asked = await family.asked();
  expect(new Set(asked.map(({ path }) => path)).size).toBe(12);
  expect(asked).toHaveLength(12);
  const [parents] = await vendor.list(`/v1/runs?sync_id=${deals.id}`);
  expect(Date.parse(asked[0]!.at)).toBeGreaterThanOrEqual(Date.parse(parents.started_at));
  expect(Date.parse(run.finished_at)).toBeGreaterThanOrEqual(Date.parse(parents.finished_at));
  // Nothing changed: nothing is written.
  const before = await listed('line_items');
  expect(await vendor.runSync({ syncId: items.id })).toMatchObject({ inserted: 0, updated: 0, deleted: 0, unchanged: 24, last_seq: null });
  expect(await listed('line_items')).toEqual(before);
});

test('a child that is gone and the children of a parent that is gone are deleted; those of a new parent come', async () => {
  const { vendor, control, account, items, deals, live, listed } = await openFamily('changes', { deals: 4, items: 8 });
  const at = { account, object: 'line_items' };
  await control.remove({ ...at, id: `${dealId(1)}:item_2` });
  await control.update({ ...at, id: `${dealId(2)}:item_1`, fields: { quantity: 99 } });
  await control.delete({ account, object: 'deals', id: dealId(3) });
  const { id: added } = await control.create({ account, object: 'deals', fields: { title: 'New' } });
  await control.create({ ...at, id: `${added}:item_1`, fields: { deal_id: added, sku: 'NEW' } });
  await vendor.runSync({ syncId: deals.id });
  expect(await vendor.runSync({ syncId: items.id })).toMatchObject({ status: 'succeeded', inserted: 1, updated: 1, deleted: 3 });
  const gone = [itemId(1, 2), itemId(3, 1), itemId(3, 2)];
  const now = [itemId(1, 1), itemId(2, 1), itemId(2, 2), itemId(4, 1), itemId(4, 2), JSON.stringify([added, 'item_1'])];
  expect(await live('line_items')).toEqual(now.sort());
  const tombstones = (await listed('line_items')).filter((entry) => entry.deleted_at !== null);
  expect(tombstones.map((entry) => entry.record_id).sort()).toEqual(gone.sort());
});

test('a parent that goes while its children are read has none; one that answers an error ends the read, and nothing is deleted', async () => {
  const { vendor, control, account, items, live } = await openFamily('midway', { deals: 3, items: 6 });
  await control.fault({ match: { account, object: 'line_items' }, fault: { kind: 'forbidden' }, skip: 1 });
  await control.remove({ account, object: 'line_items', id: `${dealId(1)}:item_1` });
  expect(await vendor.runSync({ syncId: items.id })).toMatchObject({ status: 'failed', error_code: 'provider_forbidden', deleted: 0 });
  expect(await live('line_items')).toHaveLength(6);

  await control.delete({ account, object: 'deals', id: dealId(2) });
  const run = await vendor.runSync({ syncId: items.id, full: true });
  expect(run).toMatchObject({ status: 'succeeded', deleted: 3 });
  expect(await live('line_items')).toEqual([itemId(1, 2), itemId(3, 1), itemId(3, 2)]);
});

test('the first children wait for the first parents, and are as complete as these', async () => {
  const account = 'waits';
  await syncline.control.fault({ match: { account, object: 'deals' }, fault: { kind: 'rate_limited', retryAfterSeconds: 3 } });
  const { vendor, items, deals, asked } = await openFamily(account, { deals: 2, items: 4 }, { waits: false });
  const parents = await vendor.waitForRun({ syncId: deals.id });
  const children = await vendor.waitForRun({ syncId: items.id });
  expect(children).toMatchObject({ status: 'succeeded', inserted: 4 });
  expect(Date.parse((await asked())[0]!.at)).toBeGreaterThanOrEqual(Date.parse(parents.started_at) + 3000);
  // The provider's clock shows whole seconds: what was asked later may seem to be some milliseconds older.
  expect(children.complete_as_of).not.toBeNull();
  expect(children.complete_as_of <= parents.complete_as_of).toBe(true);
  // What it waited for is its parents, not the provider.
  expect(parents.wait_seconds).toBeGreaterThanOrEqual(3);
});

const orderId = (n: number) => `ord_${String(n).padStart(10, '0')}`;
const lineId = (order: number, line: number) => JSON.stringify([orderId(order), String(line)]);

/** A customer whose orders, and the lines inside them, are synced. */
async function openOrders(account: string, size: number) {
  const { control } = syncline;
  const at = { account, object: 'orders' };
  await control.setSize({ ...at, size });
  const vendor = await syncline.createApplication();
  await vendor.setUpProvider({ objects: ['orders'] });
  const { connectionId } = await vendor.connectCustomer({ customerId: account });
  const { id: syncId } = await vendor.findSync({ connectionId, object: 'orders' });
  const first = await vendor.waitForRun({ syncId });
  const lines = (): Promise<Loose[]> => vendor.list('/v1/records/sandbox/order_lines?include_deleted=true&page_size=1000');
  const liveLines = async () => (await lines()).flatMap((entry) => (entry.deleted_at === null ? [entry.record_id] : [])).sort();
  const run = (full = false) => vendor.runSync({ syncId, full });
  const news = () =>
    vendor
      .list('/v1/events?types=records.changed')
      .then((all) => all.map(({ data }) => data).filter(({ object }) => object === 'order_lines'));
  return { vendor, control, at, syncId, first, lines, liveLines, run, news };
}

/** For what a busy machine does a little later. */
const waitMsMax = 40_000;

const linesOf = (...orders: number[]) => orders.flatMap((order) => [1, 2, 3].map((line) => lineId(order, line)));

test('lists inside records are records of their own, written with them, and announced', async () => {
  const { vendor, control, at, first, lines, liveLines, run, news } = await openOrders('orders', 4);
  expect(first).toMatchObject({
    fetched: 4,
    inserted: 4,
    unfolded: [{ object: 'order_lines', inserted: 12, updated: 0, deleted: 0, quarantined: 0 }],
    progress: { fetched: 4, total_estimate: 4, share: 1 },
  });
  expect(await liveLines()).toEqual(linesOf(1, 2, 3, 4).sort());
  const [orders] = await Promise.all([vendor.list('/v1/records/sandbox/orders')]);
  const [line] = await lines();
  const order = orders.find(({ record_id: id }) => id === orderId(1));
  expect(line).toMatchObject({ record_id: lineId(1, 1), modified_at: order.modified_at, record: order.record.lines[0] });
  expect(await news()).toMatchObject([{ inserted: 12, updated: 0, deleted: 0 }]);

  // Read again, all of it: nothing has changed, inside or outside.
  const before = await lines();
  expect(await run(true)).toMatchObject({ unchanged: 4, unfolded: [{ inserted: 0, updated: 0, deleted: 0 }], last_seq: null });
  expect(await lines()).toEqual(before);
  expect(await news()).toHaveLength(1);

  // One order is written: of its lines one stays, one changes, one goes and one comes; all others are left alone.
  const now = [
    { line: 1, ...order.record.lines[0] },
    { line: 2, sku: 'CHANGED', quantity: 1 },
    { line: 9, sku: 'NEW', quantity: 1 },
  ];
  await control.update({ ...at, id: orderId(1), fields: { lines: now } });
  expect(await run()).toMatchObject({
    kind: 'incremental',
    updated: 1,
    deleted: 0,
    unfolded: [{ object: 'order_lines', inserted: 1, updated: 1, deleted: 1 }],
  });
  expect(await liveLines()).toEqual([lineId(1, 1), lineId(1, 2), lineId(1, 9), ...linesOf(2, 3, 4)].sort());
  const seqs = new Map(before.map((entry) => [entry.record_id, entry.seq]));
  const moved = (await lines()).filter((entry) => seqs.get(entry.record_id) !== entry.seq).map((entry) => entry.record_id);
  expect(moved.sort()).toEqual([lineId(1, 2), lineId(1, 3), lineId(1, 9)]);
  expect(await news()).toHaveLength(2);
});

test('with a record goes what was inside it, and comes back with it; a list that is missing says nothing, an empty one everything', async () => {
  const { control, at, lines, liveLines, run } = await openOrders('family-of-orders', 3);
  await control.delete({ ...at, id: orderId(2) });
  expect(await run()).toMatchObject({ deleted: 1, unfolded: [{ deleted: 3 }] });
  expect(await liveLines()).toEqual(linesOf(1, 3).sort());
  const tombstones = (await lines()).filter((entry) => entry.deleted_at !== null);
  expect(tombstones.map((entry) => entry.record_id)).toEqual(linesOf(2));

  await control.update({ ...at, id: orderId(2), fields: { number: 'restored' } });
  expect(await run()).toMatchObject({ inserted: 1, unfolded: [{ inserted: 3, deleted: 0 }] });
  expect(await liveLines()).toEqual(linesOf(1, 2, 3).sort());

  await control.update({ ...at, id: orderId(1), fields: { lines: null } });
  await control.update({ ...at, id: orderId(3), fields: { lines: [] } });
  expect(await run()).toMatchObject({ updated: 2, unfolded: [{ inserted: 0, updated: 0, deleted: 3 }] });
  expect(await liveLines()).toEqual(linesOf(1, 2).sort());

  // Gone without a trace: the next full read misses it, and what was inside goes with it.
  await control.remove({ ...at, id: orderId(1) });
  expect(await run(true)).toMatchObject({ deleted: 1, unfolded: [{ deleted: 3 }] });
  expect(await liveLines()).toEqual(linesOf(2));
});

test('a hook that tells of a record with lists inside leads to a run, which brings them', async () => {
  const { vendor, control, at, syncId, liveLines } = await openOrders('told', 3);
  const [config] = await vendor.list('/v1/provider-configs');
  const secret = 'whsec_told';
  await vendor.call('PATCH', `/v1/provider-configs/${config.id}`, { hook_secret: secret });
  await control.setHooks({ ...at, url: config.hook_url, secret });
  await control.update({ ...at, id: orderId(1), fields: { lines: [{ line: 1, sku: 'ONLY' }] } });
  await expect.poll(liveLines, { timeout: waitMsMax }).toEqual([lineId(1, 1), ...linesOf(2, 3)].sort());
  await control.delete({ ...at, id: orderId(2) });
  await expect.poll(liveLines, { timeout: waitMsMax }).toEqual([lineId(1, 1), ...linesOf(3)].sort());
  const triggers = (await vendor.list(`/v1/runs?sync_id=${syncId}`)).map(({ trigger }) => trigger);
  expect(triggers).toContain('hook');
});

test('what comes inside other records is not ordered by itself, and is as complete as they are', async () => {
  const { vendor, first } = await openOrders('inside', 2);
  const refused = await vendor.request('POST', '/v1/sync-configs', { provider: 'sandbox', objects: [{ object: 'order_lines' }] });
  expect(refused).toMatchObject({ status: 400, body: { code: 'object_unknown' } });
  expect(refused.body.detail).toContain('Choose orders');
  const page = await vendor.call('GET', '/v1/records/sandbox/order_lines?page_size=2');
  expect(page.complete_as_of).toBe(first.complete_as_of);
  expect(page.complete_as_of).not.toBeNull();
});
