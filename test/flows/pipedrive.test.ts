import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadRecordings, recordedAccounts } from '../support/replay.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
let minutes = 0;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

const provider = 'pipedrive' as const;

/** Time passes, and the next run finds that a pass over the keys is owed. */
async function passTime(): Promise<void> {
  minutes += 2;
  await syncline.setClock(minutes * 60_000);
}

test('every recorded person comes out of the listing in its newest recorded state, value for value', async () => {
  const expected = await loadRecordings(syncline.control);
  const vendor = await syncline.createApplication();
  await vendor.setUpProvider({ provider, objects: ['persons'] });
  const { connectionId } = await vendor.connectCustomer({ customerId: 'fabrikam', provider, account: recordedAccounts.pipedrive });
  expect(await vendor.call('GET', `/v1/connections/${connectionId}`)).toMatchObject({ status: 'active' });
  const { id: syncId } = await vendor.findSync({ connectionId, object: 'persons' });
  expect(await vendor.waitForRun({ syncId })).toMatchObject({ status: 'succeeded', inserted: 8 });
  const listed = await vendor.list('/v1/records/pipedrive/persons?customer_id=fabrikam');
  expect(new Map(listed.map(({ record_id: id, record }) => [id, record]))).toEqual(
    new Map(expected.pipedrivePersons.map(({ id, record }) => [id, record])),
  );
});

test('P36 deleted deals are told by their own list, read behind a pointer of its own, archived ones among them', async () => {
  const scene = await openScene(syncline, {
    account: 'p36-deals',
    provider,
    object: 'deals',
    order: { strategy: 'full_then_incremental' },
  });
  const { control, at } = scene;
  // Every tenth generated deal is archived, and listed apart.
  expect(scene.first).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 60 });
  await scene.expectAgrees();
  const untouched = (await scene.rows()).filter(({ id }) => Number(id) > 30 && Number(id) < 60);
  const { cursor } = await scene.changes();

  await control.delete({ ...at, ids: ['3', '20'] });
  await control.update({ ...at, ids: ['4', '10'], fields: { title: 'Edited' } });
  await control.update({ ...at, id: '5', fields: { is_archived: true, archive_time: '2026-11-21T00:00:00Z' } });
  const created = await control.create({ ...at, fields: { title: 'Created' } });
  await control.clearRequests(at);
  const run = await scene.run();
  expect(run).toMatchObject({ kind: 'incremental', status: 'succeeded', inserted: 1, updated: 3, deleted: 2, warnings: [] });

  const asked = await scene.pages();
  expect(asked.every(({ query }) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(query.get('updated_since') ?? ''))).toBe(true);
  expect(asked.map(({ path, query }) => `${path} ${query.get('status') ?? ''}`)).toEqual([
    '/api/v2/deals ',
    '/api/v2/deals/archived ',
    '/api/v2/deals deleted',
    '/api/v2/deals/archived deleted',
  ]);
  const { data } = await scene.changes(cursor);
  expect(data.map((entry) => [entry.record_id, entry.deleted_at !== null]).sort()).toEqual(
    [['3', true], ['20', true], ['4', false], ['10', false], ['5', false], [created.id, false]].sort(), // biome-ignore format: one line
  );
  expect((await scene.rows()).filter(({ id }) => untouched.some((row) => row.id === id))).toEqual(untouched);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('a deal that is archived while the lists are read is not taken for deleted', async () => {
  const scene = await openScene(syncline, { account: 'archiving', provider, object: 'deals' });
  const { control, at } = scene;
  // Taken back between the two lists of the full read: it is in neither.
  await control.fault({
    match: { ...at, path: '/deals' },
    fault: { kind: 'mutate', operations: [{ operation: 'update', object: 'deals', id: '10', fields: { is_archived: false } }] },
  });
  expect(await scene.run({ full: true })).toMatchObject({ kind: 'full', status: 'succeeded', deleted: 0 });
  expect((await scene.rows()).find(({ id }) => id === '10')).toMatchObject({ isDeleted: false });
  await scene.run();
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test.each(['persons', 'activities'])(
  'S10 P38 %s: read in full, then only what changed; what was deleted is found by the pass that follows a run by itself',
  async (object) => {
    const order = { strategy: 'full_then_incremental', key_pass_interval_seconds: 60, interval_seconds: 7 * 24 * 3600 };
    const scene = await openScene(syncline, { account: `p38-${object}`, provider, object, size: 40, order });
    const { control, at } = scene;
    expect(scene.first).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 40 });
    const untouched = (await scene.rows()).filter(({ id }) => Number(id) > 10);
    const content = { name: 'Changed', subject: 'Changed' };
    await control.update({ ...at, ids: ['1', '2'], fields: content });
    const created = await control.create({ ...at, fields: content });
    await control.delete({ ...at, ids: ['7', '8'] });
    expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', inserted: 1, updated: 2, deleted: 0 });
    const live = async () => (await scene.rows()).filter(({ isDeleted }) => !isDeleted).map(({ id }) => id);
    expect(await live()).toEqual(expect.arrayContaining(['7', '8', created.id]));

    await passTime();
    const before = (await scene.runs()).length;
    expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', deleted: 0 });
    // Pipedrive has no list of ids alone: the pass reads the whole one.
    const pass = await scene.vendor.waitForRun({ syncId: scene.syncId, count: before + 2 });
    expect(pass).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 0, updated: 0, deleted: 2 });
    expect((await scene.rows()).filter(({ isDeleted }) => isDeleted).map(({ id }) => id)).toEqual(['7', '8']);
    expect((await scene.rows()).filter(({ id }) => untouched.some((row) => row.id === id))).toEqual(untouched);
    await scene.expectAgrees();
    await scene.expectInvariants();
  },
);

