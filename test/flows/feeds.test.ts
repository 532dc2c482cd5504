import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

const delta = { strategy: 'full_then_delta' };
/** The provider's clock goes on: the position of a feed does not pass items that are younger than what may become visible late. */
async function minutesLater(account: string, minutes: number): Promise<void> {
  await syncline.control.configure({ account, clockOffsetMs: minutes * 60_000 });
}

/** A feed of tokens that tells each record once, one that only names them, and a log of events that tells every change with the record as it was then. */
const feeds = [
  { object: 'tasks', ids: ['tsk_0000000002', 'tsk_0000000003'] as const },
  { object: 'memos', ids: ['mem_0000000002', 'mem_0000000003'] as const },
  { object: 'tickets', ids: ['tic_0000000002', 'tic_0000000003'] as const },
];

describe.each(feeds)('a feed of $object', ({ object, ids: [edited, doomed] }) => {
  test('D18 a feed with deletes and a position is consumed in order, and the position is stored with what it brought', async () => {
    const scene = await openScene(syncline, { account: `d18-${object}`, object, size: 8, order: delta });
    const { control, at } = scene;
    expect(scene.first).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 8, warnings: [] });
    const untouched = (await scene.rows()).filter(({ id }) => id !== edited && id !== doomed);
    const { cursor } = await scene.changes();
    const start = (await scene.checkpoint()).feed_position;

    const created = await control.create({ ...at, fields: { note: 'inserted' } });
    await control.update({ ...at, id: edited, fields: { note: 'once' } });
    await control.update({ ...at, id: edited, fields: { note: 'twice' } });
    await control.delete({ ...at, id: doomed });
    // The run is stopped between landing and its end: nothing is forgotten, because the position has not moved.
    await control.fault({ match: { account: at.account, object, path: '/' }, fault: { kind: 'forbidden' } });
    const refused = await scene.run();
    expect(refused).toMatchObject({ status: 'failed', error_code: 'provider_forbidden' });
    expect((await scene.checkpoint()).feed_position).toBe(start);

    await minutesLater(at.account, 1);
    await control.clearRequests(at);
    const run = await scene.run();
    expect(run).toMatchObject({ kind: 'delta', status: 'succeeded', inserted: 1, updated: 1, deleted: 1, warnings: [] });
    const { feed_position: position } = await scene.checkpoint();
    expect(position).not.toBe(start);
    // The feed was asked, not the listing, and from the stored position.
    const asked = await scene.pages();
    expect(asked.every(({ path }) => /\/(changes|changed_ids|batch|events)$/.test(path))).toBe(true);
    if (start !== null) expect([asked[0]!.query.get('token'), asked[0]!.query.get('after')]).toContain(start);

    expect((await scene.raw(edited)).note).toBe('twice');
    expect((await scene.raw(created.id)).note).toBe('inserted');
    const { data } = await scene.changes(cursor);
    expect(data.map((entry) => [entry.record_id, entry.deleted_at !== null]).sort()).toEqual(
      [
        [created.id, false],
        [edited, false],
        [doomed, true],
      ].sort(),
    );
    expect((await scene.rows()).filter(({ id }) => untouched.some((row) => row.id === id))).toEqual(untouched);
    await scene.expectAgrees();
    await scene.expectInvariants();
    expect((await scene.checkpoint()).feed_position).toBe(position);
  });

  test('D18 a feed that breaks off between two pages keeps what landed; deletes and position wait for its end', async () => {
    const scene = await openScene(syncline, { account: `d18-broken-${object}`, object, size: 8, order: delta });
    const { control, at } = scene;
    const start = (await scene.checkpoint()).feed_position;
    await control.configure({ account: at.account, pageRecordsMax: 2 });
    await control.delete({ ...at, id: doomed });
    await control.update({ ...at, id: edited, fields: { note: 'on the first page' } });
    const { ids } = await control.createMany({ ...at, count: 3, fields: { note: 'on later pages' } });
    // The second page; of a feed of ids, the records behind it.
    const path = object === 'memos' ? '/memos/batch' : `/${object}/`;
    await control.fault({ match: { account: at.account, path }, fault: { kind: 'forbidden' }, skip: 1 });
    expect(await scene.run()).toMatchObject({ kind: 'delta', status: 'failed', fetched: 2, updated: 1, deleted: 0 });
    expect(await scene.checkpoint()).toMatchObject({ feed_position: start, open_read: { kind: 'delta', pages: 1 } });
    expect((await scene.rows()).every((row) => !row.isDeleted)).toBe(true);

    await minutesLater(at.account, 1);
    const run = await scene.run();
    expect(run).toMatchObject({ kind: 'delta', status: 'succeeded', fetched: 3, inserted: 3, deleted: 1 });
    expect((await scene.rows()).map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    // The first page of that read was young: a log is told once more before its position moves.
    expect(await scene.run()).toMatchObject({ kind: 'delta', status: 'succeeded', inserted: 0, updated: 0, deleted: 0 });
    expect((await scene.checkpoint()).feed_position).not.toBe(start);
    await scene.expectAgrees();
    await scene.expectInvariants();
  });

  test('D19 a position that the provider has forgotten is noticed: everything is read, reported, and nothing is missing', async () => {
    const scene = await openScene(syncline, { account: `d19-${object}`, object, size: 8, order: delta });
    const { control, at } = scene;
    await control.update({ ...at, id: edited, fields: { note: 'known' } });
    await minutesLater(at.account, 1);
    expect(await scene.run()).toMatchObject({ kind: 'delta', updated: 1 });
    const before = await scene.rows();

    await control.create({ ...at, id: 'forgotten', fields: { note: 'before the feed was cut' } });
    await control.delete({ ...at, id: doomed });
    await control.forgetChanges(at);
    const after = await control.create({ ...at, fields: { note: 'after it' } });
    const run = await scene.run();
    expect(run).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 2, updated: 0, deleted: 1, warnings: ['position_expired'] });
    expect(await scene.events('sync.gap_found')).toMatchObject([
      { data: { run_id: run.id, reason: 'position_expired', kind: 'full', customer_id: at.account, object } },
    ]);
    // The reload rewrote nothing that was there already.
    const kept = ({ id }: { id: string }) => id !== doomed && id !== 'forgotten' && id !== after.id;
    expect((await scene.rows()).filter(kept)).toEqual(before.filter(kept));
    await scene.expectAgrees();
    await control.update({ ...at, id: edited, fields: { note: 'and on' } });
    expect(await scene.run()).toMatchObject({ kind: 'delta', updated: 1, warnings: [] });
    await scene.expectAgrees();
    await scene.expectInvariants();
    expect(await scene.events('sync.gap_found')).toHaveLength(1);
  });

  test('D20 a feed that tells everything twice makes one change', async () => {
    const scene = await openScene(syncline, { account: `d20-${object}`, object, size: 8, order: delta });
    const { control, at } = scene;
    const { cursor } = await scene.changes();
    await control.configure({ account: at.account, repeatsChanges: true });
    await control.update({ ...at, id: edited, fields: { note: 'told twice' } });
    await control.delete({ ...at, id: doomed });
    expect(await scene.run()).toMatchObject({ kind: 'delta', status: 'succeeded', inserted: 0, updated: 1, deleted: 1 });
    const { data, cursor: next } = await scene.changes(cursor);
    expect(data.map((entry) => entry.record_id).sort()).toEqual([edited, doomed]);
    expect(await scene.events('records.changed')).toHaveLength(2);
    // The same events once more, after the position was lost: still nothing new.
    await scene.expectInvariants();
    expect((await scene.changes(next)).data).toEqual([]);
    await scene.expectAgrees();
  });
});

