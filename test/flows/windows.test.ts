import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene, type Scene } from './support.ts';

let syncline: TestSyncline;
let days = 0;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

const dayMs = 24 * 3600_000;
const windowDays = 30;
const order = { strategy: 'full_then_window', window_seconds: windowDays * 24 * 3600, schedule: { kind: 'manual' } };

/** Both clocks go on together: ours, and the one of the account. */
async function passDays(scene: Scene, count: number): Promise<void> {
  days += count;
  await syncline.setClock(days * dayMs);
  await keepStep(scene.account);
}

async function keepStep(account: string): Promise<void> {
  await syncline.control.configure({ account, clockOffsetMs: days * dayMs });
}

/** An account whose clock stands where ours does. */
async function openAt(account: string, more: Record<string, unknown> = {}): Promise<Scene> {
  await keepStep(account);
  return openScene(syncline, { account, object: 'tasks', size: 20, order: { ...order, ...more } });
}

const daysAgo = (count: number) => new Date(Date.now() + (days - count) * dayMs).toISOString();

test('D39 a row that shows up late with a time of twenty days ago is captured once; what the window meets again makes no event', async () => {
  const scene = await openAt('d39');
  const { control, at } = scene;
  await control.update({ ...at, ids: ['tsk_0000000001', 'tsk_0000000002'], updatedAt: daysAgo(10), fields: { note: 'recent' } });
  expect(await scene.run()).toMatchObject({ kind: 'window', status: 'succeeded', fetched: 2, updated: 2, warnings: [] });
  await passDays(scene, 1);
  const before = await scene.rows();
  const { cursor } = await scene.changes();

  // An incremental read would never see this: its time lies far below the mark.
  await control.update({ ...at, id: 'tsk_0000000003', updatedAt: daysAgo(20), fields: { note: 'edited long ago' } });
  await control.clearRequests(at);
  expect(await scene.run()).toMatchObject({ kind: 'window', fetched: 3, updated: 1, unchanged: 2, deleted: 0 });
  const since = Date.parse((await scene.pages())[0]!.query.get('modified_since')!);
  expect(Math.abs(since - Date.parse(daysAgo(windowDays)))).toBeLessThan(60_000);
  expect((await scene.changes(cursor)).data.map((entry) => entry.record_id)).toEqual(['tsk_0000000003']);
  expect((await scene.rows()).filter(({ id }) => id !== 'tsk_0000000003')).toEqual(before.filter(({ id }) => id !== 'tsk_0000000003'));

  await passDays(scene, 1);
  expect(await scene.run()).toMatchObject({ kind: 'window', fetched: 3, updated: 0, unchanged: 3, first_seq: null });
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('D40 a row of the window that is deleted there is not marked by reading the window', async () => {
  const scene = await openAt('d40');
  const { control, at } = scene;
  await control.update({ ...at, ids: ['tsk_0000000001', 'tsk_0000000002'], updatedAt: daysAgo(3), fields: { note: 'recent' } });
  await scene.run();
  await control.delete({ ...at, id: 'tsk_0000000001' });
  await control.remove({ ...at, id: 'tsk_0000000002' });
  for (let round = 0; round < 2; round++)
    expect(await scene.run()).toMatchObject({ kind: 'window', status: 'succeeded', fetched: 0, deleted: 0, held_deletes: 0 });
  expect((await scene.rows()).every((row) => !row.isDeleted)).toBe(true);
  await scene.expectInvariants();
});

test('D41 the pass over the keys that is chained to the window runs right behind it and marks what is gone', async () => {
  const scene = await openAt('d41', { key_pass_interval_seconds: 12 * 3600 });
  const { control, at } = scene;
  await control.update({ ...at, id: 'tsk_0000000001', updatedAt: daysAgo(3), fields: { note: 'recent' } });
  await control.remove({ ...at, ids: ['tsk_0000000001', 'tsk_0000000009'] });
  await passDays(scene, 1);
  const before = (await scene.runs()).length;
  const window = await scene.run();
  expect(window).toMatchObject({ kind: 'window', status: 'succeeded', deleted: 0 });
  const pass = await scene.vendor.waitForRun({ syncId: scene.syncId, count: before + 2 });
  expect(pass).toMatchObject({ kind: 'keys', trigger: 'schedule', status: 'succeeded', deleted: 2 });
  expect(pass.started_at >= window.finished_at).toBe(true);
  expect((await scene.rows()).filter((row) => row.isDeleted).map(({ id }) => id)).toEqual(['tsk_0000000001', 'tsk_0000000009']);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('D42 after a downtime longer than the window the gap is noticed, told, and read', async () => {
  const scene = await openAt('d42');
  const { control, at } = scene;
  const lastRead = (await scene.checkpoint()).last_read.provider_time;
  await passDays(scene, 40);
  // Neither stands in the last thirty days; the second changed right after the last read.
  await control.update({ ...at, id: 'tsk_0000000004', updatedAt: daysAgo(35), fields: { note: 'in the gap' } });
  await control.update({ ...at, id: 'tsk_0000000005', updatedAt: lastRead, fields: { note: 'at its edge' } });
  await control.clearRequests(at);
  const run = await scene.run();
  expect(run).toMatchObject({ kind: 'window', status: 'succeeded', updated: 2, warnings: ['window_exceeded'] });
  expect((await scene.pages())[0]!.query.get('modified_since')! < lastRead).toBe(true);
  expect(await scene.events('sync.gap_found')).toMatchObject([{ data: { run_id: run.id, reason: 'window_exceeded', kind: 'window' } }]);
  await scene.expectAgrees();

  // Afterwards the window is as wide as ever.
  await control.clearRequests(at);
  expect(await scene.run()).toMatchObject({ kind: 'window', fetched: 0, warnings: [] });
  const since = Date.parse((await scene.pages())[0]!.query.get('modified_since')!);
  expect(Math.abs(since - Date.parse(daysAgo(windowDays)))).toBeLessThan(60_000);
  await scene.expectInvariants();
  expect(await scene.events('sync.gap_found')).toHaveLength(1);
});

test('H53 with the provider’s clock set back by more than the window, everything is read: what it writes meanwhile lies before the window', async () => {
  const scene = await openAt('clock-set-back', { window_seconds: 600 });
  const { control, at } = scene;
  await control.configure({ account: at.account, clockOffsetMs: days * dayMs - 3600_000 });
  await control.update({ ...at, id: 'tsk_0000000003', fields: { note: 'after the correction' } });
  expect(await scene.run()).toMatchObject({ kind: 'full', status: 'succeeded', updated: 1 });
  expect((await scene.raw('tsk_0000000003')).note).toBe('after the correction');
  expect(await scene.run()).toMatchObject({ kind: 'window', status: 'succeeded', updated: 0 });
  await scene.expectAgrees();
});
