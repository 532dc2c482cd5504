import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Loose } from '../support/client.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene, type Scene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

const page = (scene: Scene, query = ''): Promise<Loose> =>
  scene.vendor.call('GET', `/v1/records/sandbox/${scene.at.object}?page_size=1000&include_deleted=true${query}`);
const completeAsOf = async (scene: Scene, query = ''): Promise<number | null> => {
  const { complete_as_of: time } = await page(scene, query);
  return time === null ? null : Date.parse(time);
};

test('nothing is complete before the first full read has ended; then pages, sync and run say until when', async () => {
  const account = 'complete';
  await syncline.control.fault({ match: { account, object: 'contacts' }, fault: { kind: 'slow', delayMs: 2500 } });
  const begun = Date.now();
  const scene = await openScene(syncline, { account, size: 5, waits: false });
  expect(await completeAsOf(scene, `&customer_id=${account}`)).toBeNull();
  // The bystander has been read; whoever lists everybody still waits for this customer.
  expect(await completeAsOf(scene, '&customer_id=complete-bystander')).not.toBeNull();
  expect(await completeAsOf(scene)).toBeNull();

  const run = await scene.vendor.waitForRun({ syncId: scene.syncId });
  const sync = await scene.sync();
  const own = await completeAsOf(scene, `&customer_id=${account}`);
  expect(sync.complete_as_of).toBe(run.complete_as_of);
  expect(own).toBe(Date.parse(run.complete_as_of));
  expect(await completeAsOf(scene, `&connection_id=${scene.connectionId}`)).toBe(own);
  // The object's lag of five seconds before the read began, by the provider's clock, which shows whole seconds.
  expect(own!).toBeGreaterThanOrEqual(begun - 7000);
  expect(own!).toBeLessThanOrEqual(Date.parse(run.finished_at) - 5000);
  expect(run.lag_seconds).toBe(Math.round((Date.parse(run.finished_at) - own!) / 1000));
  const all = await completeAsOf(scene);
  expect(all).toBe(Math.min(own!, (await completeAsOf(scene, '&customer_id=complete-bystander'))!));
});

test('each read of changes moves it on, a failed one does not, and a mark set forward by hand makes it unknown', async () => {
  const account = 'moves';
  const scene = await openScene(syncline, { account, size: 3 });
  await scene.control.configure({ account, clockOffsetMs: 60_000 });
  const first = (await completeAsOf(scene, `&customer_id=${account}`))!;
  await scene.run();
  const second = (await completeAsOf(scene, `&customer_id=${account}`))!;
  expect(second).toBeGreaterThan(first);

  await scene.control.fault({ match: { account, object: 'contacts' }, fault: { kind: 'forbidden' } });
  expect(await scene.run()).toMatchObject({ status: 'failed' });
  expect(await completeAsOf(scene, `&customer_id=${account}`)).toBe(second);

  await scene.setWatermark(new Date(Date.now() + 30_000).toISOString());
  await scene.run();
  expect(await completeAsOf(scene, `&customer_id=${account}`)).toBeNull();
  await scene.control.configure({ account, clockOffsetMs: 120_000 });
  await scene.run({ full: true });
  expect(await completeAsOf(scene, `&customer_id=${account}`)).toBeGreaterThan(second);
});

test('a connection that is gone holds nobody back, and begins anew when it returns', async () => {
  const account = 'returns';
  const scene = await openScene(syncline, { account, size: 3 });
  await scene.vendor.call('POST', `/v1/connections/${scene.connectionId}:disconnect`, { force: true });
  expect(await completeAsOf(scene, `&customer_id=${account}`)).toBeNull();
  expect(await completeAsOf(scene)).toBe(await completeAsOf(scene, '&customer_id=returns-bystander'));
  expect(await completeAsOf(scene)).not.toBeNull();
});

test('H52 nothing older than complete_as_of is ever missing, though changes show up to an hour late', async () => {
  const account = 'late';
  const object = 'shipments';
  const minute = 60_000;
  const scene = await openScene(syncline, { account, object, size: 4 });
  // What the provider accepted when, by its own clock: the truth that every page is held to.
  const accepted: { id: string; at: number; text: string }[] = [];
  let settled = 0;
  let clockMs = 0;

  /** The provider's time goes on, and its lag is another for every write: up to fifty-nine minutes. */
  const write = async (lagMinutes: number) => {
    await scene.control.configure({ account, clockOffsetMs: clockMs, visibilityLagMs: lagMinutes * minute });
    const text = `written at ${clockMs / minute}`;
    const { id } = await scene.control.create({ ...scene.at, fields: { tracking: text } });
    const { record } = await scene.control.get({ ...scene.at, id });
    accepted.push({ id, at: Date.parse(record!.updatedAt), text });
  };
  const expectNothingOlderMissing = async () => {
    const { data, complete_as_of: time } = await page(scene, `&customer_id=${account}`);
    const shown = new Map(data.map((entry: Loose) => [entry.record_id, entry.record.tracking]));
    const owed = accepted.filter(({ at }) => at < Date.parse(time));
    expect(owed.filter(({ id, text }) => shown.get(id) !== text)).toEqual([]);
    return { owed: owed.length, shown: accepted.filter(({ id }) => shown.has(id)).length };
  };

  const lags = [0, 59, 3, 40, 0, 59, 20, 59, 1, 33, 59, 12, 0, 50, 59, 7, 25, 0, 59, 44];
  let progress = { owed: 0, shown: 0 };
  for (const lag of lags) {
    clockMs += 10 * minute;
    await syncline.setClock(clockMs);
    await write(lag);
    await scene.control.clearRequests({ account });
    const before = Date.parse((await scene.sync()).complete_as_of);
    await scene.run();
    const [asked] = await scene.pages();
    settled += Date.parse(asked!.query.get('modified_since') ?? '') === before ? 1 : 0;
    progress = await expectNothingOlderMissing();
  }
  // It did move on, behind by an hour or two; and what was late was found without reading that far back every time.
  expect(progress.owed).toBeGreaterThanOrEqual(lags.length - 13);
  expect(progress.shown).toBeGreaterThan(progress.owed);
  expect(settled).toBeGreaterThanOrEqual(2);
  expect(settled).toBeLessThanOrEqual(5);
  await syncline.setClock(0);
}, 180_000);
