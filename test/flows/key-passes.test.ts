import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene, type Scene } from './support.ts';

let syncline: TestSyncline;
let minutes = 0;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

/** A pass is owed when its interval has passed: here ten minutes, so that every step of the clock owes one. */
const order = { strategy: 'full_then_incremental', key_pass_interval_seconds: 600, interval_seconds: 7 * 24 * 3600 };

/** Time passes, and the next run finds that a pass is owed. */
async function passTime(): Promise<void> {
  minutes += 20;
  await syncline.setClock(minutes * 60_000);
}

/** The pass that follows the run by itself. */
async function passBehind(scene: Scene) {
  const before = (await scene.runs()).length;
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', deleted: 0 });
  return scene.vendor.waitForRun({ syncId: scene.syncId, count: before + 2 });
}

test('P38 D45 H61 a record that is gone without a word is not concluded from absence; the scheduled pass over all keys finds it', async () => {
  const scene = await openScene(syncline, { account: 'p38', object: 'calls', size: 2200, order });
  const { control, at } = scene;
  const before = await scene.rows();
  await control.remove({ ...at, ids: ['cal_0000000002', 'cal_0000001500'] });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', deleted: 0 });
  // No pass was owed yet: nothing follows, and the rows stand.
  expect((await scene.sync()).current_run_id).toBeNull();
  expect(await scene.rows()).toEqual(before);

  await passTime();
  await control.clearRequests(at);
  const pass = await passBehind(scene);
  expect(pass).toMatchObject({
    kind: 'keys',
    trigger: 'schedule',
    status: 'succeeded',
    inserted: 0,
    updated: 0,
    deleted: 2,
    quarantined: 0,
  });
  const asked = (await scene.pages()).map(({ path }) => path);
  expect(asked.filter((path) => path === '/crm/v1/calls/keys')).toHaveLength(3);
  expect(asked.filter((path) => path === '/crm/v1/calls').length).toBeLessThanOrEqual(1);
  expect((await scene.rows()).filter((row) => row.isDeleted).map(({ id }) => id)).toEqual(['cal_0000000002', 'cal_0000001500']);
  const gone = (row: { id: string }) => row.id === 'cal_0000000002' || row.id === 'cal_0000001500';
  expect((await scene.rows()).filter((row) => !gone(row))).toEqual(before.filter((row) => !gone(row)));
  const { last_key_pass_at: passAt } = await scene.sync();
  expect([passAt >= pass.started_at, passAt <= pass.finished_at]).toEqual([true, true]);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('P38 D38 a pass that breaks off marks nothing, and the run that goes on with it misses nothing', async () => {
  const scene = await openScene(syncline, { account: 'p38-partial', object: 'calls', size: 2500, order });
  const { control, at } = scene;
  await control.remove({ ...at, ids: ['cal_0000000001', 'cal_0000002400'] });
  await passTime();
  await control.fault({ match: { account: at.account, path: '/calls/keys', hasPageToken: true }, fault: { kind: 'forbidden' }, skip: 1 });
  const partial = await passBehind(scene);
  expect(partial).toMatchObject({ kind: 'keys', status: 'failed', error_code: 'provider_forbidden', fetched: 2000, deleted: 0 });
  expect((await scene.rows()).filter((row) => row.isDeleted)).toEqual([]);
  expect((await scene.listed()).every((entry) => entry.deleted_at === null)).toBe(true);

  // What is created while the pass is open is not missing from it.
  const { id } = await control.create({ ...at, id: 'cal_0000000000x', fields: { note: 'meanwhile' } });
  expect(await scene.run()).toMatchObject({ kind: 'keys', status: 'succeeded', fetched: 498, deleted: 2 });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', inserted: 1 });
  expect((await scene.rows()).filter((row) => row.isDeleted).map((row) => row.id)).toEqual(['cal_0000000001', 'cal_0000002400']);
  expect((await scene.rows()).map((row) => row.id)).toContain(id);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('a pass over the keys takes them in small transactions, however fast they come: what waits for one does not grow with the data', async () => {
  const scene = await openScene(syncline, { account: 'p38-many', object: 'calls', size: 5500, order });
  await passTime();
  const match = { account: 'p38-many', path: '/calls/keys', hasPageToken: true };
  await scene.control.fault({ match, fault: { kind: 'forbidden' }, skip: 4 });
  expect(await passBehind(scene)).toMatchObject({ kind: 'keys', status: 'failed', error_code: 'provider_forbidden', fetched: 5000 });
  // What it met stands there for the run that goes on with it: one row for every transaction.
  const { rows } = await syncline.pool.query<{ most: number; all: number }>(
    `select max(cardinality(ids))::int4 as most, sum(cardinality(ids))::int4 as all from ${scene.table.split('.')[0]}._syncline_seen`,
  );
  expect(rows[0]!.all).toBe(5000);
  expect(rows[0]!.most).toBeLessThanOrEqual(1500);
  expect(await scene.run()).toMatchObject({ kind: 'keys', status: 'succeeded', fetched: 500, deleted: 0 });
  await scene.expectInvariants();
});

/** Real providers: what is gone from the bin too, or was never in it, vanishes without a trace. */
const listings = [
  { provider: 'hubspot', object: 'deals', account: '41000', size: 250, path: '/crm/v3/objects/deals', pages: 3 },
  { provider: 'salesforce', object: 'Opportunity', account: 'p38-bin', size: 4100, path: '/services/data/v60.0/query', pages: 3 },
] as const;

test.each(listings)(
  'D41 P38 H61 $provider: what vanishes without a trace is found by the ids alone, and a pass that breaks off deletes nothing',
  async ({ provider, object, account, size, path, pages }) => {
    const scene = await openScene(syncline, { account, provider, object, size, order });
    const { control, at } = scene;
    const before = await scene.rows();
    const gone = [before[1]!.id, before[size - 2]!.id];
    await control.remove({ ...at, ids: gone });
    expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', deleted: 0 });
    expect(await scene.rows()).toEqual(before);

    await passTime();
    // The last page of the pass is refused: what came before it proves nothing.
    await control.fault({ match: { dialect: provider, account, path, hasPageToken: true }, fault: { kind: 'forbidden' }, skip: pages - 2 });
    await control.clearRequests(at);
    expect(await passBehind(scene)).toMatchObject({ kind: 'keys', status: 'failed', error_code: 'provider_forbidden', deleted: 0 });
    expect(await scene.rows()).toEqual(before);
    expect(await scene.run()).toMatchObject({ kind: 'keys', status: 'succeeded', inserted: 0, updated: 0, deleted: 2 });

    const rows = await scene.rows();
    expect(rows.filter(({ isDeleted }) => isDeleted).map(({ id }) => id)).toEqual(gone);
    expect(rows.filter(({ id }) => !gone.includes(id))).toEqual(before.filter(({ id }) => !gone.includes(id)));
    // No record was read by the pass: ids only.
    const asked = (await control.requests(at)).map(({ query }) => new URLSearchParams(query));
    const keys = asked.filter((query) => query.get('properties') === 'hs_object_id' || query.get('q')?.startsWith('SELECT Id FROM '));
    expect(keys.length).toBeGreaterThan(0);
    expect(rows.filter(({ isDeleted }) => !isDeleted).map(({ id }) => id)).toEqual([...(await scene.truth()).keys()].sort());
    await scene.expectInvariants();
  },
);

test('P36 H61 HubSpot: what was archived while a sync was off for longer than HubSpot keeps it is found by a pass over the ids', async () => {
  const manual = { strategy: 'full_then_incremental', schedule: { kind: 'manual' } };
  const account = '41001';
  const at = { dialect: 'hubspot' as const, account };
  const keepStep = () => control.configure({ ...at, clockOffsetMs: minutes * 60_000 });
  const { control } = syncline;
  await keepStep();
  const scene = await openScene(syncline, { account, provider: 'hubspot', object: 'companies', size: 20, order: manual });
  const [, doomed] = await scene.rows();
  await control.delete({ ...scene.at, id: doomed!.id });
  minutes += 100 * 24 * 60;
  await keepStep();
  await syncline.setClock(minutes * 60_000);
  const before = (await scene.runs()).length;
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', deleted: 0, warnings: ['deletions_expired'] });
  const pass = await scene.vendor.waitForRun({ syncId: scene.syncId, count: before + 2 });
  expect(pass).toMatchObject({ kind: 'keys', status: 'succeeded', deleted: 1 });
  expect((await scene.rows()).filter(({ isDeleted }) => isDeleted).map(({ id }) => id)).toEqual([doomed!.id]);
  await scene.expectInvariants();
});

test('a pass that keeps failing does not keep the changes waiting, and is made once it can be', async () => {
  const scene = await openScene(syncline, { account: 'p38-failing', object: 'calls', size: 20, order });
  const { control, at } = scene;
  await control.remove({ ...at, id: 'cal_0000000003' });
  await control.fault({ match: { account: at.account, path: '/calls/keys' }, fault: { kind: 'forbidden' }, times: null });
  await passTime();
  const kinds: string[] = [(await passBehind(scene)).kind];
  const { id } = await control.create({ ...at, fields: { note: 'meanwhile' } });
  for (let retry = 1; retry <= 3; retry++) {
    const { length } = await scene.runs();
    // Longer than any pause between two attempts.
    minutes += 10;
    await syncline.setClock(minutes * 60_000);
    kinds.push((await scene.vendor.waitForRun({ syncId: scene.syncId, count: length + 1 })).kind);
  }
  expect(kinds).toEqual(['keys', 'keys', 'keys', 'incremental']);
  expect((await scene.rows()).map((row) => row.id)).toContain(id);
  expect((await scene.rows()).every((row) => !row.isDeleted)).toBe(true);

  await control.clearFaults({ account: at.account, path: '/calls/keys' });
  expect(await passBehind(scene)).toMatchObject({ kind: 'keys', status: 'succeeded', deleted: 1 });
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('P38 H18 a pass that finds nothing at all is held, and deletes nothing', async () => {
  const scene = await openScene(syncline, { account: 'p38-empty', object: 'calls', size: 30, order });
  await passTime();
  await scene.control.fault({ match: { account: 'p38-empty', path: '/calls/keys' }, fault: { kind: 'empty' } });
  expect(await passBehind(scene)).toMatchObject({ kind: 'keys', status: 'held', deleted: 0, held_deletes: 30 });
  expect((await scene.rows()).every((row) => !row.isDeleted)).toBe(true);
  await scene.expectInvariants();
});

test('H61 an object without a list of keys is read in full instead', async () => {
  const scene = await openScene(syncline, { account: 'h61-full', object: 'visits', size: 30, order });
  await scene.control.remove({ ...scene.at, id: 'vis_0000000007' });
  await passTime();
  expect(await passBehind(scene)).toMatchObject({ kind: 'full', trigger: 'schedule', status: 'succeeded', deleted: 1, updated: 0 });
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('P36 deletions that the provider has forgotten are found by a pass over the keys, and the run says so', async () => {
  const leads = { strategy: 'full_then_incremental', schedule: { kind: 'manual' } };
  const keepStep = () => syncline.control.configure({ account: 'p36-forgotten', clockOffsetMs: minutes * 60_000 });
  await keepStep();
  const scene = await openScene(syncline, { account: 'p36-forgotten', object: 'leads', size: 20, order: leads });
  const { control, at } = scene;
  // Gone from the feed of deletions as well: it remembers thirty days, and the sync was off for longer.
  await control.remove({ ...at, id: 'lea_0000000005' });
  minutes += 40 * 24 * 60;
  await keepStep();
  await syncline.setClock(minutes * 60_000);
  await control.clearRequests(at);
  const before = (await scene.runs()).length;
  const run = await scene.run();
  expect(run).toMatchObject({ kind: 'incremental', status: 'succeeded', deleted: 0, warnings: ['deletions_expired'] });
  const pass = await scene.vendor.waitForRun({ syncId: scene.syncId, count: before + 2 });
  expect(pass).toMatchObject({ kind: 'keys', status: 'succeeded', deleted: 1, warnings: [] });
  expect(await scene.events('sync.gap_found')).toMatchObject([{ data: { run_id: run.id, reason: 'deletions_expired' } }]);
  // The provider is not asked for what it has forgotten.
  const asked = (await scene.pages()).find(({ path }) => path.endsWith('/deleted'))!.query.get('since')!;
  expect(Date.parse(asked)).toBeGreaterThan(Date.now() + minutes * 60_000 - 30 * 24 * 3600_000);
  await scene.expectAgrees();
  await scene.expectInvariants();
});
