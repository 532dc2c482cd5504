import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Loose } from '../support/client.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene, type Scene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

const time = '2025-05-05T05:05:05.000Z';
const waitMsMax = 20_000;

async function serve(account: string, id: string, members: string, object = 'contacts') {
  const raw = `{"id":"${id}","updated_at":"${time}","is_deleted":false,${members}}`;
  await syncline.control.createRaw({ account, object, id, raw, updatedAt: time });
}
const huge = `"note":"${'x'.repeat(10 * 1024 * 1024)}"`;
const aside = (scene: Scene): Promise<Loose[]> => scene.vendor.list(`/v1/quarantine?sync_id=${scene.syncId}&page_size=1`);
const retry = (scene: Scene, id: string) => scene.vendor.call('POST', `/v1/quarantine/${id}:retry`);

test('H67 what was set aside is listed with its reason, and read again by itself when asked: stored it leaves, refused it stays', async () => {
  const account = 'h67-retry';
  await serve(account, 'con_first', huge);
  await serve(account, 'con_second', huge);
  const scene = await openScene(syncline, { account, size: 5 });
  expect(scene.first).toMatchObject({ status: 'succeeded', inserted: 5, quarantined: 2 });
  const listed = await aside(scene);
  expect(listed.map((entry) => entry.record_id).sort()).toEqual(['con_first', 'con_second']);
  for (const entry of listed)
    expect(entry).toMatchObject({
      ...{ sync_id: scene.syncId, customer_id: account, connection_id: scene.connectionId, object: 'contacts' },
      ...{ reason: 'too_large', detail: expect.stringMatching(/\d+ bytes/), retry_requested_at: null },
    });
  const [first, second] = listed.toSorted((a, b) => (a.record_id < b.record_id ? -1 : 1));

  await serve(account, 'con_first', '"note":"mended"');
  expect(await retry(scene, first.id)).toMatchObject({ id: first.id, retried_by: 'record' });
  await expect.poll(async () => (await aside(scene)).map(({ id }) => id), { timeout: waitMsMax }).toEqual([second.id]);
  expect((await scene.raw('con_first')).note).toBe('mended');
  const looked = async () => {
    const [entry] = await aside(scene);
    return entry.quarantined_at > second.quarantined_at && entry.retry_requested_at === null;
  };
  expect(await retry(scene, second.id)).toMatchObject({ retried_by: 'record', reason: 'too_large' });
  await expect.poll(looked, { timeout: waitMsMax }).toBe(true);
  expect((await aside(scene))[0]).toMatchObject({ id: second.id, reason: 'too_large', record_id: 'con_second' });
  expect((await scene.vendor.list('/v1/audit')).filter(({ action }) => action === 'quarantine.retried')).toHaveLength(2);
  await scene.control.remove({ ...scene.at, id: 'con_second' });
  expect(await scene.run({ full: true })).toMatchObject({ status: 'succeeded', quarantined: 0, deleted: 0 });
  expect(await aside(scene)).toEqual([]);
  await scene.expectInvariants();
});

test('H67 a record without an id is retried by reading everything again, and leaves when the provider lists it no more', async () => {
  const account = 'h67-idless';
  const match = { account, object: 'contacts' };
  await syncline.control.fault({ match, fault: { kind: 'malformed', record: 'null_id' }, times: null });
  const scene = await openScene(syncline, { account, size: 5 });
  expect(scene.first).toMatchObject({ status: 'succeeded', inserted: 5, quarantined: 1 });
  const [entry] = await aside(scene);
  expect(entry).toMatchObject({ record_id: null, reason: 'id_missing' });
  await scene.control.clearFaults({ account });
  expect(await retry(scene, entry.id)).toMatchObject({ id: entry.id, retried_by: 'run' });
  await expect.poll(() => aside(scene), { timeout: waitMsMax }).toEqual([]);
  const runs = await scene.runs();
  expect(runs.map(({ kind }) => kind)).toEqual(['full', 'full']);
  await scene.vendor.waitForEnd({ runId: runs[0].id });
  await scene.expectInvariants();
});

test('H67 an object that offers no reading one by one is read in full, and a stranger sees and retries nothing', async () => {
  const account = 'h67-plain';
  await serve(account, 'itm_huge', huge, 'plain_items');
  const scene = await openScene(syncline, { account, object: 'plain_items', size: 5 });
  const [entry] = await aside(scene);
  const stranger = await syncline.createApplication();
  for (const [method, path] of [
    ['GET', `/v1/quarantine?sync_id=${scene.syncId}`],
    ['POST', `/v1/quarantine/${entry.id}:retry`],
  ] as const)
    expect((await stranger.request(method, path)).body.code).toBe('not_found');
  await scene.vendor.call('POST', `/v1/syncs/${scene.syncId}:pause`);
  expect((await scene.vendor.request('POST', `/v1/quarantine/${entry.id}:retry`)).body.code).toBe('conflict');
  await scene.vendor.call('POST', `/v1/syncs/${scene.syncId}:resume`);
  await serve(account, 'itm_huge', '"note":"mended"', 'plain_items');
  await retry(scene, entry.id);
  await expect.poll(() => aside(scene), { timeout: waitMsMax }).toEqual([]);
  expect((await scene.raw('itm_huge')).note).toBe('mended');
});
