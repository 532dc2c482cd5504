import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

const before = '2025-05-01T00:00:00.000Z';
const time = '2025-06-01T00:00:00.000Z';

test('a run of changes that cannot move its checkpoint is a failure with a name, not a success; what it read is stored', async () => {
  const account = 'stalled';
  const scene = await openScene(syncline, { account, size: 10 });
  await scene.setWatermark(before);
  const serve = (mark: string) =>
    scene.control.createRaw({
      ...scene.at,
      id: 'con_late',
      raw: `{"id":"con_late",${mark}"is_deleted":false,"notes":"here"}`,
      updatedAt: time,
    });
  await serve('');
  const failed = await scene.run();
  expect(failed).toMatchObject({ status: 'failed', kind: 'incremental', error_code: 'checkpoint_stalled', inserted: 1 });
  expect(failed.error_message).toMatch(/updated_at/);
  expect((await scene.checkpoint()).watermark).toBe(before);
  expect((await scene.sync()).health).toBe('failed');
  expect((await scene.events('run.failed'))[0].data).toMatchObject({ run_id: failed.id, error_code: 'checkpoint_stalled' });
  expect((await scene.raw('con_late')).notes).toBe('here');

  await serve(`"updated_at":"${time}",`);
  expect(await scene.run()).toMatchObject({ status: 'succeeded', kind: 'incremental', updated: 1 });
  expect((await scene.checkpoint()).watermark).toBe(time);
  await scene.expectInvariants();
});
