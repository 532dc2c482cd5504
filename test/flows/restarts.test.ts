import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProcesses, type TestProcess } from '../support/syncline.ts';
import { openScene, type Scene } from './support.ts';

let syncline: Awaited<ReturnType<typeof startProcesses>>;
let workers: TestProcess[];
beforeAll(async () => {
  syncline = await startProcesses({ workers: 2, limits: { leaseSeconds: 2, tickSeconds: 0.3, slicePagesMax: 2 } });
  workers = [...syncline.workers];
}, 180_000);
afterAll(() => syncline.close());

/** The pid of the worker that holds the lease stands in the owner's name. */
async function untilHeld({ syncId }: Scene): Promise<TestProcess> {
  for (let i = 0; i < 1000; i++) {
    const { rows } = await syncline.pool.query<{ lease_owner: string | null }>('select lease_owner from sync where id = $1', [syncId]);
    const holder = workers.find((worker) => worker.pid === Number(rows[0]?.lease_owner?.split(':').at(-2)));
    if (holder) return holder;
    await sleep(10);
  }
  throw new Error('nobody took the lease');
}

async function replace(worker: TestProcess): Promise<void> {
  await worker.kill();
  workers = [...workers.filter((other) => other !== worker), await syncline.startWorkerProcess()];
}

/** The run that began the read was given up, and another one ended it. */
async function untilTakenOver(scene: Scene) {
  await expect
    .poll(async () => (await scene.runs()).map((run) => run.error_code ?? run.status).slice(0, 2), { timeout: 60_000, interval: 100 })
    .toEqual(['succeeded', 'abandoned']);
}

