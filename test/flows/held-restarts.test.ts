import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProcesses } from '../support/syncline.ts';
import { openScene } from './support.ts';

type Processes = Awaited<ReturnType<typeof startProcesses>>;
let syncline: Processes;
beforeAll(async () => {
  syncline = await startProcesses();
});
afterAll(() => syncline.close());

const waitMsMax = 20_000;

test('B17 H18 a decision outlives dead workers and a lost job: exactly the approved records are deleted, and told of once', async () => {
  const scene = await openScene(syncline, { account: 'b17-killed', size: 150, order: { strategy: 'full_only' } });
  const { cursor } = await scene.changes();
  const { ids } = await scene.control.remove({ ...scene.at, count: 50 });
  const run = await scene.run();
  expect(run).toMatchObject({ status: 'held', held_deletes: 50 });
  await syncline.workers[0]!.kill();
  const approved = await scene.vendor.call('POST', `/v1/held-deletes/${run.id}:approve`);
  expect(approved).toMatchObject({ decision: 'approve', deletes: 50, settled_at: null });
  // What queued it is gone, as after a job that failed for good; the tick finds the decision itself.
  await syncline.pool.query("delete from graphile_worker._private_jobs where key = 'settle-held-deletes:' || $1", [run.id]);
  await syncline.setClock(120_000);
  await syncline.startWorkerProcess();
  const list = `/v1/held-deletes?sync_id=${scene.syncId}`;
  await expect.poll(() => scene.vendor.list(list), { timeout: waitMsMax }).toEqual([]);
  const { data } = await scene.changes(cursor);
  expect(data.map((entry) => [entry.record_id, entry.deleted_at !== null]).sort()).toEqual(ids.toSorted().map((id) => [id, true]));
  const told = (await scene.events('records.changed')).filter(({ data: { run_id, deleted } }) => run_id === run.id && deleted > 0);
  expect(told.map(({ data: { deleted } }) => deleted)).toEqual([50]);
  expect(await scene.events('held_deletes.approved')).toHaveLength(1);
  await scene.expectAgrees();
  await scene.expectInvariants();
});
