import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  // Small transactions: what stands far apart in a read is written apart.
  syncline = await startSyncline({ limits: { transactionRowsMax: 10 } });
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

const time = (hour: number) => `2025-05-05T${String(hour).padStart(2, '0')}:00:00.000Z`;

test('D33 a key of two columns works, and a record with null in a part of it is set aside and reported', async () => {
  const account = 'd33';
  const at = { account, object: 'readings' };
  const raw = `{"region":"eu","number":null,"updated_at":"${time(1)}","is_deleted":false,"celsius":1}`;
  await syncline.control.createRaw({ ...at, id: 'eu:900', raw });
  const scene = await openScene(syncline, { account, object: 'readings', size: 30 });
  expect(scene.first).toMatchObject({ status: 'succeeded', fetched: 31, inserted: 30, quarantined: 1 });
  const ids = (await scene.rows()).map(({ id }) => id);
  expect([ids.length, new Set(ids).size]).toEqual([30, 30]);
  const [region, number] = JSON.parse(ids[0]!) as [string, number];
  const id = `${region}:${number}`;
  expect(await scene.vendor.list(`/v1/quarantine?sync_id=${scene.syncId}`)).toMatchObject([
    { record_id: null, reason: 'id_missing', detail: expect.stringMatching(/part of its key/) },
  ]);
  await scene.control.update({ ...at, id, fields: { celsius: 99 } });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', updated: 1, inserted: 0 });
  expect((await scene.raw(ids[0]!)).celsius).toBe(99);
  await scene.control.delete({ ...at, id });
  expect(await scene.run()).toMatchObject({ deleted: 1 });
  await scene.expectInvariants();
});

/** A record that the provider lists under another place, with the id in question. */
async function listAgain(account: string, place: string, version: { id: string; hour: number; notes: string }) {
  const raw = `{"id":"${version.id}","updated_at":"${time(version.hour)}","is_deleted":false,"notes":"${version.notes}"}`;
  await syncline.control.createRaw({ account, object: 'contacts', id: place, raw, updatedAt: time(version.hour) });
}

test('D34 of an id that one read lists twice the newest counts, near or far, counted, and the next read changes nothing', async () => {
  const account = 'd34';
  await syncline.control.configure({ account, pageRecordsMax: 10 });
  // In the order of the listing: near is twice in one transaction, far once at the beginning and once at the end.
  await listAgain(account, 'con_0_a', { id: 'far', hour: 9, notes: 'newest' });
  await listAgain(account, 'con_0_b', { id: 'near', hour: 9, notes: 'newest' });
  await listAgain(account, 'con_0_c', { id: 'near', hour: 8, notes: 'older' });
  await listAgain(account, 'con_0_d', { id: 'tied', hour: 7, notes: 'first' });
  await listAgain(account, 'con_0_e', { id: 'tied', hour: 7, notes: 'last' });
  await listAgain(account, 'con_z', { id: 'far', hour: 8, notes: 'older' });
  const scene = await openScene(syncline, { account, size: 40, order: { strategy: 'full_only' } });
  const winners = async () => [(await scene.raw('far')).notes, (await scene.raw('near')).notes, (await scene.raw('tied')).notes];
  expect(scene.first).toMatchObject({ status: 'succeeded', fetched: 46, inserted: 43, quarantined: 0, duplicates: 3 });
  expect(await winners()).toEqual(['newest', 'newest', 'last']);
  const before = await scene.rows();
  for (let n = 0; n < 2; n++) {
    const nothing = { inserted: 0, updated: 0, deleted: 0, unchanged: 46, first_seq: null };
    expect(await scene.run()).toMatchObject({ status: 'succeeded', ...nothing, duplicates: 3 });
    expect([await scene.rows(), await winners()]).toEqual([before, ['newest', 'newest', 'last']]);
  }
  await scene.expectInvariants();
});

test('D35 a new column is no change of the records that have null in it, and one of those that have a value', async () => {
  const account = 'd35';
  const serve = (id: string, more: string) =>
    syncline.control.createRaw({
      ...{ account, object: 'contacts', id, updatedAt: time(1) },
      raw: `{"id":"${id}","updated_at":"${time(1)}","is_deleted":false,"notes":"same"${more}}`,
    });
  const ids = ['con_a', 'con_b', 'con_c'];
  for (const id of ids) await serve(id, '');
  const scene = await openScene(syncline, { account, size: 5, order: { strategy: 'full_only' } });
  const before = await scene.rows();
  for (const id of ids) await serve(id, ',"grade":null');
  expect(await scene.run()).toMatchObject({ status: 'succeeded', unchanged: 8, updated: 0, first_seq: null });
  expect(await scene.rows()).toEqual(before);
  await serve('con_b', ',"grade":"A"');
  expect(await scene.run()).toMatchObject({ unchanged: 7, updated: 1 });
  expect((await scene.raw('con_b')).grade).toBe('A');
  await scene.expectInvariants();
});

test('D37 an object without any key: every row is forwarded by every read, nothing is updated or deleted, and the API says so', async () => {
  const account = 'd37';
  await syncline.control.configure({ account, pageRecordsMax: 5 });
  const scene = await openScene(syncline, { account, object: 'log_lines', size: 12 });
  const { objects } = await scene.vendor.call('GET', '/v1/providers/sandbox');
  const keyed = Object.fromEntries(objects.map((one: { object: string; has_key: boolean }) => [one.object, one.has_key]));
  expect([keyed.log_lines, keyed.plain_items, keyed.readings]).toEqual([false, true, true]);
  expect(await scene.sync()).toMatchObject({ strategy: 'full_only', landing: 'append' });
  expect(scene.first).toMatchObject({ status: 'succeeded', inserted: 12, quarantined: 0, duplicates: 0 });
  const first = await scene.rows();
  const { cursor, data } = await scene.changes();
  expect(data.map((entry) => entry.record.subject)).toEqual(Array.from({ length: 12 }, (_, n) => `Note ${n + 1}`));

  await scene.control.remove({ ...scene.at, count: 2 });
  expect(await scene.run()).toMatchObject({ status: 'succeeded', fetched: 10, inserted: 10, updated: 0, deleted: 0 });
  const forwarded = (await scene.changes(cursor)).data;
  expect(forwarded.map((entry) => [entry.record.subject, entry.deleted_at])).toEqual(
    Array.from({ length: 10 }, (_, n) => [`Note ${n + 3}`, null]),
  );
  const rows = await scene.rows();
  expect(rows).toHaveLength(22);
  expect(rows.filter(({ id }) => first.some((row) => row.id === id))).toEqual(first);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(22);

  const refused = await scene.vendor.request('POST', '/v1/sync-configs', {
    provider: 'sandbox',
    objects: [{ object: 'log_lines', landing: 'merge' }],
  });
  expect([refused.status, refused.body.errors[0].path]).toEqual([400, 'objects.0.landing']);
});

test('D37 a read of rows without a key that ends in the middle goes on there: no row of it is forwarded twice', async () => {
  const account = 'd37-again';
  await syncline.control.configure({ account, pageRecordsMax: 2 });
  await syncline.control.fault({ match: { account, object: 'log_lines', hasPageToken: true }, skip: 2, fault: { kind: 'forbidden' } });
  const scene = await openScene(syncline, { account, object: 'log_lines', size: 12 });
  expect(scene.first).toMatchObject({ status: 'failed', error_code: 'provider_forbidden' });
  expect((await scene.run()).status).toBe('succeeded');
  const { data } = await scene.changes();
  expect(data.map((entry) => entry.record.subject)).toEqual(Array.from({ length: 12 }, (_, n) => `Note ${n + 1}`));
});
