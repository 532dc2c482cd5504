import { afterAll, beforeAll, expect, test } from 'vitest';
import { openScene } from '../flows/support.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline({ limits: { recordBytesMax: 20_000 } });
});
afterAll(() => syncline.close());

test('a pass over the keys that lists whole records takes none for missing because it has grown too large', async () => {
  const at = { account: 'grown', object: 'contacts' };
  await syncline.control.setSize({ ...at, size: 4 });
  const startFrom = '2000-01-01T00:00:00.000Z';
  const order = {
    strategy: 'full_then_incremental',
    start_from: startFrom,
    key_pass_interval_seconds: 60,
    interval_seconds: 7 * 24 * 3600,
  };
  const scene = await openScene(syncline, { ...at, order });
  const [grown, removed] = (await scene.rows()).map(({ id }) => id) as [string, string];
  await scene.control.update({ ...at, ids: [grown], fields: { note: 'x'.repeat(30_000) } });
  await scene.control.remove({ ...at, ids: [removed] });
  await syncline.setClock(120_000);
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', quarantined: 1, deleted: 0 });
  expect(await scene.vendor.waitForRun({ syncId: scene.syncId, count: 3 })).toMatchObject({
    kind: 'keys',
    status: 'succeeded',
    deleted: 1,
  });
  expect((await scene.rows()).filter(({ isDeleted }) => isDeleted).map(({ id }) => id)).toEqual([removed]);
  expect(await scene.vendor.list(`/v1/quarantine?sync_id=${scene.syncId}`)).toMatchObject([{ record_id: grown, reason: 'too_large' }]);
});
