import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

const tie = '2025-05-05T05:05:05.500Z';

test('H50 with pages of two, five rows of equal value around the boundary all arrive, and no page hides one', async () => {
  const account = 'h50-pages';
  const at = { account, object: 'contacts' };
  await syncline.control.configure({ account, pageRecordsMax: 2 });
  await syncline.control.setSize({ ...at, size: 4 });
  await syncline.control.createMany({ ...at, count: 1, updatedAt: tie });
  const scene = await openScene(syncline, { account });
  expect(scene.first).toMatchObject({ status: 'succeeded', inserted: 5 });
  expect((await scene.checkpoint()).watermark).toBe(tie);
  await scene.control.clearRequests(at);
  const { ids } = await scene.control.createMany({ ...at, count: 5, updatedAt: tie });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', inserted: 5, updated: 0, unchanged: 1 });
  // Six records of one time, two to a page.
  expect((await scene.pages()).filter(({ path }) => path.endsWith('/contacts')).length).toBeGreaterThanOrEqual(3);
  expect((await scene.rows()).map((row) => row.id)).toEqual(expect.arrayContaining(ids));
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('H55 what slid onto a page already read, and what was inserted meanwhile, is there after one more run of the usual kind', async () => {
  const [account, object] = ['h55-usual', 'offset_notes'];
  const operations = [
    { operation: 'delete' as const, object, id: 'not_0000000500' },
    { operation: 'create' as const, object, fields: { text: 'inserted' } },
  ];
  await syncline.control.fault({ match: { account, object }, fault: { kind: 'mutate', operations } });
  const scene = await openScene(syncline, { account, object, size: 2200 });
  expect(scene.first).toMatchObject({ kind: 'full', status: 'succeeded', deleted: 0 });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', deleted: 0 });
  expect((await scene.raw('not_0000001001')).subject).toBe('Note 1001');
  expect((await scene.listed()).filter((entry) => entry.record.text === 'inserted')).toHaveLength(1);
  // What is gone is for a full read to conclude: a get by id confirms it.
  expect(await scene.run({ full: true })).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 0, updated: 0, deleted: 1 });
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('H60 an id that is deleted and used again shows as deleted, then as inserted, with the new content', async () => {
  const scene = await openScene(syncline, { account: 'h60', object: 'deals', size: 30, order: { landing: 'append' } });
  const id = 'dea_0000000007';
  const before = (await scene.rows()).filter((row) => row.id !== id);
  const { cursor: start } = await scene.changes();
  await scene.control.delete({ ...scene.at, id });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', inserted: 0, updated: 0, deleted: 1 });
  const { data: gone, cursor } = await scene.changes(start);
  expect(gone).toMatchObject([{ record_id: id, deleted_at: expect.any(String) }]);

  await scene.control.create({ ...scene.at, id, fields: { title: 'another deal' } });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', inserted: 1, updated: 0, deleted: 0 });
  const { data: again } = await scene.changes(cursor);
  expect(again).toMatchObject([{ record_id: id, deleted_at: null, record: { title: 'another deal' } }]);
  expect(BigInt(again[0].seq) > BigInt(gone[0].seq)).toBe(true);
  expect((await scene.rows()).filter((row) => row.id !== id)).toEqual(before);
  // Landed by appending, what stood before is kept beside what came.
  const { rows } = await syncline.pool.query<{ title: string }>(
    `select raw ->> 'title' as title from ${scene.table}_versions where _syncline_record_id = $1::text order by _syncline_loaded_at`,
    [id],
  );
  expect(rows.map(({ title }) => title)).toEqual([gone[0].record.title, 'another deal']);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('H60 also when it comes back as it was: a tombstone never stays because the content is the same', async () => {
  const at = { account: 'h60-same', object: 'plain_items' };
  const [id, raw] = [
    'itm_back',
    '{"id":"itm_back","sku":"S","created_at":"2024-02-02T00:00:00.000Z","updated_at":"2024-02-02T00:00:00.000Z"}',
  ];
  await syncline.control.createRaw({ ...at, id, raw });
  const scene = await openScene(syncline, { ...at, size: 20 });
  await scene.control.remove({ ...at, id });
  expect(await scene.run()).toMatchObject({ kind: 'full', status: 'succeeded', deleted: 1 });
  const { cursor } = await scene.changes();
  await scene.control.createRaw({ ...at, id, raw });
  expect(await scene.run()).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 1, updated: 0, deleted: 0, unchanged: 20 });
  expect((await scene.changes(cursor)).data).toMatchObject([{ record_id: id, deleted_at: null, record: { sku: 'S' } }]);
  await scene.expectInvariants();
});

test('H62 an edit that leaves the modified time alone is no change to an incremental run, and exactly one to the next full pass', async () => {
  const scene = await openScene(syncline, { account: 'h62', size: 150 });
  const id = 'con_0000000077';
  const { record } = await scene.control.get({ ...scene.at, id });
  await scene.control.update({ ...scene.at, id, fields: { score: 'computed anew' }, updatedAt: record!.updatedAt });
  const before = await scene.rows();
  const { cursor } = await scene.changes();
  expect(await scene.run()).toMatchObject({
    kind: 'incremental',
    status: 'succeeded',
    inserted: 0,
    updated: 0,
    deleted: 0,
    first_seq: null,
  });
  expect(await scene.rows()).toEqual(before);
  expect((await scene.changes(cursor)).data).toEqual([]);

  expect(await scene.run({ full: true })).toMatchObject({
    kind: 'full',
    status: 'succeeded',
    inserted: 0,
    updated: 1,
    deleted: 0,
    unchanged: 149,
  });
  expect((await scene.changes(cursor)).data).toMatchObject([{ record_id: id, deleted_at: null, record: { score: 'computed anew' } }]);
  expect((await scene.rows()).filter((row) => row.id !== id)).toEqual(before.filter((row) => row.id !== id));
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test.each(['opaque_events', 'revisions'])(
  'what is deleted between the full read and the first incremental one is found: %s',
  async (object) => {
    // A full read of versions or opaque marks leaves no mark: the first incremental read begins at the beginning.
    const scene = await openScene(syncline, { account: `first-mark-${object}`, object, size: 20 });
    expect((await scene.checkpoint()).watermark).toBeNull();
    const { ids } = await scene.control.delete({ ...scene.at, count: 2 });
    expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', inserted: 0, updated: 0, deleted: 2 });
    expect((await scene.rows()).filter((row) => row.isDeleted).map((row) => row.id)).toEqual(ids);
    await scene.expectAgrees();
    await scene.expectInvariants();
  },
);
