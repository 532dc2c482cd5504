import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

test.each(['S13 an object that can only be read in full', 'D27 a watermark without a filter at the provider'])(
  '%s: an incremental strategy is refused with the alternatives, and nothing is created',
  async () => {
    const vendor = await syncline.createApplication();
    await vendor.setUpProvider({});
    const { connectionId } = await vendor.connectCustomer({ customerId: 'refused' });
    const create = (strategy?: string) =>
      vendor.request('POST', '/v1/sync-configs', {
        provider: 'sandbox',
        objects: [{ object: 'contacts' }, { object: 'plain_items', ...(strategy ? { strategy } : {}) }],
      });
    const refused = await create('full_then_incremental');
    expect(refused).toMatchObject({
      status: 400,
      body: {
        code: 'strategy_unsupported',
        object: 'plain_items',
        alternatives: ['full_only'],
        detail: expect.stringContaining('full_only'),
      },
    });
    expect(await vendor.list('/v1/sync-configs')).toEqual([]);
    expect(await vendor.list('/v1/syncs')).toEqual([]);
    // Left open, the object gets what it can do, and says so.
    expect((await create()).body.objects).toMatchObject([
      { object: 'contacts', strategy: 'full_then_incremental' },
      { object: 'plain_items', strategy: 'full_only' },
    ]);
    const sync = await vendor.findSync({ connectionId, object: 'plain_items' });
    expect(await vendor.waitForRun({ syncId: sync.id })).toMatchObject({ kind: 'full', status: 'succeeded' });
    const refusedMark = await vendor.request('PUT', `/v1/syncs/${sync.id}/checkpoint`, { watermark: '2025-01-01T00:00:00Z' });
    expect(refusedMark.status).toBeGreaterThanOrEqual(400);
    expect(refusedMark.status).toBeLessThan(500);
  },
);

test('S23 pause, resume, trigger and history are there for each customer and object, and touch no other', async () => {
  const vendor = await syncline.createApplication();
  await vendor.setUpProvider({ objects: ['contacts', 'owners'] });
  const ids: Record<string, string> = {};
  for (const customerId of ['one', 'two']) {
    const { connectionId } = await vendor.connectCustomer({ customerId, account: `s23-${customerId}` });
    for (const object of ['contacts', 'owners']) ids[`${customerId} ${object}`] = (await vendor.findSync({ connectionId, object })).id;
  }
  for (const syncId of Object.values(ids)) await vendor.waitForRun({ syncId });
  const mine = ids['one contacts']!;
  const statusOf = async () => Object.fromEntries((await vendor.list('/v1/syncs')).map((sync) => [sync.id, sync.status]));
  const others = Object.values(ids).filter((id) => id !== mine);

  expect(await vendor.call('POST', `/v1/syncs/${mine}:pause`)).toMatchObject({ status: 'paused', pause_reason: 'manual' });
  expect(await statusOf()).toEqual({ [mine]: 'paused', ...Object.fromEntries(others.map((id) => [id, 'active'])) });
  expect(await vendor.request('POST', `/v1/syncs/${mine}:trigger`, {})).toMatchObject({ status: 409, body: { code: 'conflict' } });
  expect(await vendor.call('POST', `/v1/syncs/${mine}:resume`)).toMatchObject({ status: 'active', pause_reason: null });
  expect(await vendor.waitForRun({ syncId: mine, count: 2 })).toMatchObject({ status: 'succeeded' });
  const triggered = await vendor.runSync({ syncId: mine });
  expect(triggered).toMatchObject({ trigger: 'manual', customer_id: 'one', object: 'contacts', status: 'succeeded' });

  expect((await vendor.list(`/v1/runs?sync_id=${mine}`)).map((run) => run.id)[0]).toBe(triggered.id);
  for (const id of others) expect(await vendor.list(`/v1/runs?sync_id=${id}`)).toHaveLength(1);
  const ofOne = await vendor.list('/v1/runs?customer_id=one&object=contacts');
  expect(ofOne.map((run) => run.sync_id)).toEqual([mine, mine, mine]);
  const { token } = await vendor.call('POST', '/v1/customer-tokens', { customer_id: 'two' });
  expect((await vendor.list('/v1/runs', { key: token })).map((run) => run.customer_id)).toEqual(['two', 'two']);
  const stranger = await syncline.createApplication();
  for (const action of ['pause', 'resume', 'reset'])
    expect((await stranger.request('POST', `/v1/syncs/${mine}:${action}`)).status).toBe(404);
  expect((await stranger.request('POST', `/v1/syncs/${mine}:trigger`, {})).status).toBe(404);
  expect(await stranger.list('/v1/runs')).toEqual([]);
});