test('D18 records that a feed only names are read in bounded batches, each once; what a batch leaves out is deleted, and no fault of one loses a change', async () => {
  const account = 'd18-batches';
  const scene = await openScene(syncline, { account, object: 'memos', size: 260, order: delta });
  const { control, at } = scene;
  const ids = (await scene.rows()).map(({ id }) => id);
  const [vanished, changedAgain] = [ids[205]!, ids[250]!];
  await control.update({ ...at, ids, fields: { note: 'named' } });
  const match = { account, path: '/memos/batch' };
  // Behind the first batch one record goes and another changes once more; then batches are refused, cut, and come as no JSON.
  const operations = [
    { operation: 'delete', object: 'memos', id: vanished },
    { operation: 'update', object: 'memos', id: changedAgain, fields: { note: 'meanwhile' } },
  ] as const;
  await control.fault({ match, fault: { kind: 'mutate', operations: [...operations] } });
  for (const fault of [{ kind: 'server_error', status: 502 }, { kind: 'cut', at: 'half' }, { kind: 'not_json' }] as const)
    await control.fault({ match, fault, skip: 1 });
  await control.clearRequests(at);
  expect(await scene.run()).toMatchObject({ kind: 'delta', status: 'succeeded', fetched: 260, updated: 259, deleted: 1 });

  const asked = await scene.pages();
  expect(asked.filter(({ path }) => path.endsWith('/changed_ids'))).toHaveLength(1);
  const batches = asked
    .filter(({ path }) => path.endsWith('/batch'))
    .map(({ query, faults }) => ({ ids: query.get('ids')!.split(','), faults }));
  expect(batches.every((batch) => batch.ids.length <= 100)).toBe(true);
  const answered = batches.filter(({ faults }) => faults.every((fault) => fault === 'mutate'));
  expect(answered.flatMap((batch) => batch.ids).sort()).toEqual([...ids].sort());
  expect(batches).toHaveLength(3 + 3);
  expect((await scene.raw(changedAgain)).note).toBe('meanwhile');
  expect((await scene.rows()).filter(({ isDeleted }) => isDeleted).map(({ id }) => id)).toEqual([vanished]);
  await scene.expectAgrees();
  // Told of once more by the feed, and nothing changes.
  expect(await scene.run()).toMatchObject({ kind: 'delta', status: 'succeeded', inserted: 0, updated: 0, deleted: 0 });
  await scene.expectInvariants();
});

