import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Loose } from '../support/client.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene, type Scene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

const fullOnly = { strategy: 'full_only' };
const settleMsMax = 20_000;

const heldBy = (scene: Scene): Promise<Loose[]> => scene.vendor.list(`/v1/held-deletes?sync_id=${scene.syncId}`);
const recordsOf = (scene: Scene, runId: string): Promise<Loose[]> => scene.vendor.list(`/v1/held-deletes/${runId}/records?page_size=7`);
const decide = (scene: Scene, runId: string, decision: 'approve' | 'reject') =>
  scene.vendor.request('POST', `/v1/held-deletes/${runId}:${decision}`);
const deletedIds = async (scene: Scene) => (await scene.rows()).filter((row) => row.isDeleted).map((row) => row.id);

/** Answers the decision once it has been carried out; asking again is what tells. */
async function settled(scene: Scene, runId: string, decision: 'approve' | 'reject'): Promise<Loose> {
  return expect
    .poll(async () => (await decide(scene, runId, decision)).body, { timeout: settleMsMax })
    .toMatchObject({ run_id: runId, decision, deletes: 0, settled_at: expect.any(String) });
}

test('H18 B17 held deletes are listed by id; approved, exactly those are deleted, once, and whoever follows the feed sees them', async () => {
  const scene = await openScene(syncline, { account: 'h18-approve', size: 120, order: fullOnly });
  const { cursor } = await scene.changes();
  const { ids } = await scene.control.remove({ ...scene.at, count: 30 });
  const created = await scene.control.create({ ...scene.at, fields: { notes: 'new' } });
  const run = await scene.run();
  expect(run).toMatchObject({ status: 'held', error_code: 'too_large_share', inserted: 1, deleted: 0, held_deletes: 30 });
  expect(await scene.sync()).toMatchObject({ health: 'held' });
  expect(await heldBy(scene)).toMatchObject([
    { run_id: run.id, sync_id: scene.syncId, reason: 'too_large_share', deletes: 30, decision: null, settled_at: null },
  ]);
  const records = await recordsOf(scene, run.id);
  expect(records).toEqual(ids.toSorted().map((record_id) => ({ record_id, cause: 'missing', modified_at: null })));
  expect((await scene.changes(cursor)).data.map((entry) => entry.record_id)).toEqual([created.id]);

  const answer = await decide(scene, run.id, 'approve');
  expect([answer.status, answer.body.decision]).toEqual([200, 'approve']);
  expect((await scene.sync()).health).toBe('healthy');
  await settled(scene, run.id, 'approve');
  expect((await deletedIds(scene)).sort()).toEqual(ids.toSorted());
  const tombstones = (await scene.changes(cursor)).data.filter((entry) => entry.deleted_at !== null);
  expect(tombstones.map((entry) => entry.record_id).sort()).toEqual(ids.toSorted());
  expect(await heldBy(scene)).toEqual([]);

  const refused = await decide(scene, run.id, 'reject');
  expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
  expect(await scene.events('held_deletes.approved')).toMatchObject([{ data: { run_id: run.id, deletes: 30 } }]);
  const changed = (await scene.events('records.changed')).filter(({ data }) => data.run_id === run.id && data.deleted > 0);
  expect(changed).toMatchObject([
    { data: { deleted: 30, first_seq: tombstones[0].seq, last_seq: tombstones.at(-1).seq, connection_id: scene.connectionId } },
  ]);
  const audited = (await scene.vendor.list('/v1/audit')).filter(({ target }) => target === run.id);
  expect(audited.map(({ action }) => action)).toEqual(['held_deletes.approved']);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('H18 B17 what was written or met again since the read is not deleted by an approval', async () => {
  const scene = await openScene(syncline, { account: 'h18-back', size: 120 });
  const { ids } = await scene.control.remove({ ...scene.at, count: 30 });
  const run = await scene.run({ full: true });
  expect(run).toMatchObject({ status: 'held', held_deletes: 30 });
  const [back, ...gone] = ids.toSorted();
  await scene.control.create({ ...scene.at, id: back!, fields: { notes: 'restored' } });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded' });
  expect((await recordsOf(scene, run.id)).map(({ record_id }) => record_id)).toEqual(gone);
  await settled(scene, run.id, 'approve');
  expect((await deletedIds(scene)).sort()).toEqual(gone);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('H18 B17 rejected, nothing is deleted, and the rows are kept: later reads hold them again only when they were met in between', async () => {
  const account = 'h18-reject';
  const scene = await openScene(syncline, { account, object: 'plain_items', size: 120 });
  const before = await scene.rows();
  const empty = () => scene.control.fault({ match: { account, object: 'plain_items' }, fault: { kind: 'empty' } });
  await empty();
  const run = await scene.run();
  expect(run).toMatchObject({ status: 'held', error_code: 'empty_read', held_deletes: 120 });
  await settled(scene, run.id, 'reject');
  expect(await scene.rows()).toEqual(before);
  expect(await scene.events('held_deletes.rejected')).toMatchObject([{ data: { run_id: run.id, deletes: 120 } }]);
  expect((await decide(scene, run.id, 'approve')).status).toBe(409);

  await empty();
  expect(await scene.run()).toMatchObject({ status: 'succeeded', deleted: 0, held_deletes: 0 });
  expect([await heldBy(scene), await scene.rows(), (await scene.sync()).health]).toEqual([[], before, 'healthy']);
  expect(await scene.run()).toMatchObject({ status: 'succeeded', unchanged: 120 });
  await empty();
  const again = await scene.run();
  expect(again).toMatchObject({ status: 'held', held_deletes: 120 });
  expect(await scene.run()).toMatchObject({ status: 'succeeded', unchanged: 120 });
  expect(await heldBy(scene)).toEqual([]);
  const overtaken = await decide(scene, again.id, 'approve');
  expect([overtaken.status, overtaken.body.code]).toEqual([409, 'conflict']);
  expect(await scene.rows()).toEqual(before);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('B17 a run that held nothing has nothing to decide about, and nobody else decides', async () => {
  const scene = await openScene(syncline, { account: 'b17-none', size: 3 });
  expect((await decide(scene, scene.first!.id, 'approve')).body.code).toBe('conflict');
  const stranger = await syncline.createApplication();
  for (const path of [`/v1/held-deletes?sync_id=${scene.syncId}`, `/v1/held-deletes/${scene.first!.id}/records`])
    expect((await stranger.request('GET', path)).body.code).toBe('not_found');
  expect((await stranger.request('POST', `/v1/held-deletes/${scene.first!.id}:approve`)).body.code).toBe('not_found');
});

test('H18 each limit of the guard holds by itself: an absolute number, a share of a hundred or more, and what adds up over a day', async () => {
  const many = await openScene(syncline, { account: 'h18-number', size: 2600, order: fullOnly });
  await many.control.remove({ ...many.at, count: 501 });
  expect(await many.run()).toMatchObject({ status: 'held', error_code: 'too_many_deletes', held_deletes: 501, deleted: 0 });

  const few = await openScene(syncline, { account: 'h18-few', size: 99, order: fullOnly });
  await few.control.remove({ ...few.at, count: 50 });
  expect(await few.run()).toMatchObject({ status: 'succeeded', deleted: 50, held_deletes: 0 });

  const creeping = await openScene(syncline, { account: 'h18-creeping', size: 200, order: fullOnly });
  await creeping.control.remove({ ...creeping.at, count: 30 });
  expect(await creeping.run()).toMatchObject({ status: 'succeeded', deleted: 30 });
  await creeping.control.remove({ ...creeping.at, count: 15 });
  const held = await creeping.run();
  expect(held).toMatchObject({ status: 'held', error_code: 'too_large_share', held_deletes: 15 });
  // What a person approves does not count against what follows.
  await settled(creeping, held.id, 'approve');
  await creeping.control.remove({ ...creeping.at, count: 5 });
  expect(await creeping.run()).toMatchObject({ status: 'succeeded', deleted: 5 });
  await creeping.expectAgrees();
  await creeping.expectInvariants();
});

test('B17 of many who decide at once one is heard and told once, and a read beside its carrying out changes nothing about it', async () => {
  const scene = await openScene(syncline, { account: 'b17-race', size: 120, order: fullOnly });
  const { ids } = await scene.control.remove({ ...scene.at, count: 40 });
  const run = await scene.run();
  expect(run).toMatchObject({ status: 'held', held_deletes: 40 });
  const decisions = (['approve', 'reject'] as const).flatMap((one) => Array.from({ length: 5 }, () => one));
  const answers = await Promise.all(decisions.map((decision) => decide(scene, run.id, decision)));
  const heard = answers.filter(({ status }) => status === 200).map(({ body }) => body.decision);
  expect(heard).toHaveLength(5);
  expect(new Set(heard).size).toBe(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(5);
  const beside = await scene.vendor.call('POST', `/v1/syncs/${scene.syncId}:trigger`, {});
  await settled(scene, run.id, heard[0]);
  await scene.vendor.waitForEnd({ runId: beside.id });
  const told = [...(await scene.events('held_deletes.approved')), ...(await scene.events('held_deletes.rejected'))];
  expect(told).toMatchObject([{ data: { run_id: run.id, deletes: 40 } }]);
  const live = new Set((await scene.rows()).filter((row) => !row.isDeleted).map((row) => row.id));
  expect(ids.filter((id) => live.has(id))).toHaveLength(heard[0] === 'approve' ? 0 : 40);
  await expect.poll(() => heldBy(scene), { timeout: settleMsMax }).toEqual([]);
});
