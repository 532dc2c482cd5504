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
  expect(children.complete_as_of).toBe(parents.complete_as_of);
  // What it waited for is its parents, not the provider.
  expect(parents.wait_seconds).toBeGreaterThanOrEqual(3);
});
