import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

test('D32 only observed fields make a change; when one does, the row carries what the others hold now', async () => {
  const order = { strategy: 'full_only', observed_fields: ['title', 'address.city'] };
  const scene = await openScene(syncline, { account: 'd32', size: 20, order });
  expect((await scene.sync()).observed_fields).toEqual(['address.city', 'title']);
  const [id] = [...(await scene.truth()).keys()];
  const { cursor } = await scene.changes();
  const before = await scene.rows();
  await scene.control.update({ ...scene.at, id: id!, fields: { notes: 'only the notes' } });
  expect(await scene.run()).toMatchObject({ kind: 'full', updated: 0, unchanged: 20, first_seq: null });
  expect([(await scene.changes(cursor)).data, await scene.rows()]).toEqual([[], before]);

  await scene.control.update({ ...scene.at, id: id!, fields: { title: 'Observed' } });
  expect(await scene.run()).toMatchObject({ updated: 1, unchanged: 19 });
  const { data, cursor: next } = await scene.changes(cursor);
  expect(data).toMatchObject([{ record_id: id, record: { title: 'Observed', notes: 'only the notes' } }]);
  await scene.control.update({ ...scene.at, id: id!, fields: { address: { city: 'Elsewhere' } } });
  expect(await scene.run()).toMatchObject({ updated: 1, unchanged: 19 });
  expect((await scene.changes(next)).data).toMatchObject([{ record: { address: { city: 'Elsewhere' } } }]);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('D32 D36 other observed fields read everything again and rewrite nothing that they do not see changed', async () => {
  const scene = await openScene(syncline, { account: 'd32-switch', size: 20, order: { strategy: 'full_only' } });
  const before = await scene.rows();
  const [first, second] = [...(await scene.truth()).keys()];
  await scene.control.update({ ...scene.at, id: first!, fields: { notes: 'unseen' } });
  await scene.control.update({ ...scene.at, id: second!, fields: { title: 'Seen' } });
  const syncConfigId = (await scene.sync()).sync_config_id;
  const objects = [{ object: 'contacts', strategy: 'full_only', observed_fields: ['title'] }];
  await scene.vendor.call('PATCH', `/v1/sync-configs/${syncConfigId}`, { objects, resync: true });
  const run = await scene.run();
  expect(run.status).toBe('succeeded');
  const untouched = (row: { id: string }) => row.id !== second;
  expect((await scene.rows()).filter(untouched)).toEqual(before.filter(untouched));
  expect((await scene.raw(second!)).title).toBe('Seen');
  await scene.expectInvariants();
});
