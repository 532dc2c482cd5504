import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

const object = 'Plain__c';
const field = (name: string, type = 'string') => ({ name, type });
const idOf = (n: number) => `a0000000000000${n}AAA`;

/** A custom object of an account, described as its fields say. */
async function openObject(account: string, fields: { name: string; type: string }[], order: Record<string, unknown>) {
  const at = { dialect: 'salesforce' as const, account, object };
  const records = [1, 2, 3].map((n) => ({ Id: idOf(n), Name: `record ${n}` }));
  await syncline.control.load({ ...at, records, description: { name: object, queryable: true, fields } });
  const vendor = await syncline.createApplication();
  await vendor.setUpProvider({ provider: 'salesforce', objects: [{ object, ...order }] });
  const { connectionId } = await vendor.connectCustomer({ customerId: account, provider: 'salesforce' });
  const { id: syncId } = await vendor.findSync({ connectionId, object });
  return { at, vendor, syncId, first: await vendor.waitForRun({ syncId }) };
}

test.each([{}, { strategy: 'full_then_window', window_seconds: 86_400 }])(
  'O82 an object without a modified date is read in full by every run, with %j, and the run says why',
  async (order) => {
    const account = order.strategy ? 'windowed' : 'undated';
    const { at, vendor, syncId, first } = await openObject(account, [field('Id', 'id'), field('Name')], order);
    expect(first).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 3 });
    await syncline.control.update({ ...at, id: idOf(2), fields: { Name: 'renamed' } });
    await syncline.control.remove({ ...at, id: idOf(3) });
    const second = await vendor.runSync({ syncId });
    expect(second).toMatchObject({ kind: 'full', status: 'succeeded', updated: 1, deleted: 1, unchanged: 1 });
    expect(second.warnings).toEqual(order.strategy ? ['changes_unavailable'] : []);
    const listed = await vendor.list(`/v1/records/salesforce/${object}`);
    expect(listed.map(({ record }) => record.Name).sort()).toEqual(['record 1', 'renamed']);
    expect((await vendor.call('GET', `/v1/syncs/${syncId}`)).health).toBe('healthy');
  },
);

test('a task that is archived is neither deleted by a full read nor by a pass over the ids', async () => {
  const order = { strategy: 'full_then_incremental', key_pass_interval_seconds: 600, interval_seconds: 7 * 24 * 3600 };
  const scene = await openScene(syncline, { account: 'archives', provider: 'salesforce', object: 'Task', order });
  const { control, at } = scene;
  const [archived, doomed] = await scene.rows();
  await control.update({ ...at, id: archived!.id, fields: { IsArchived: true } });
  expect(await scene.run({ full: true })).toMatchObject({ kind: 'full', status: 'succeeded', updated: 1, deleted: 0 });
  await control.remove({ ...at, id: doomed!.id });
  await syncline.setClock(20 * 60_000);
  const before = (await scene.runs()).length;
  expect(await scene.run()).toMatchObject({ kind: 'incremental', deleted: 0 });
  const pass = await scene.vendor.waitForRun({ syncId: scene.syncId, count: before + 2 });
  expect(pass).toMatchObject({ kind: 'keys', status: 'succeeded', deleted: 1 });
  expect((await scene.rows()).filter(({ isDeleted }) => isDeleted).map(({ id }) => id)).toEqual([doomed!.id]);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('fields beyond what a URL holds are left out, and every run says so', async () => {
  const many = Array.from({ length: 900 }, (_, n) => field(`Quite_a_long_name_of_a_field_${n}__c`));
  const stamps = [field('SystemModstamp', 'datetime'), field('IsDeleted', 'boolean')];
  const { vendor, syncId, first } = await openObject('broad', [field('Id', 'id'), field('Name'), ...stamps, ...many], {});
  expect(first).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 3, warnings: ['fields_left_out'] });
  expect((await vendor.runSync({ syncId })).warnings).toEqual(['fields_left_out']);
  // It is no gap in time: nobody is called.
  expect(await vendor.list('/v1/events?types=sync.gap_found')).toEqual([]);
});