test('H37 (read) triggers during a run answer that run and queue exactly one more; two runs never overlap', async () => {
  const scene = await openScene(syncline, { account: 'h37', size: 2500 });
  await scene.control.fault({ match: { account: 'h37', object: 'contacts' }, fault: { kind: 'slow', delayMs: 700 }, times: 3 });
  await scene.control.clearRequests(scene.at);
  const trigger = () => scene.vendor.call('POST', `/v1/syncs/${scene.syncId}:trigger`, { full: true });
  const { id } = await trigger();
  // Until the first page is there the run has read nothing: what is asked for before, it still answers itself.
  await expect.poll(async () => (await scene.pages()).length, { timeout: 30_000 }).toBe(1);
  const answers = await Promise.all(Array.from({ length: 5 }, trigger));
  expect(answers.map((run) => run.id)).toEqual(Array(5).fill(id));
  expect(await scene.sync()).toMatchObject({ current_run_id: id, rerun_requested: true });
  await scene.vendor.waitForRun({ syncId: scene.syncId, count: 3 });
  await expect.poll(scene.sync, { timeout: 30_000 }).toMatchObject({ current_run_id: null, rerun_requested: false });
  const runs = (await scene.runs()).reverse();
  expect(runs.map((run) => [run.kind, run.status])).toEqual(Array(3).fill(['full', 'succeeded']));
  for (let i = 1; i < runs.length; i++) expect(runs[i].started_at >= runs[i - 1].finished_at).toBe(true);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('B24 a full refresh asked for during a run is what the next run does', async () => {
  const scene = await openScene(syncline, { account: 'b24' });
  // Incremental runs are blind to what is gone without a trace.
  const { ids } = await scene.control.remove({ ...scene.at, count: 1 });
  await scene.control.fault({ match: { account: 'b24', object: 'contacts' }, fault: { kind: 'slow', delayMs: 800 } });
  const trigger = (full: boolean) => scene.vendor.call('POST', `/v1/syncs/${scene.syncId}:trigger`, { full });
  const { id } = await trigger(false);
  await expect.poll(async () => (await scene.runs())[0].status, { timeout: 30_000 }).toBe('running');
  expect(await trigger(true)).toMatchObject({ id, kind: 'incremental' });
  expect(await scene.sync()).toMatchObject({ full_requested: true, current_run_id: id });
  const run = await scene.vendor.waitForRun({ syncId: scene.syncId, count: 3 });
  expect(run).toMatchObject({ kind: 'full', status: 'succeeded', deleted: 1 });
  expect((await scene.runs()).map(({ kind }) => kind)).toEqual(['full', 'incremental', 'full']);
  expect(await scene.sync()).toMatchObject({ full_requested: false });
  expect((await scene.rows()).filter((row) => row.isDeleted).map((row) => row.id)).toEqual(ids);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('B28 one vendor’s malformed config fails alone: another vendor’s syncs go on, by schedule and by trigger', async () => {
  const broken = await openScene(syncline, { account: 'b28-broken', object: 'owners', order: { interval_seconds: 10 } });
  const sound = await openScene(syncline, { account: 'b28-sound', object: 'owners', order: { interval_seconds: 10 } });
  await syncline.pool.query(`update sync set object = 'no_such_object', strategy = 'nonsense' where id = $1`, [broken.syncId]);
  await syncline.pool.query(`update sync_config set objects = '"nonsense"' where application_id = $1`, [broken.vendor.applicationId]);
  await sound.control.update({ ...sound.at, count: 2, fields: { name: 'Later' } });
  await syncline.setClock(11_000);
  try {
    expect(await sound.vendor.waitForRun({ syncId: sound.syncId, count: 2 })).toMatchObject({
      trigger: 'schedule',
      status: 'succeeded',
      updated: 2,
    });
    await expect
      .poll(async () => (await broken.runs())[0], { timeout: 30_000 })
      .toMatchObject({ status: 'failed', error_code: expect.any(String) });
    const { connectionId } = await sound.vendor.connectCustomer({ customerId: 'b28-new' });
    const { id } = await sound.vendor.findSync({ connectionId, object: 'owners' });
    expect(await sound.vendor.waitForRun({ syncId: id })).toMatchObject({ status: 'succeeded', inserted: 5 });
    await sound.expectAgrees();
    await sound.expectInvariants();
  } finally {
    await syncline.setClock(0);
  }
});

test.each([
  ['five minutes', 300],
  ['hour', 3600],
  ['day', 86_400],
])(
  'S22 a sync that is due every %s runs once for each that passes, none overlapping, and says when it is due next',
  async (_what, seconds) => {
    const scene = await openScene(syncline, { account: `s22-${seconds}`, object: 'owners', order: { interval_seconds: seconds } });
    try {
      for (let passed = 1; passed <= 3; passed++) {
        const due = Date.parse((await scene.sync()).next_run_at);
        const offset = due - Date.now() + 100;
        await syncline.setClock(offset);
        const run = await scene.vendor.waitForRun({ syncId: scene.syncId, count: 1 + passed });
        expect(run).toMatchObject({ trigger: 'schedule', status: 'succeeded', first_seq: null });
        const wait = Date.parse((await scene.sync()).next_run_at) - Date.parse(run.finished_at);
        expect(wait).toBeGreaterThan(seconds * 900);
        expect(wait).toBeLessThanOrEqual(seconds * 1000);
      }
      const runs = (await scene.runs()).reverse();
      expect(runs).toHaveLength(4);
      for (let i = 1; i < runs.length; i++) expect(runs[i].started_at >= runs[i - 1].finished_at).toBe(true);
      await scene.expectInvariants();
    } finally {
      await syncline.setClock(0);
    }
  },
);
