import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Engine, startEngine } from './support/start-engine.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    adapt: (provider) => {
      const { get: _get, ...blind } = provider.objects.offset_notes!;
      return { ...provider, objects: { ...provider.objects, offset_notes_blind: { ...blind } } };
    },
  });
});
afterAll(() => engine.close());

test('B15 D29 a record that a complete read does not meet is deleted once, as a change behind everything before', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'gone', { strategy: 'full_only' });
  const first = await vendor.finish(syncId);
  const { ids } = await engine.control.remove({ account: 'gone', object: 'contacts', count: 1 });
  const run = await vendor.run(syncId);
  expect(run).toMatchObject({ status: 'succeeded', deleted: 1 });
  const { rows, deleted } = await vendor.hubRows('contacts');
  expect(deleted).toEqual(ids);
  expect(BigInt(rows.find((row) => row.deleted)!.seq)).toBeGreaterThan(BigInt(first.lastSeq!));
  expect(run.lastSeq).toBe(rows.find((row) => row.deleted)!.seq);
  expect(await vendor.run(syncId)).toMatchObject({ deleted: 0, firstSeq: null });
});

test('P35 a record that the provider marks as deleted is marked in the hub by an incremental run, and its content is kept', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'soft');
  await vendor.finish(syncId);
  const { ids } = await engine.control.delete({ account: 'soft', object: 'contacts', count: 3 });
  expect(await vendor.run(syncId)).toMatchObject({ kind: 'incremental', status: 'succeeded', deleted: 3 });
  const { rows, deleted } = await vendor.hubRows('contacts');
  expect(deleted.sort()).toEqual(ids.sort());
  for (const row of rows.filter((r) => r.deleted)) expect(row.raw.id).toBe(row.id);
});

test('B17 H18 an empty list with status 200 deletes nothing: the run is held, visibly, and a good read goes on', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('plain_items', 'emptied');
  await vendor.finish(syncId);
  const before = await vendor.hubRows('plain_items');
  await engine.control.fault({ match: { account: 'emptied', object: 'plain_items' }, fault: { kind: 'empty' } });
  const run = await vendor.run(syncId);
  expect(run).toMatchObject({ status: 'held', deleted: 0, heldDeletes: before.rows.length });
  expect(await vendor.sync(syncId)).toMatchObject({ health: 'held', status: 'active' });
  expect((await vendor.hubRows('plain_items')).rows).toEqual(before.rows);
  const [event] = await vendor.events('sync.held');
  expect(event!.data).toMatchObject({ sync_id: syncId, run_id: run.id, reason: 'empty_read', held_deletes: before.rows.length });
  expect(await vendor.run(syncId)).toMatchObject({ status: 'succeeded', deleted: 0 });
  expect(await vendor.sync(syncId)).toMatchObject({ health: 'healthy' });
});

test('H18 more deletes than the guard allows are held, while creates and updates of the same read are applied', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'filtered', { strategy: 'full_only' });
  await vendor.finish(syncId);
  await engine.control.remove({ account: 'filtered', object: 'contacts', count: 30 });
  await engine.control.update({ account: 'filtered', object: 'contacts', count: 2, fields: { name: 'Still applied' } });
  await engine.control.create({ account: 'filtered', object: 'contacts', fields: { name: 'Also applied' } });
  expect(await vendor.run(syncId)).toMatchObject({ status: 'held', inserted: 1, updated: 2, deleted: 0, heldDeletes: 30 });
  const { live, deleted } = await vendor.hubRows('contacts');
  expect(deleted).toEqual([]);
  expect(live.size).toBe(121);
});

test('H19 a read that failed on page 3 of 5 deletes nothing, and neither does the run that takes it up at page 3 miss anything', async () => {
  const vendor = await engine.createVendor();
  const account = 'partial';
  await engine.control.setSize({ account, object: 'contacts', size: 50 });
  const { syncId } = await vendor.setUp('contacts', account, { strategy: 'full_only' });
  await vendor.finish(syncId);
  const { ids } = await engine.control.remove({ account, object: 'contacts', count: 1 });
  await engine.control.fault({ match: { account, object: 'contacts' }, fault: { kind: 'forbidden' }, skip: 2 });
  expect(await vendor.run(syncId)).toMatchObject({ status: 'failed', deleted: 0 });
  expect((await vendor.hubRows('contacts')).deleted).toEqual([]);
  expect(await vendor.run(syncId)).toMatchObject({ status: 'succeeded', deleted: 1 });
  expect((await vendor.hubRows('contacts')).deleted).toEqual(ids);
});

