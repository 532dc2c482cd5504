import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

test('O84 one object fails: the others complete, its sync is failed, and the connection says that it is incomplete', async () => {
  const account = 'o84';
  const objects = ['contacts', 'companies', 'deals', 'plain_items'];
  await syncline.control.fault({ match: { account, object: 'companies' }, fault: { kind: 'forbidden' }, times: null });
  const vendor = await syncline.createApplication();
  await vendor.setUpProvider({ objects });
  const { connectionId } = await vendor.connectCustomer({ customerId: account });
  const summary = async () => (await vendor.call('GET', `/v1/connections/${connectionId}`)).sync_summary;
  const syncOf = (object: string) => vendor.findSync({ connectionId, object });
  for (const object of objects) await vendor.waitForRun({ syncId: (await syncOf(object)).id });

  for (const object of objects.filter((name) => name !== 'companies')) {
    const sync = await syncOf(object);
    expect([sync.health, sync.status]).toEqual(['healthy', 'active']);
    const { records } = await syncline.control.list({ account, object });
    const listed = await vendor.list(`/v1/records/sandbox/${object}?connection_id=${connectionId}&page_size=1000`);
    expect(listed.map(({ record_id }) => record_id).sort()).toEqual(records.map(({ id }) => id).sort());
  }
  const failed = await syncOf('companies');
  expect(failed).toMatchObject({ health: 'failed', status: 'active' });
  expect((await vendor.list(`/v1/runs?sync_id=${failed.id}&status=failed`))[0]).toMatchObject({ error_code: 'provider_forbidden' });
  const counts = { syncs: 4, pending: 0, delayed: 0, held: 0, paused: 0 };
  expect(await summary()).toEqual({ state: 'incomplete', ...counts, healthy: 3, failed: 1, incomplete_objects: ['companies'] });
  expect((await vendor.list('/v1/connections')).map(({ sync_summary }) => sync_summary.state)).toEqual(['incomplete']);

  await syncline.control.clearFaults({ account });
  expect(await vendor.runSync({ syncId: failed.id })).toMatchObject({ status: 'succeeded' });
  expect(await summary()).toEqual({ state: 'complete', ...counts, healthy: 4, failed: 0, incomplete_objects: [] });
});

test('O84 a connection without syncs, with paused ones and with held ones says so', async () => {
  const account = 'o84-states';
  const vendor = await syncline.createApplication();
  await vendor.setUpProvider({});
  const { connectionId } = await vendor.connectCustomer({ customerId: account });
  const summary = async () => (await vendor.call('GET', `/v1/connections/${connectionId}`)).sync_summary;
  expect(await summary()).toMatchObject({ state: 'none', syncs: 0 });
  await vendor.call('POST', '/v1/sync-configs', { provider: 'sandbox', objects: [{ object: 'plain_items' }, { object: 'owners' }] });
  const syncs = await vendor.list(`/v1/syncs?connection_id=${connectionId}`);
  for (const { id } of syncs) await vendor.waitForRun({ syncId: id });
  expect(await summary()).toMatchObject({ state: 'complete', syncs: 2 });
  await syncline.control.fault({ match: { account, object: 'plain_items' }, fault: { kind: 'empty' } });
  await vendor.runSync({ syncId: syncs.find(({ object }) => object === 'plain_items')!.id });
  await vendor.call('POST', `/v1/syncs/${syncs.find(({ object }) => object === 'owners')!.id}:pause`);
  expect(await summary()).toMatchObject({ state: 'incomplete', held: 1, paused: 1, incomplete_objects: ['owners', 'plain_items'] });
});