test('H10 a page whose records take more requests than a budget gives at once is gone on with, not begun again', async () => {
  const scene = await openScene(syncline, { account: 'd18-budget', object: 'memos', size: 450, order: delta });
  const { control, at } = scene;
  await control.update({ ...at, count: 450, fields: { note: 'named' } });
  await control.clearRequests(at);
  // One page of names and five batches of records: six requests, of which three fit.
  const rateLimits = [{ category: 'all', requests: 3, seconds: 3 }];
  await scene.vendor.call('PATCH', `/v1/syncs/${scene.syncId}`, { rate_limits: rateLimits });
  expect(await scene.run()).toMatchObject({ kind: 'delta', status: 'succeeded', updated: 450 });
  const paths = (await scene.pages()).map(({ path }) => path.split('/').at(-1));
  expect(paths.filter((path) => path === 'changed_ids')).toHaveLength(1);
  expect(paths.filter((path) => path === 'batch')).toHaveLength(5);
  await scene.expectAgrees();
});

test('H18 batches that come back empty with status 200 delete nothing: the run is held', async () => {
  const scene = await openScene(syncline, { account: 'd18-empty-batch', object: 'memos', size: 120, order: delta });
  const { control, at } = scene;
  await control.update({ ...at, count: 120, fields: { note: 'named' } });
  await control.fault({ match: { account: at.account, path: '/memos/batch' }, fault: { kind: 'empty' }, times: null });
  expect(await scene.run()).toMatchObject({ kind: 'delta', status: 'held', deleted: 0, held_deletes: 120 });
  expect((await scene.rows()).every((row) => !row.isDeleted)).toBe(true);
});

