import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

const tie = '2025-05-05T05:05:05.500Z';

test('H50 five rows of equal value all arrive, and so do pages full of them', async () => {
  await syncline.control.setSize({ account: 'h50', object: 'contacts', size: 0 });
  await syncline.control.createMany({ account: 'h50', object: 'contacts', count: 2, updatedAt: tie });
  const scene = await openScene(syncline, { account: 'h50' });
  expect((await scene.checkpoint()).watermark).toBe(tie);
  for (const count of [3, 2500]) {
    await scene.control.createMany({ ...scene.at, count, updatedAt: tie });
    const known = (await scene.rows()).length;
    expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', inserted: count, updated: 0, unchanged: known });
    await scene.expectAgrees();
  }
  expect((await scene.rows()).length).toBe(2505);
  await scene.expectInvariants();
});

test('B12 records that share the boundary time, split across runs and pages, are all there, each once', async () => {
  const scene = await openScene(syncline, { account: 'b12', size: 10 });
  const moment = new Date(Date.now() - 60_000).toISOString();
  const { cursor } = await scene.changes();
  await scene.control.createMany({ ...scene.at, count: 1200, updatedAt: moment });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', inserted: 1200, watermark_after: moment });
  await scene.control.createMany({ ...scene.at, count: 300, updatedAt: moment });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', inserted: 300, updated: 0, watermark_after: moment });
  const { data } = await scene.changes(cursor);
  expect([data.length, new Set(data.map((entry) => entry.record_id)).size]).toEqual([1500, 1500]);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('H51 (read) values finer than the filter are not lost, and what is read again changes and announces nothing', async () => {
  const at = { account: 'h51', object: 'contacts' };
  const create = (id: string, updatedAt: string) => {
    const record = { ...at, id, updatedAt, raw: `{"id":"${id}","updated_at":"${updatedAt}","is_deleted":false,"n":1}` };
    return syncline.control.createRaw(record);
  };
  await create('con_a', '2025-05-05T05:05:05.123456Z');
  const scene = await openScene(syncline, { account: 'h51', size: 5 });
  expect((await scene.checkpoint()).watermark).toBe('2025-05-05T05:05:05.123Z');
  const before = await scene.rows();
  const announced = await scene.events('records.changed');
  expect(await scene.run()).toMatchObject({ kind: 'incremental', fetched: 1, unchanged: 1, first_seq: null });
  expect(await scene.rows()).toEqual(before);
  expect(await scene.events('records.changed')).toEqual(announced);
  // In the same millisecond, once before and once after the one that is there.
  await create('con_b', '2025-05-05T05:05:05.123400Z');
  await create('con_c', '2025-05-05T05:05:05.123999Z');
  expect(await scene.run()).toMatchObject({ kind: 'incremental', inserted: 2, updated: 0, unchanged: 1 });
  expect((await scene.rows()).map((row) => row.id)).toEqual(expect.arrayContaining(['con_a', 'con_b', 'con_c']));
  await scene.expectInvariants();
});

test('H52 a row that becomes visible after the mark, with an older value, arrives with a later run', async () => {
  const scene = await openScene(syncline, { account: 'h52' });
  await scene.control.update({ ...scene.at, id: 'con_0000000001', fields: { notes: 'in time' } });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', inserted: 0, updated: 1 });
  const { watermark } = await scene.checkpoint();
  // Whoever wrote this one committed late: it was not to be seen by the run that moved the mark beyond its time.
  const updatedAt = new Date(Date.parse(watermark) - 4000).toISOString();
  const { id } = await scene.control.create({ ...scene.at, fields: { notes: 'late commit' }, updatedAt });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', inserted: 1, updated: 0 });
  expect((await scene.raw(id)).notes).toBe('late commit');
  expect(Date.parse((await scene.checkpoint()).watermark)).toBeGreaterThanOrEqual(Date.parse(watermark));
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test.each([
  ['ten minutes behind', -600_000],
  ['ten minutes ahead', 600_000],
])('H53 with the provider’s clock %s nothing is lost, and the mark never passes the provider’s now', async (_what, clockOffsetMs) => {
  const account = `h53${clockOffsetMs}`;
  await syncline.control.configure({ account, clockOffsetMs });
  const scene = await openScene(syncline, { account });
  for (let round = 0; round < 3; round++) {
    await scene.control.update({ ...scene.at, count: 1 + round, fields: { notes: `round ${round}` } });
    await scene.control.create({ ...scene.at, fields: { notes: `new ${round}` } });
    expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', inserted: 1, updated: 1 + round });
    const providerNow = Date.now() + clockOffsetMs;
    const mark = Date.parse((await scene.checkpoint()).watermark);
    expect(mark).toBeLessThanOrEqual(providerNow);
    expect(mark).toBeGreaterThan(providerNow - 30_000);
    await scene.expectAgrees();
  }
  await scene.expectInvariants();
});

test('B14 a record dated in the future does not suppress later changes', async () => {
  const scene = await openScene(syncline, { account: 'b14' });
  const future = await scene.control.create({ ...scene.at, updatedAt: '2099-01-01T00:00:00.000Z', fields: { notes: 'from the future' } });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', inserted: 1 });
  expect(Date.parse((await scene.checkpoint()).watermark)).toBeLessThanOrEqual(Date.now());
  for (let round = 0; round < 2; round++) {
    const { ids } = await scene.control.update({ ...scene.at, count: 2, fields: { notes: `later ${round}` } });
    expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', updated: 2 });
    for (const id of ids) expect((await scene.raw(id)).notes).toBe(`later ${round}`);
  }
  expect((await scene.raw(future.id)).notes).toBe('from the future');
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('B13 a record modified during a full listing, after its page was read, is there after the next incremental run', async () => {
  const account = 'b13';
  const [early, last] = ['con_0000000001', 'con_0000002500'];
  const update = (id: string) => [{ operation: 'update' as const, object: 'contacts', id, fields: { notes: `changed ${id}` } }];
  // After page 1 a record of it changes; after page 2 one of page 3, whose later time is the highest that the read sees.
  const match = { account, object: 'contacts' };
  await syncline.control.fault({ match, fault: { kind: 'mutate', operations: update(early) } });
  await syncline.control.fault({ match, fault: { kind: 'mutate', operations: update(last) }, skip: 1 });
  const scene = await openScene(syncline, { account, size: 2500 });
  expect([(await scene.raw(early)).notes, (await scene.raw(last)).notes]).toEqual([
    expect.not.stringContaining('changed'),
    `changed ${last}`,
  ]);
  const mark = (await scene.checkpoint()).watermark;
  expect(Date.parse(mark)).toBeLessThanOrEqual(Date.parse((await scene.control.get({ ...scene.at, id: early })).record!.updatedAt));
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', updated: 1 });
  expect((await scene.raw(early)).notes).toBe(`changed ${early}`);
  await scene.expectAgrees();
  await scene.expectInvariants();
});
