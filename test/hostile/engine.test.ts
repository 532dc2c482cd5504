import { afterAll, beforeAll, expect, test } from 'vitest';
import { openScene } from '../flows/support.ts';
import { declaredSandbox } from '../support/declared.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline({ limits: { recordBytesMax: 20_000 } });
});
afterAll(() => syncline.close());

test('a pass over the keys that lists whole records takes none for missing because it has grown too large', async () => {
  const at = { account: 'grown', object: 'contacts' };
  await syncline.control.setSize({ ...at, size: 4 });
  const startFrom = '2000-01-01T00:00:00.000Z';
  const order = {
    strategy: 'full_then_incremental',
    start_from: startFrom,
    key_pass_interval_seconds: 60,
    interval_seconds: 7 * 24 * 3600,
  };
  const scene = await openScene(syncline, { ...at, order });
  const [grown, removed] = (await scene.rows()).map(({ id }) => id) as [string, string];
  await scene.control.update({ ...at, ids: [grown], fields: { note: 'x'.repeat(30_000) } });
  await scene.control.remove({ ...at, ids: [removed] });
  await syncline.setClock(120_000);
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', quarantined: 1, deleted: 0 });
  expect(await scene.vendor.waitForRun({ syncId: scene.syncId, count: 3 })).toMatchObject({
    kind: 'keys',
    status: 'succeeded',
    deleted: 1,
  });
  expect((await scene.rows()).filter(({ isDeleted }) => isDeleted).map(({ id }) => id)).toEqual([removed]);
  expect(await scene.vendor.list(`/v1/quarantine?sync_id=${scene.syncId}`)).toMatchObject([{ record_id: grown, reason: 'too_large' }]);
});

test('lists that a changed declaration unfolds are read of every record, not only of those that change, and only when the vendor agrees', async () => {
  const account = 'unfolded-later';
  await syncline.control.setSize({ account, object: 'orders', size: 4 });
  const text = JSON.stringify(declaredSandbox().objects.contacts).replaceAll('/crm/v1/contacts', '/crm/v1/orders');
  const orders = JSON.parse(text);
  orders.incremental.parts.pop();
  const { hooks: _hooks, ...declared } = declaredSandbox();
  const definition = { ...declared, objects: { orders } };
  const vendor = await syncline.createApplication();
  await vendor.call('POST', '/v1/providers', { definition });
  await vendor.setUpProvider({ provider: 'x_sandbox', objects: [{ object: 'orders', schedule: { kind: 'manual' } }] });
  const { connectionId } = await vendor.connectCustomer({ customerId: account, provider: 'x_sandbox' });
  const { id: syncId } = await vendor.findSync({ connectionId, object: 'orders' });
  expect(await vendor.waitForRun({ syncId })).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 4 });

  const children = [{ object: 'order_lines', label: 'Order lines', path: 'lines', id: 'line' }];
  const unfolding = { version: 1, definition: { ...definition, objects: { orders: { ...orders, children } } } };
  const refused = await vendor.request('PUT', '/v1/providers/x_sandbox', unfolding);
  expect(refused).toMatchObject({ status: 409, body: { code: 'resync_required', objects: ['orders'], syncs: 1 } });
  expect(await vendor.request('PUT', '/v1/providers/x_sandbox', { ...unfolding, resync: true })).toMatchObject({ status: 200 });
  expect(await vendor.runSync({ syncId })).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 0, updated: 0 });
  const lines = (await vendor.list(`/v1/records/x_sandbox/orders?customer_id=${account}`)).flatMap(({ record_id, record }) =>
    record.lines.map(({ line }: { line: number }) => JSON.stringify([record_id, String(line)])),
  );
  expect(lines.length).toBeGreaterThan(4);
  const unfolded = await vendor.list(`/v1/records/x_sandbox/order_lines?customer_id=${account}`);
  expect(unfolded.map(({ record_id }) => record_id).sort()).toEqual(lines.sort());
});

test('a record that a hook tells of before a get by its id shows it is asked for again', async () => {
  const scene = await openScene(syncline, { account: 'too-new', size: 3, order: { schedule: { kind: 'manual' } } });
  const [config] = await scene.vendor.list('/v1/provider-configs');
  await scene.vendor.call('PATCH', `/v1/provider-configs/${config.id}`, { hook_secret: 'whsec' });
  await scene.control.fault({
    match: { account: scene.account, path: '/contacts/con_too_new' },
    fault: { kind: 'server_error', status: 404 },
    times: 1,
  });
  await scene.control.setHooks({ ...scene.at, url: config.hook_url, secret: 'whsec' });
  await scene.control.create({ ...scene.at, id: 'con_too_new', fields: { notes: 'here' } });
  await expect.poll(async () => (await scene.rows()).map(({ id }) => id), { timeout: 40_000 }).toContain('con_too_new');
  expect((await scene.raw('con_too_new')).notes).toBe('here');
  await scene.expectAgrees();
});
