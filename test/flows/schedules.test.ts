import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Loose } from '../support/client.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene, type Scene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());
beforeEach(() => syncline.setClock(0));

/** The database's clock shows this moment now, and goes on from there. */
const setTime = (time: string) => syncline.setClock(Date.parse(time) - Date.now());

const startsOf = async (scene: Scene) => (await scene.runs()).map((run) => run.started_at as string).sort();

/** No run began before the one before it had ended. */
async function expectNoOverlap(scene: Scene) {
  const runs = (await scene.runs()).sort((a, b) => (a.started_at < b.started_at ? -1 : 1));
  for (const [i, run] of runs.entries()) if (i > 0) expect(run.started_at >= runs[i - 1]!.finished_at).toBe(true);
}

test.each([
  ['five minutes', 300],
  ['an hour', 3600],
  ['a day', 86_400],
])('P03 S22 T07 every %s: three intervals pass, three runs begin, none overlaps, and the next one can be read', async (name, seconds) => {
  const scene = await openScene(syncline, { account: `p03-${seconds}`, size: 20, order: { schedule: { kind: 'interval', seconds } } });
  expect(await scene.sync()).toMatchObject({ interval_seconds: seconds, schedule: { kind: 'interval', seconds } });
  const beginning = Date.parse(scene.first.started_at);
  let last = scene.first;
  for (const count of [2, 3, 4]) {
    // Connections are spread over the last tenth of the interval.
    const { next_run_at: next } = await scene.sync();
    const wait = (Date.parse(next) - Date.parse(last.started_at)) / 1000;
    expect(wait, name).toBeGreaterThanOrEqual(seconds * 0.9 - 1);
    expect(wait, name).toBeLessThanOrEqual(seconds + 1);
    const { watermark } = await scene.checkpoint();
    await scene.control.clearRequests(scene.at);
    await setTime(new Date(Date.parse(next) + 1000).toISOString());
    last = await scene.vendor.waitForRun({ syncId: scene.syncId, count });
    expect(last).toMatchObject({ status: 'succeeded', trigger: 'schedule', kind: 'incremental' });
    // T07: what it asks for is what changed since the run before.
    expect(last.watermark_before).toBe(watermark);
    expect((await scene.pages())[0]!.query.get('modified_since')).toBe(new Date(Date.parse(watermark) - 5000).toISOString());
  }
  const starts = (await startsOf(scene)).map((time) => Date.parse(time));
  expect(starts.filter((time) => time > beginning && time <= beginning + (3 * seconds + 60) * 1000)).toHaveLength(3);
  await expectNoOverlap(scene);
  await scene.expectInvariants();
});

const daily = { kind: 'cron', expression: '30 2 * * *', time_zone: 'Europe/Berlin' };

/** Goes to the moment when the next run is due, and waits for it. Answers when the one behind it is due. */
async function goToNext(scene: Scene, expected: string): Promise<Loose> {
  const { next_run_at: next } = await scene.sync();
  expect(next).toBe(expected);
  const count = (await scene.runs()).length;
  await setTime(new Date(Date.parse(next) + 1000).toISOString());
  const run = await scene.vendor.waitForRun({ syncId: scene.syncId, count: count + 1 });
  expect(run).toMatchObject({ status: 'succeeded', trigger: 'schedule' });
  return run;
}

test('O05 H59 daily at 02:30 in a zone: in spring the gap moves it to the first valid minute, once', async () => {
  await setTime('2031-03-28T12:00:00Z');
  const scene = await openScene(syncline, { account: 'h59-spring', size: 5, order: { schedule: daily } });
  expect((await scene.sync()).schedule).toEqual(daily);
  await goToNext(scene, '2031-03-29T01:30:00.000Z');
  // 02:30 does not exist on that day: the clocks go from 02:00 to 03:00, which is 01:00 UTC.
  await goToNext(scene, '2031-03-30T01:00:00.000Z');
  await goToNext(scene, '2031-03-31T00:30:00.000Z');
  const ofTheDay = (await startsOf(scene)).filter((time) => time >= '2031-03-29T23:00:00.000Z' && time < '2031-03-30T22:00:00.000Z');
  expect(ofTheDay).toHaveLength(1);
  await expectNoOverlap(scene);
});