test('D18 what changes while the first full read is under way is in the feed behind it', async () => {
  await syncline.control.fault({
    match: { account: 'd18-meanwhile', object: 'tickets', hasPageToken: true },
    fault: { kind: 'mutate', operations: [{ operation: 'update', object: 'tickets', id: 'tic_0000000001', fields: { note: 'late' } }] },
  });
  const scene = await openScene(syncline, { account: 'd18-meanwhile', object: 'tickets', size: 2500, order: delta });
  expect(scene.first).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 2500 });
  expect((await scene.raw('tic_0000000001')).note).not.toBe('late');
  expect(await scene.run()).toMatchObject({ kind: 'delta', status: 'succeeded', updated: 1 });
  expect((await scene.raw('tic_0000000001')).note).toBe('late');
  await scene.expectInvariants();
});

test('H52 D18 an event that shows up late, before others that were read, is met by a later read', async () => {
  const scene = await openScene(syncline, { account: 'late-event', object: 'tickets', size: 8, order: delta });
  const { control, at } = scene;
  const [late, soon] = ['tic_0000000001', 'tic_0000000002'];
  // Within the lag that the object declares.
  await control.configure({ account: at.account, visibilityLagMs: 4000 });
  await control.update({ ...at, id: late, fields: { note: 'late' } });
  await control.configure({ account: at.account, visibilityLagMs: 0 });
  await control.update({ ...at, id: soon, fields: { note: 'soon' } });
  await scene.run();
  expect((await scene.raw(soon)).note).toBe('soon');
  await minutesLater(at.account, 1);
  await scene.run();
  expect((await scene.raw(late)).note).toBe('late');

  // By then both are old: the position has passed them, and they are told no more.
  await control.clearRequests(at);
  expect(await scene.run()).toMatchObject({ kind: 'delta', fetched: 0 });
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('H52 a change that shows up late, and was hidden while everything was read, is met by a later read', async () => {
  const scene = await openScene(syncline, { account: 'late-start', object: 'tickets', size: 8, order: delta });
  const { control, at } = scene;
  const [late, soon] = ['tic_0000000001', 'tic_0000000002'];
  // Within the lag that the object declares.
  await control.configure({ account: at.account, visibilityLagMs: 4000 });
  await control.update({ ...at, id: late, fields: { note: 'late' } });
  await control.configure({ account: at.account, visibilityLagMs: 0 });
  await control.update({ ...at, id: soon, fields: { note: 'soon' } });
  // The feed is taken up anew, behind an event that can be seen already.
  expect(await scene.run({ full: true })).toMatchObject({ kind: 'full' });
  expect((await scene.raw(soon)).note).toBe('soon');
  expect((await scene.raw(late)).note).not.toBe('late');
  await minutesLater(at.account, 1);
  expect(await scene.run()).toMatchObject({ kind: 'delta' });
  expect((await scene.raw(late)).note).toBe('late');
  await scene.expectAgrees();
});

test('H53 D18 with the provider’s clock set back, what the log tells last is what the hub holds: of one read, and against what was stored before', async () => {
  const scene = await openScene(syncline, { account: 'clock-set-back', object: 'tickets', size: 8, order: delta });
  const { control, at } = scene;
  const [both, stored, gone, back] = ['tic_0000000001', 'tic_0000000002', 'tic_0000000003', 'tic_0000000004'];
  await control.update({ ...at, ids: [stored, gone], fields: { note: 'before' } });
  await control.delete({ ...at, id: back });
  expect(await scene.run()).toMatchObject({ kind: 'delta', updated: 2, deleted: 1 });
  await control.update({ ...at, id: both, fields: { note: 'before' } });
  // What is told of one record stands on several pages.
  await control.configure({ account: at.account, clockOffsetMs: -20 * 60_000, pageRecordsMax: 2 });
  await control.update({ ...at, ids: [both, stored, back], fields: { note: 'after' } });
  await control.delete({ ...at, id: gone });
  expect(await scene.run()).toMatchObject({ kind: 'delta', inserted: 1, deleted: 1 });
  for (const id of [both, stored, back]) expect((await scene.raw(id)).note).toBe('after');
  await scene.expectAgrees();

  // What everything was read by, with the clock as it is now, is not undone by older events that are told once more.
  await control.configure({ account: at.account, pageRecordsMax: 100 });
  expect(await scene.run({ full: true })).toMatchObject({ kind: 'full', updated: 0 });
  expect(await scene.run()).toMatchObject({ kind: 'delta', inserted: 0, updated: 0, deleted: 0 });
  await scene.expectAgrees();
});

test('D25 P36 deletes are followed in a feed of their own, whose pointer moves independently of the watermark', async () => {
  const scene = await openScene(syncline, { account: 'd25', object: 'leads', size: 12, order: { strategy: 'full_then_incremental' } });
  const { control, at } = scene;
  // Marks never pass the provider's clock, which shows whole seconds.
  const before = await scene.rows();
  const first = await scene.checkpoint();
  await minutesLater(at.account, 1);
  await control.delete({ ...at, ids: ['lea_0000000003', 'lea_0000000004'] });
  await minutesLater(at.account, 2);
  const run = await scene.run();
  expect(run).toMatchObject({ kind: 'incremental', status: 'succeeded', inserted: 0, updated: 0, deleted: 2 });
  const deleted = await scene.checkpoint();
  expect(deleted.watermark).toBe(first.watermark);
  expect(Date.parse(deleted.deletions_pointer)).toBeGreaterThan(Date.parse(first.deletions_pointer));
  expect((await scene.rows()).filter((row) => row.isDeleted).map(({ id }) => id)).toEqual(['lea_0000000003', 'lea_0000000004']);
  expect((await scene.rows()).filter((row) => !row.isDeleted)).toEqual(before.filter(({ id }) => !/[34]$/.test(id)));

  // And the other way round: a change moves the watermark, and the pointer stays.
  await control.update({ ...at, id: 'lea_0000000001', fields: { name: 'changed' } });
  await minutesLater(at.account, 3);
  await control.clearRequests(at);
  expect(await scene.run()).toMatchObject({ kind: 'incremental', updated: 1, deleted: 0 });
  const changed = await scene.checkpoint();
  expect(changed.deletions_pointer).toBe(deleted.deletions_pointer);
  expect(Date.parse(changed.watermark)).toBeGreaterThan(Date.parse(deleted.watermark));
  const asked = await scene.pages();
  const sinceOf = (path: string, filter: string) => asked.find((entry) => entry.path === path)!.query.get(filter);
  const back = (time: string) => new Date(Date.parse(time) - 5000).toISOString();
  expect(sinceOf('/crm/v1/leads', 'modified_since')).toBe(back(deleted.watermark));
  expect(sinceOf('/crm/v1/leads/deleted', 'since')).toBe(back(deleted.deletions_pointer));
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('H53 D25 with the provider’s clock set back behind the pointer into the feed of deletions, what is deleted meanwhile is found', async () => {
  const scene = await openScene(syncline, {
    account: 'deleted-set-back',
    object: 'leads',
    size: 12,
    order: { strategy: 'full_then_incremental' },
  });
  const { control, at } = scene;
  await minutesLater(at.account, -20);
  await control.delete({ ...at, ids: ['lea_0000000003', 'lea_0000000004'] });
  expect(await scene.run()).toMatchObject({ kind: 'full', status: 'succeeded', deleted: 2 });
  // From there the feed of deletions is followed as before.
  await control.delete({ ...at, id: 'lea_0000000005' });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', deleted: 1 });
  await scene.expectAgrees();
});
