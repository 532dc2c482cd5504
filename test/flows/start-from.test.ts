import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
let minutes = 0;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

/** Records of which two were touched a good while after the others; `startFrom` lies between. */
async function oldAndRecent(at: { account: string; object: string }, size = 6) {
  const { control } = syncline;
  await control.setSize({ ...at, size });
  const { records } = await control.list(at);
  const startFrom = new Date(Math.max(...records.map(({ updatedAt }) => Date.parse(updatedAt))) + 60_000).toISOString();
  const updatedAt = new Date(Date.parse(startFrom) + 60_000).toISOString();
  const { ids } = await control.update({ ...at, count: 2, fields: { name: 'Recent' }, updatedAt });
  return { startFrom, recent: ids.sort(), old: records.map(({ id }) => id).filter((id) => !ids.includes(id)) };
}

test.each([
  ['with a list of keys', 'calls'],
  ['without one', 'offset_notes'],
])('T12 a pass over the keys, %s, finds what is gone since the start and brings nothing older', async (_title, object) => {
  const at = { account: `t12-${object.replace('_', '-')}`, object };
  const { startFrom, recent, old } = await oldAndRecent(at);
  const order = {
    strategy: 'full_then_incremental',
    start_from: startFrom,
    key_pass_interval_seconds: 60,
    interval_seconds: 7 * 24 * 3600,
  };
  const scene = await openScene(syncline, { ...at, order });
  expect((await scene.rows()).map(({ id }) => id)).toEqual(recent);
  await scene.control.remove({ ...at, ids: [recent[0]!, old[0]!] });
  minutes += 2;
  await syncline.setClock(minutes * 60_000);
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', deleted: 0 });
  const pass = await scene.vendor.waitForRun({ syncId: scene.syncId, count: 3 });
  expect(pass).toMatchObject({ kind: 'keys', status: 'succeeded', inserted: 0, updated: 0, deleted: 1 });
  expect((await scene.rows()).map(({ id, isDeleted }) => [id, isDeleted])).toEqual([
    [recent[0], true],
    [recent[1], false],
  ]);
});

test('T12 a window reaches back to the start and no further', async () => {
  const at = { account: 't12-window', object: 'calls' };
  const { startFrom, recent, old } = await oldAndRecent(at);
  const order = { strategy: 'full_then_window', window_seconds: 366 * 24 * 3600, start_from: startFrom, schedule: { kind: 'manual' } };
  const scene = await openScene(syncline, { ...at, order });
  expect((await scene.rows()).map(({ id }) => id)).toEqual(recent);
  // Older than the start, and within the window of a year: it stays out until it changes.
  expect(await scene.run()).toMatchObject({ kind: 'window', status: 'succeeded', inserted: 0 });
  await scene.control.update({ ...at, ids: [old[0]!] });
  expect(await scene.run()).toMatchObject({ kind: 'window', status: 'succeeded', inserted: 1, updated: 0 });
  expect((await scene.rows()).map(({ id }) => id)).toEqual([...recent, old[0]!].sort());
  await scene.expectInvariants();
});

test('T13 a start that is moved while a read is open begins that read again', async () => {
  const at = { account: 't13-open', object: 'contacts' };
  const { startFrom, recent, old } = await oldAndRecent(at, 2500);
  const { control } = syncline;
  // The first read breaks off behind its first page.
  await control.fault({
    match: { account: at.account, object: 'contacts', hasPageToken: true },
    fault: { kind: 'server_error' },
    times: null,
  });
  const everything = { strategy: 'full_then_incremental', start_from: null, schedule: { kind: 'manual' } };
  const scene = await openScene(syncline, { ...at, order: everything, waits: false });
  const { open_read: open } = await untilOpen();
  expect(open).toMatchObject({ kind: 'full', pages: 1 });
  const [config] = await scene.vendor.list('/v1/sync-configs');
  const objects = [{ object: 'contacts', ...everything, start_from: startFrom }];
  await scene.vendor.call('PATCH', `/v1/sync-configs/${config.id}`, { objects });
  // Still no page but a first one is answered: only a read that begins again can end.
  await scene.vendor.waitForRun({ syncId: scene.syncId, timeoutMs: 60_000 });
  expect(await scene.run({ full: true })).toMatchObject({ kind: 'full', status: 'succeeded', deleted: 0 });
  await control.clearFaults({ account: at.account });
  const ids = (await scene.rows()).map(({ id }) => id);
  // What the first page had brought stays; the rest of what is older was not asked for.
  expect(ids).toEqual(expect.arrayContaining(recent));
  expect(ids.length).toBeLessThan(recent.length + old.length);

  async function untilOpen() {
    for (let tries = 0; tries < 400; tries++) {
      const checkpoint = await scene.checkpoint();
      if (checkpoint.open_read?.pages === 1) return checkpoint;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('the first page was not committed');
  }
});