test('S10 P38 leads: what changed and what was archived is met by a run, what was deleted by the pass that follows one', async () => {
  const order = { strategy: 'full_then_incremental', key_pass_interval_seconds: 60, interval_seconds: 7 * 24 * 3600 };
  const scene = await openScene(syncline, { account: 'p38-leads', provider, object: 'leads', order });
  const { control, at } = scene;
  // Every tenth generated lead is archived, and listed apart.
  expect(scene.first).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 30 });
  await scene.expectAgrees();
  const ids = (await scene.rows()).map(({ id }) => id);
  const [edited, archived, gone] = [ids[0]!, ids[1]!, ids[2]!];
  await control.update({ ...at, id: edited, fields: { title: 'Edited' } });
  await control.update({ ...at, id: archived, fields: { is_archived: true } });
  const created = await control.create({
    ...at,
    id: 'ffffffff-0e10-11eb-879b-000000000001',
    fields: { title: 'Created', is_archived: false },
  });
  await control.remove({ ...at, id: gone });
  await control.clearRequests(at);
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', inserted: 1, updated: 2, deleted: 0 });
  expect((await scene.raw(archived)).is_archived).toBe(true);
  expect((await scene.rows()).map(({ id }) => id)).toContain(created.id);

  await passTime();
  const before = (await scene.runs()).length;
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded' });
  const pass = await scene.vendor.waitForRun({ syncId: scene.syncId, count: before + 2 });
  expect(pass).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 0, updated: 0, deleted: 1 });
  expect((await scene.rows()).filter(({ isDeleted }) => isDeleted).map(({ id }) => id)).toEqual([gone]);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test.each([
  ['notes', { content: '<p>Edited</p>' }, 25],
  ['users', { name: 'Edited' }, 4],
])('%s have no time that changes could be told by: every run compares all of them', async (object, fields, size) => {
  const scene = await openScene(syncline, { account: `compared-${object}`, provider, object });
  const { control, at } = scene;
  expect(scene.first).toMatchObject({ kind: 'full', status: 'succeeded', inserted: size });
  const [edited, gone] = (await scene.rows()).map(({ id }) => id);
  await control.update({ ...at, id: edited!, fields });
  await control.remove({ ...at, id: gone! });
  expect(await scene.run()).toMatchObject({ kind: 'full', status: 'succeeded', updated: 1, deleted: 1, unchanged: size - 2 });
  expect(await scene.raw(edited!)).toMatchObject(fields);
  expect((await scene.rows()).filter(({ isDeleted }) => isDeleted).map(({ id }) => id)).toEqual([gone]);
  await scene.expectInvariants();
});

test('products have no filter by change: every run compares all, and an impossible strategy is refused', async () => {
  const scene = await openScene(syncline, { account: 'products', provider, object: 'products' });
  const { control, at } = scene;
  expect(scene.first).toMatchObject({ kind: 'full', inserted: 30 });
  await control.update({ ...at, id: '1', fields: { name: 'Edited' } });
  await control.delete({ ...at, id: '2' });
  expect(await scene.run()).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 0, updated: 1, deleted: 1, unchanged: 28 });
  const refused = await scene.vendor.request('POST', '/v1/sync-configs', {
    provider,
    objects: [{ object: 'products', strategy: 'full_then_incremental' }],
  });
  expect(refused.status).toBe(400);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('a read that meets a cut, an error and an expired cursor between its pages ends complete', async () => {
  const scene = await openScene(syncline, { account: 'faults', provider, object: 'persons', size: 1300, waits: false });
  const { control, at, vendor, syncId } = scene;
  await vendor.waitForRun({ syncId });
  await control.update({ ...at, count: 5, fields: { name: 'Edited' } });
  await control.delete({ ...at, ids: ['700', '1200'] });
  const match = { ...at, path: '/persons' };
  for (const fault of [{ kind: 'cut', at: 'half' }, { kind: 'server_error', status: 502 }, { kind: 'page_expired' }] as const)
    await control.fault({ match, fault, skip: 1 });
  await control.clearRequests(at);
  expect(await scene.run({ full: true })).toMatchObject({ kind: 'full', status: 'succeeded', updated: 5, deleted: 2 });
  const met = (await control.requests(at)).flatMap(({ faults }) => faults);
  expect(met.sort()).toEqual(['cut', 'page_expired', 'server_error']);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('an access token that ended is refreshed with the client in the header, and the company’s host stays', async () => {
  const scene = await openScene(syncline, { account: 'refreshed', provider, object: 'persons', size: 5 });
  await scene.control.expireTokens(scene.at);
  await scene.control.create({ ...scene.at, fields: { name: 'After' } });
  expect(await scene.run()).toMatchObject({ status: 'succeeded', inserted: 1 });
  expect(await scene.control.tokens(scene.at)).toMatchObject({ refreshed: 1 });
  await scene.expectAgrees();
  await scene.expectInvariants();
});
