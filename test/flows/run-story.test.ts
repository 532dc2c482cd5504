import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Loose } from '../support/client.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene, type Scene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline({ limits: { slicePagesMax: 2, leaseSeconds: 45 } });
});
afterAll(() => syncline.close());

test('a run tells how far it is while it is going, by what the provider or the last full read says', async () => {
  const account = 'story';
  const object = 'orders';
  const match = { account, object };
  const scene = await openScene(syncline, { account, object, size: 2001 });
  // Behind the first slice the provider takes its time: whoever looks sees the run there.
  await scene.control.fault({ match, fault: { kind: 'slow', delayMs: 3000 }, skip: 2 });
  const { id } = await scene.vendor.call('POST', `/v1/syncs/${scene.syncId}:trigger`, { full: true });
  const seen = await follow(scene, id);
  const run = await scene.vendor.call('GET', `/v1/runs/${id}`);
  expect(run).toMatchObject({
    ...{ status: 'succeeded', fetched: 2001, unchanged: 2001, slices: 2, api_calls: 3 },
    progress: { fetched: 2001, total_estimate: 2001, share: 1, started_at: run.started_at },
  });
  expect(run.bytes).toBeGreaterThan(2001 * 100);
  const underWay = seen.filter(({ share }) => share !== null && share > 0 && share < 1);
  expect(underWay.length).toBeGreaterThan(0);
  for (const { fetched, total_estimate: total, share } of underWay) {
    expect(total).toBe(2001);
    expect(share).toBe(Math.min(Math.round((fetched / 2001) * 100) / 100, 0.99));
  }
  expect(seen.map(({ fetched }) => fetched)).toEqual(seen.map(({ fetched }) => fetched).toSorted((a, b) => a - b));
});

test('without a word of the provider the last full read tells how many records there are; a read of changes promises nothing', async () => {
  const scene = await openScene(syncline, { account: 'estimate', size: 1200 });
  expect(scene.first).toMatchObject({ progress: { total_estimate: null, share: 1 } });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', progress: { total_estimate: null, share: 1 } });
  expect(await scene.run({ full: true })).toMatchObject({ progress: { total_estimate: 1200, share: 1 } });
});

test('a run tells what it waited for, where it began and ended, and how far behind it is', async () => {
  const account = 'waited';
  const scene = await openScene(syncline, { account, size: 10 });
  const { watermark } = await scene.checkpoint();
  await scene.control.update({ ...scene.at, count: 2, fields: { notes: 'edited' } });
  await scene.control.fault({ match: { account, object: 'contacts' }, fault: { kind: 'rate_limited', retryAfterSeconds: 1 } });
  const run = await scene.run();
  expect(run).toMatchObject({ status: 'succeeded', updated: 2, watermark_before: watermark });
  expect(run.wait_seconds).toBeGreaterThanOrEqual(1);
  expect(run.watermark_after > run.watermark_before).toBe(true);
  // The object's lag of five seconds, at least.
  expect(run.lag_seconds).toBeGreaterThanOrEqual(5);
  const quiet = await scene.run();
  expect(quiet.wait_seconds).toBe(0);
  await scene.expectInvariants();
});

test('the event of a run that was ended from outside carries everything that its worker had done', async () => {
  const account = 'ended';
  const scene = await openScene(syncline, { account, size: 3001 });
  await scene.control.update({ ...scene.at, count: 3001, fields: { notes: 'edited' } });
  // A slice of two pages is handed over; of the next one a page goes through, and then the connection ends.
  await scene.control.fault({ match: { account }, fault: { kind: 'unauthorized' }, skip: 3, times: null });
  const { id } = await scene.vendor.call('POST', `/v1/syncs/${scene.syncId}:trigger`, {});
  const run = await scene.vendor.waitForEnd({ runId: id });
  expect(run).toMatchObject({ status: 'failed', error_code: 'auth_failed' });
  const events = await untilSome(() => scene.events('run.failed'));
  const told = await scene.vendor.call('GET', `/v1/runs/${id}`);
  expect(events).toHaveLength(1);
  expect(events[0].data).toMatchObject({ run_id: id, fetched: told.fetched, updated: told.updated, error_code: 'auth_failed' });
  expect(told.fetched).toBe(3000);
});

/** Everything that a reader sees of a run until it has ended. */
async function follow(scene: Scene, runId: string): Promise<Loose[]> {
  const seen: Loose[] = [];
  for (let i = 0; i < 600; i++) {
    const run = await scene.vendor.call('GET', `/v1/runs/${runId}`);
    seen.push(run.progress);
    if (run.finished_at !== null) return seen;
    await sleep(50);
  }
  throw new Error('the run has not ended within thirty seconds');
}

async function untilSome(look: () => Promise<Loose[]>): Promise<Loose[]> {
  for (let i = 0; i < 600; i++) {
    const seen = await look();
    if (seen.length > 0) return seen;
    await sleep(50);
  }
  throw new Error('nothing has come within thirty seconds');
}
