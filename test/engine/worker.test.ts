import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';

let syncline: TestSyncline;

beforeAll(async () => {
  // One slice at a time: whoever waits, waits for the queue.
  syncline = await startSyncline({ config: { workerConcurrency: 1 }, limits: { slicePagesMax: 1 } });
});
afterAll(() => syncline.close());

test('X16 a customer with ten records is not kept waiting by one with many thousand', async () => {
  await syncline.control.setSize({ account: 'large', object: 'contacts', size: 6_000 });
  await syncline.control.setSize({ account: 'small', object: 'contacts', size: 10 });
  await syncline.setUpProvider({ objects: ['contacts'] });
  const large = await syncline.connectCustomer({ customerId: 'large' });
  const largeSync = await syncline.findSync({ connectionId: large.connectionId, object: 'contacts' });
  const small = await syncline.connectCustomer({ customerId: 'small' });
  const smallSync = await syncline.findSync({ connectionId: small.connectionId, object: 'contacts' });
  const smallRun = await syncline.waitForRun({ syncId: smallSync.id });
  expect(smallRun).toMatchObject({ status: 'succeeded', inserted: 10 });
  const [during] = await syncline.list(`/v1/runs?sync_id=${largeSync.id}`);
  expect(during.status).toBe('running');
  const largeRun = await syncline.waitForRun({ syncId: largeSync.id, timeoutMs: 60_000 });
  expect(largeRun).toMatchObject({ status: 'succeeded', inserted: 6_000 });
  expect(Date.parse(smallRun.finished_at)).toBeLessThan(Date.parse(largeRun.finished_at));
}, 180_000);

test('S22 the schedule runs a sync again when its interval has passed, without anybody asking', async () => {
  const vendor = await syncline.createApplication();
  await vendor.setUpProvider({ objects: [{ object: 'companies', interval_seconds: 10 }] });
  const { connectionId } = await vendor.connectCustomer({ customerId: 'scheduled' });
  const sync = await vendor.findSync({ connectionId, object: 'companies' });
  await vendor.waitForRun({ syncId: sync.id });
  await syncline.control.update({ account: 'scheduled', object: 'companies', count: 2, fields: { name: 'Later' } });
  await syncline.setClock(11_000);
  try {
    const run = await vendor.waitForRun({ syncId: sync.id, count: 2 });
    expect(run).toMatchObject({ trigger: 'schedule', kind: 'incremental', status: 'succeeded', updated: 2 });
  } finally {
    await syncline.setClock(0);
  }
});

test('X07 a purge empties the records in the hub and forgets where the sync stood; connecting again reads everything anew', async () => {
  const vendor = await syncline.createApplication();
  await vendor.setUpProvider({ objects: ['companies'] });
  const { connectionId } = await vendor.connectCustomer({ customerId: 'purged' });
  const sync = await vendor.findSync({ connectionId, object: 'companies' });
  const first = await vendor.waitForRun({ syncId: sync.id });
  await vendor.call('POST', `/v1/connections/${connectionId}:disconnect`, { purge: true, force: true });
  for (let i = 0; (await vendor.list('/v1/events')).every((event) => event.type !== 'records.purged'); i++) {
    if (i === 200) throw new Error('the purge has not ended');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const path = '/v1/records/sandbox/companies?customer_id=purged&page_size=1000';
  expect((await vendor.call('GET', path)).data).toEqual([]);
  expect(await vendor.findSync({ connectionId, object: 'companies' })).toMatchObject({ status: 'paused', pause_reason: 'disconnected' });
  const again = await vendor.connectCustomer({ customerId: 'purged' });
  // The purge has ended, so the same account is the same connection again, with the same sync.
  expect(again.connectionId).toBe(connectionId);
  const next = await vendor.waitForRun({ syncId: sync.id, count: 2 });
  expect(next).toMatchObject({ kind: 'full', status: 'succeeded', inserted: first.inserted });
  expect((await vendor.call('GET', path)).data).toHaveLength(first.inserted);
});