test('O05 H59 daily at 02:30 in a zone: in autumn the hour comes twice, and the run at its first coming', async () => {
  await setTime('2031-10-24T12:00:00Z');
  const scene = await openScene(syncline, { account: 'h59-autumn', size: 5, order: { schedule: daily } });
  await goToNext(scene, '2031-10-25T00:30:00.000Z');
  await goToNext(scene, '2031-10-26T00:30:00.000Z');
  // The clock shows 02:30 again; another sync's run shows that what was due then would have run.
  await setTime('2031-10-26T01:30:05Z');
  await openScene(syncline, { account: 'h59-autumn-other', size: 5 });
  await goToNext(scene, '2031-10-27T01:30:00.000Z');
  const ofTheDay = (await startsOf(scene)).filter((time) => time >= '2031-10-25T22:00:00.000Z' && time < '2031-10-26T23:00:00.000Z');
  expect(ofTheDay).toHaveLength(1);
  await expectNoOverlap(scene);
});

test('H59 two rows stamped 01:30 in the hour that comes twice are both read, and stored in UTC', async () => {
  const scene = await openScene(syncline, { account: 'h59-rows' });
  const stamp = async (id: string, local: string, utc: string) => {
    await scene.control.createRaw({ ...scene.at, id, raw: JSON.stringify({ id, updated_at: local, is_deleted: false }), updatedAt: utc });
    return scene.run();
  };
  const first = await stamp('con_first_0130', '2025-11-02T01:30:00-04:00', '2025-11-02T05:30:00.000Z');
  expect(first).toMatchObject({ kind: 'incremental', status: 'succeeded', inserted: 1, watermark_after: '2025-11-02T05:30:00.000Z' });
  const second = await stamp('con_second_0130', '2025-11-02T01:30:00-05:00', '2025-11-02T06:30:00.000Z');
  expect(second).toMatchObject({ kind: 'incremental', status: 'succeeded', inserted: 1, watermark_after: '2025-11-02T06:30:00.000Z' });
  const times = new Map((await scene.listed()).map((entry) => [entry.record_id, entry.modified_at]));
  expect(times.get('con_first_0130')).toBe('2025-11-02T05:30:00.000Z');
  expect(times.get('con_second_0130')).toBe('2025-11-02T06:30:00.000Z');
  await scene.expectInvariants();
});

test('O05 a schedule that was changed counts from now: an interval becomes a time of the day, and nothing at all', async () => {
  await setTime('2031-06-10T12:00:00Z');
  const scene = await openScene(syncline, { account: 'o05', size: 5 });
  const { sync_config_id: id } = await scene.sync();
  const change = (schedule: unknown) =>
    scene.vendor.call('PATCH', `/v1/sync-configs/${id}`, { objects: [{ object: scene.object, schedule }] });
  await change({ kind: 'cron', expression: '*/15 9-17 * * MON-FRI', time_zone: 'America/New_York' });
  expect(await scene.sync()).toMatchObject({ next_run_at: '2031-06-10T13:00:00.000Z' });
  await change({ kind: 'manual' });
  expect(await scene.sync()).toMatchObject({ next_run_at: null, schedule: { kind: 'manual' } });
  await change({ kind: 'interval', seconds: 600 });
  const { next_run_at: next } = await scene.sync();
  expect(Date.parse(next)).toBeGreaterThan(Date.parse('2031-06-10T12:09:00Z'));
  await scene.expectInvariants();
});

test.each([
  ['a zone that does not exist', { kind: 'cron', expression: '0 2 * * *', time_zone: 'Europe/Atlantis' }, 'objects.0.schedule.time_zone'],
  ['six fields', { kind: 'cron', expression: '0 0 2 * * *', time_zone: 'UTC' }, 'objects.0.schedule.expression'],
  ['a day that never comes', { kind: 'cron', expression: '0 0 31 2 *', time_zone: 'UTC' }, 'objects.0.schedule.expression'],
  ['an object that is not read', { kind: 'after', object: 'deals', on: 'completed' }, 'objects.0.schedule.object'],
  ['itself', { kind: 'after', object: 'contacts', on: 'completed' }, 'objects.0.schedule.object'],
])('O05 O07 a schedule with %s is refused at its place, and nothing is made', async (_name, schedule, place) => {
  const vendor = await syncline.createApplication();
  await vendor.setUpProvider({});
  const refused = await vendor.request('POST', '/v1/sync-configs', { provider: 'sandbox', objects: [{ object: 'contacts', schedule }] });
  expect(refused.status).toBe(400);
  expect(refused.body.errors).toMatchObject([{ path: place }]);
  expect(await vendor.list('/v1/sync-configs')).toEqual([]);
});

test('an interval said in both ways is refused', async () => {
  const vendor = await syncline.createApplication();
  await vendor.setUpProvider({});
  const both = { object: 'contacts', interval_seconds: 60, schedule: { kind: 'interval', seconds: 90 } };
  const refused = await vendor.request('POST', '/v1/sync-configs', { provider: 'sandbox', objects: [both] });
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: 'objects.0.interval_seconds' }] } });
});
