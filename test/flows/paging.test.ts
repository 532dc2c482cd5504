import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

const noteId = (n: number) => `not_${String(n).padStart(10, '0')}`;

test('H54 rows that move to another page while pages are counted are right in the hub after two runs', async () => {
  const account = 'h54';
  const object = 'offset_notes';
  // Right after page 1 two of its rows move to the end, so that all behind them slide to the front.
  const move = (n: number) => ({ operation: 'update' as const, object, id: noteId(n), fields: { text: `moved ${n}` } });
  await syncline.control.fault({ match: { account, object }, fault: { kind: 'mutate', operations: [move(1), move(2)] } });
  const scene = await openScene(syncline, { account, object, size: 2500 });
  expect((await scene.pages()).length).toBeGreaterThanOrEqual(3);
  expect(scene.first).toMatchObject({ status: 'succeeded', deleted: 0 });
  await scene.run();
  for (const n of [1, 2]) expect((await scene.raw(noteId(n))).text).toBe(`moved ${n}`);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('H55 a row that slid to a page already read, and one inserted meanwhile, are in the hub after one more run', async () => {
  const account = 'h55';
  const object = 'offset_notes';
  // During the first load, between page 1 and page 2, a row of page 1 goes: the first of page 2 slides onto page 1.
  const operations = [
    { operation: 'remove' as const, object, id: noteId(500) },
    { operation: 'create' as const, object, fields: { text: 'inserted' } },
  ];
  await syncline.control.fault({ match: { account, object }, fault: { kind: 'mutate', operations } });
  const scene = await openScene(syncline, { account, object, size: 2500 });
  expect(scene.first).toMatchObject({ kind: 'full', status: 'succeeded', deleted: 0 });
  expect(await scene.run({ full: true })).toMatchObject({ kind: 'full', status: 'succeeded', deleted: 1 });
  const listed = await scene.listed();
  expect(listed.filter((entry) => entry.deleted_at !== null).map((entry) => entry.record_id)).toEqual([noteId(500)]);
  const live = listed.filter((entry) => entry.deleted_at === null);
  expect(live.map((entry) => entry.record_id)).toContain(noteId(1001));
  expect(live.filter((entry) => entry.record.text === 'inserted')).toHaveLength(1);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('H56 a page token that expires on page 4 begins the read anew, once; a second time the run fails with its reason', async () => {
  const account = 'h56';
  const match = { account, object: 'contacts' };
  await syncline.control.fault({ match, fault: { kind: 'page_expired' }, skip: 2 });
  const scene = await openScene(syncline, { account, size: 3500 });
  expect(scene.first).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 3500 });
  // Three pages, the refused fourth, and all four again.
  expect((await scene.pages()).map(({ status }) => status)).toEqual([200, 200, 200, 410, 200, 200, 200, 200]);
  expect((await scene.rows()).length).toBe(3500);

  await scene.control.update({ ...scene.at, count: 3500, fields: { notes: 'edited' } });
  await scene.control.fault({ match, fault: { kind: 'page_expired' }, skip: 2, times: null });
  await scene.control.clearRequests(scene.at);
  const { watermark } = await scene.checkpoint();
  expect(await scene.run()).toMatchObject({ status: 'failed', error_code: 'page_expired', watermark_before: watermark });
  const refused = (await scene.pages()).filter(({ status }) => status === 410);
  expect(refused).toHaveLength(2);
  expect((await scene.checkpoint()).watermark).toBe(watermark);
  await scene.control.clearFaults({ account });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded' });
  await scene.expectAgrees();
  await scene.expectInvariants();
}, 180_000);