test('H38 (read) the run of a worker that froze is marked abandoned, another resumes, and the frozen one overwrites nothing', async () => {
  const account = 'h38';
  const match = { account, object: 'contacts' };
  await syncline.control.fault({ match, fault: { kind: 'slow', delayMs: 400 }, times: null });
  const scene = await openScene(syncline, { account, size: 4500, waits: false });
  await expect.poll(async () => (await scene.pages()).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(1);
  const frozen = await untilHeld(scene);
  process.kill(frozen.pid, 'SIGSTOP');
  try {
    await untilTakenOver(scene);
    await scene.control.clearFaults({ account });
    await scene.control.update({ ...scene.at, count: 4500, fields: { notes: 'newer' } });
    expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', updated: 4500 });
  } finally {
    process.kill(frozen.pid, 'SIGCONT');
  }
  const before = await scene.rows();
  // Long enough for what it had in hand.
  await sleep(1000);
  expect(await scene.rows()).toEqual(before);
  expect((await scene.runs()).map((run) => run.status)).toEqual(['succeeded', 'succeeded', 'failed']);
  await scene.expectAgrees();
  await scene.expectInvariants();
}, 180_000);

test('H57 a worker killed in the middle of a page leaves the mark where it was; what it read is read again, without duplicates', async () => {
  const account = 'h57';
  const scene = await openScene(syncline, { account, size: 3500 });
  const { watermark } = await scene.checkpoint();
  await scene.control.update({ ...scene.at, count: 3500, fields: { notes: 'edited' } });
  const match = { account, object: 'contacts' };
  await scene.control.fault({ match, fault: { kind: 'slow', delayMs: 500 }, times: null });
  await scene.control.clearRequests(scene.at);
  await scene.vendor.call('POST', `/v1/syncs/${scene.syncId}:trigger`, {});
  await expect.poll(async () => (await scene.pages()).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(1);
  await replace(await untilHeld(scene));
  expect((await scene.checkpoint()).watermark).toBe(watermark);
  await scene.control.clearFaults({ account });
  await untilTakenOver(scene);
  const rows = await scene.rows();
  expect([rows.length, new Set(rows.map((row) => row.id)).size, new Set(rows.map((row) => row.seq)).size]).toEqual([3500, 3500, 3500]);
  expect(Date.parse((await scene.checkpoint()).watermark)).toBeGreaterThan(Date.parse(watermark));
  await scene.expectAgrees();
  await scene.expectInvariants();
}, 180_000);

test('H57 D18 a worker killed between the batches of a feed of ids leaves its position where it was, and nothing is missing', async () => {
  const account = 'h57-ids';
  const scene = await openScene(syncline, { account, object: 'memos', size: 1000, order: { strategy: 'full_then_delta' } });
  const { feed_position: position } = await scene.checkpoint();
  await scene.control.update({ ...scene.at, count: 1000, fields: { note: 'edited' } });
  const [, doomed] = await scene.rows();
  await scene.control.delete({ ...scene.at, id: doomed!.id });
  await scene.control.fault({ match: { account, path: '/memos/batch' }, fault: { kind: 'slow', delayMs: 800 }, times: null });
  await scene.control.clearRequests(scene.at);
  await scene.vendor.call('POST', `/v1/syncs/${scene.syncId}:trigger`, {});
  const batches = async () => (await scene.pages()).filter(({ path }) => path.endsWith('/batch')).length;
  await expect.poll(batches, { timeout: 30_000 }).toBeGreaterThanOrEqual(2);
  await replace(await untilHeld(scene));
  expect((await scene.checkpoint()).feed_position).toBe(position);
  await scene.control.clearFaults({ account, path: '/memos/batch' });
  await untilTakenOver(scene);
  const rows = await scene.rows();
  expect([rows.length, new Set(rows.map((row) => row.seq)).size]).toEqual([1000, 1000]);
  expect((await scene.checkpoint()).feed_position).not.toBe(position);
  await scene.expectAgrees();
  await scene.expectInvariants();
}, 180_000);

test('H58 O86 a worker killed after the fetch and before the commit has advanced no mark; after a restart the rows are there', async () => {
  const account = 'h58';
  const scene = await openScene(syncline, { account });
  const { watermark } = await scene.checkpoint();
  const { ids } = await scene.control.createMany({ ...scene.at, count: 50, fields: { notes: 'fetched' } });
  await scene.control.clearRequests(scene.at);
  // Nobody can write the table: what is fetched cannot be committed.
  const blocker = await syncline.pool.connect();
  try {
    await blocker.query(`begin; lock table ${scene.table} in share mode`);
    await scene.vendor.call('POST', `/v1/syncs/${scene.syncId}:trigger`, {});
    const fetched = async () => (await scene.pages()).some(({ status, path }) => status === 200 && path.endsWith('/contacts'));
    await expect.poll(fetched, { timeout: 30_000 }).toBe(true);
    // The writer itself waits: a lock asked for on this table, not any wait in the database.
    const waiting = `select count(*)::int as count from pg_locks where not granted and relation = '${scene.table}'::regclass`;
    await expect.poll(async () => (await blocker.query(waiting)).rows[0].count, { timeout: 30_000 }).toBeGreaterThanOrEqual(1);
    await replace(await untilHeld(scene));
    expect((await scene.checkpoint()).watermark).toBe(watermark);
    expect((await scene.rows()).length).toBe(120);
  } finally {
    await blocker.query('rollback');
    blocker.release();
  }
  await untilTakenOver(scene);
  expect((await scene.rows()).map((row) => row.id)).toEqual(expect.arrayContaining(ids));
  expect(Date.parse((await scene.checkpoint()).watermark)).toBeGreaterThan(Date.parse(watermark));
  await scene.expectAgrees();
  await scene.expectInvariants();
}, 180_000);

test('P13 after every process was restarted the next run starts from the stored state, which the API reads and sets', async () => {
  const scene = await openScene(syncline, { account: 'p13' });
  await scene.control.update({ ...scene.at, count: 1, fields: { notes: 'before the restart' } });
  await scene.run();
  const stored = await scene.checkpoint();
  await Promise.all([syncline.api.kill(), ...workers.map((worker) => worker.kill())]);
  await syncline.startApiProcess();
  workers = [await syncline.startWorkerProcess()];

  expect(await scene.checkpoint()).toEqual(stored);
  await scene.control.clearRequests(scene.at);
  await scene.control.update({ ...scene.at, count: 2, fields: { notes: 'after the restart' } });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', watermark_before: stored.watermark, updated: 2 });
  const since = new Date(Date.parse(stored.watermark) - 5000).toISOString();
  expect((await scene.pages())[0]!.query.get('modified_since')).toBe(since);

  const past = '2024-01-01T00:01:00.500Z';
  expect((await scene.setWatermark(past)).watermark).toBe(past);
  expect(await scene.run()).toMatchObject({ kind: 'incremental', watermark_before: past, updated: 0 });
  await scene.expectAgrees();
  await scene.expectInvariants();
}, 180_000);