test('H55 H54 a row that slid past a read by offset is not deleted, and is right in the hub after one more run', async () => {
  const vendor = await engine.createVendor();
  const account = 'sliding';
  const match = { account, object: 'offset_notes' };
  const { syncId } = await vendor.setUp('offset_notes', account);
  await vendor.finish(syncId);
  const ids = [...(await engine.truth(account, 'offset_notes')).keys()];
  // While page 2 is on its way a row of page 1 disappears, one of it moves to the end, and one is added.
  const operations = [
    { operation: 'remove' as const, object: 'offset_notes', id: ids[0]! },
    { operation: 'update' as const, object: 'offset_notes', id: ids[1]!, fields: { text: 'moved' } },
    { operation: 'create' as const, object: 'offset_notes', fields: { text: 'new' } },
  ];
  await engine.control.fault({ match, fault: { kind: 'mutate', operations } });
  await vendor.run(syncId);
  await vendor.run(syncId);
  const truth = await engine.truth(account, 'offset_notes');
  const { live, deleted } = await vendor.hubRows('offset_notes');
  expect([...live.keys()].sort()).toEqual([...truth.keys()].sort());
  expect(live.get(ids[1]!)!.text).toBe('moved');
  expect(deleted).toEqual([ids[0]]);
});

test('H54 what an approximate read misses is deleted at once when a get by id says that it is gone', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('offset_notes', 'asked');
  await vendor.finish(syncId);
  const { ids } = await engine.control.remove({ account: 'asked', object: 'offset_notes', count: 2 });
  expect(await vendor.run(syncId)).toMatchObject({ status: 'succeeded', deleted: 2 });
  expect((await vendor.hubRows('offset_notes')).deleted.sort()).toEqual(ids.sort());
});

test('H54 without a get by id, two clean reads in a row must miss a record before it is deleted', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('offset_notes_blind', 'missed-twice');
  await vendor.finish(syncId);
  const { ids } = await engine.control.remove({ account: 'missed-twice', object: 'offset_notes', count: 2 });
  expect(await vendor.run(syncId)).toMatchObject({ status: 'succeeded', deleted: 0 });
  expect(await vendor.run(syncId)).toMatchObject({ status: 'succeeded', deleted: 2 });
  expect((await vendor.hubRows('offset_notes_blind')).deleted.sort()).toEqual(ids.sort());
});

test('a read in which a record had no id proves nothing about what it did not meet', async () => {
  const vendor = await engine.createVendor();
  const account = 'nameless';
  const { syncId } = await vendor.setUp('contacts', account, { strategy: 'full_only' });
  await vendor.finish(syncId);
  await engine.control.remove({ account, object: 'contacts', count: 1 });
  await engine.control.fault({ match: { account, object: 'contacts' }, fault: { kind: 'malformed', record: 'missing_id' }, skip: 3 });
  expect(await vendor.run(syncId)).toMatchObject({ status: 'succeeded', quarantined: 1, deleted: 0 });
  expect(await vendor.run(syncId)).toMatchObject({ status: 'succeeded', deleted: 1 });
});

test('a known record that is suddenly too large to store is set aside, and not deleted', async () => {
  const small = await startEngine({ limits: { recordBytesMax: 64 * 1024 } });
  try {
    const { syncId } = await small.setUp('contacts', 'swollen', { strategy: 'full_only' });
    await small.finish(syncId);
    const { ids } = await small.control.update({ account: 'swollen', object: 'contacts', count: 1, fields: { notes: 'x'.repeat(70_000) } });
    expect(await small.run(syncId)).toMatchObject({ status: 'succeeded', quarantined: 1, deleted: 0 });
    expect((await small.hubRows('contacts')).live.has(ids[0]!)).toBe(true);
  } finally {
    await small.close();
  }
});
