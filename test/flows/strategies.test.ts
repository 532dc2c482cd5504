import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

test('D16 a strategy is changed at any time: the first run after it is a baseline, nothing is lost, doubled or rewritten', async () => {
  const scene = await openScene(syncline, { account: 'd16', object: 'tasks', size: 20, order: { strategy: 'full_only' } });
  const { control, at, vendor } = scene;
  const syncConfigId = (await scene.sync()).sync_config_id;
  const kinds: Record<string, string> = { full_then_incremental: 'incremental', full_then_window: 'window', full_then_delta: 'delta' };
  const switches = ['full_then_incremental', 'full_then_window', 'full_then_delta', 'full_only'];
  for (const [round, strategy] of switches.entries()) {
    const before = await scene.rows();
    const { cursor } = await scene.changes();
    // Right between two strategies one record changes, one comes and one goes.
    const edited = `tsk_00000000${10 + round}`;
    const gone = `tsk_000000000${1 + round}`;
    await control.update({ ...at, id: edited, fields: { note: `before ${strategy}` } });
    const { id: created } = await control.create({ ...at, fields: { note: strategy } });
    await control.remove({ ...at, id: gone });
    await vendor.call('PATCH', `/v1/sync-configs/${syncConfigId}`, { objects: [{ object: 'tasks', strategy }] });
    expect((await scene.sync()).strategy).toBe(strategy);
    const baseline = await scene.run();
    expect(baseline).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 1, updated: 1, deleted: 1, warnings: [] });
    const touched = ({ id }: { id: string }) => id === edited || id === created || id === gone;
    expect((await scene.rows()).filter((row) => !touched(row))).toEqual(before.filter((row) => !touched(row)));
    const { data } = await scene.changes(cursor);
    expect(data.map((entry) => entry.record_id).sort()).toEqual([created, edited, gone].sort());
    await scene.expectAgrees();

    // From then on the strategy's own reads go on where the baseline ended.
    await control.update({ ...at, id: edited, fields: { note: `after ${strategy}` } });
    const run = await scene.run();
    expect(run).toMatchObject({ kind: kinds[strategy] ?? 'full', status: 'succeeded', inserted: 0, updated: 1, deleted: 0 });
    await scene.expectAgrees();
  }
  await scene.expectInvariants();
});

test('D16 a strategy that is changed in the middle of a read loses nothing of it', async () => {
  const scene = await openScene(syncline, {
    ...{ account: 'd16-middle', object: 'tasks', size: 2200 },
    order: { strategy: 'full_then_incremental' },
  });
  const { control, at, vendor } = scene;
  await control.update({ ...at, count: 2100, fields: { note: 'all of them' } });
  await control.fault({ match: { account: at.account, object: 'tasks', hasPageToken: true }, fault: { kind: 'forbidden' } });
  const broken = await scene.run();
  expect(broken).toMatchObject({ kind: 'incremental', status: 'failed', fetched: 1000 });
  expect((await scene.checkpoint()).open_read).toMatchObject({ kind: 'incremental' });
  const { id } = await control.create({ ...at, fields: { note: 'new' } });
  const syncConfigId = (await scene.sync()).sync_config_id;
  await vendor.call('PATCH', `/v1/sync-configs/${syncConfigId}`, { objects: [{ object: 'tasks', strategy: 'full_then_delta' }] });
  expect(await scene.run()).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 1, updated: 2100 - broken.updated, deleted: 0 });
  await scene.expectAgrees();
  await control.delete({ ...at, id });
  expect(await scene.run()).toMatchObject({ kind: 'delta', status: 'succeeded', deleted: 1 });
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test.each([
  { strategy: 'full_then_incremental', kind: 'incremental' },
  { strategy: 'full_then_window', kind: 'window' },
  { strategy: 'full_then_delta', kind: 'delta' },
])('O87 P39 a full refresh of one stream under $strategy: the others are left alone, and nobody sees a gap', async ({ strategy, kind }) => {
  const account = `o87-${kind}`;
  const scene = await openScene(syncline, { account, object: 'tasks', size: 1500, order: { strategy } });
  const { control, at, vendor } = scene;
  // Another stream of the same connection.
  await vendor.call('PATCH', `/v1/sync-configs/${(await scene.sync()).sync_config_id}`, {
    objects: [{ object: 'tasks', strategy }, { object: 'owners' }],
  });
  const other = await vendor.findSync({ connectionId: scene.connectionId, object: 'owners' });
  await vendor.waitForRun({ syncId: other.id });
  await control.clearRequests(at);

  const before = await scene.rows();
  // A record that changed below the mark, which no other read would find: the full one does.
  await control.update({ ...at, id: 'tsk_0000000700', updatedAt: '2024-02-01T00:00:00.000Z', fields: { note: 'long ago' } });
  const { cursor } = await scene.changes();
  // Whoever looks meanwhile sees every record.
  const seen = new Set<number>();
  let isOver = false;
  const watching = (async () => {
    while (!isOver) seen.add((await scene.rows()).filter((row) => !row.isDeleted).length);
  })();
  const run = await scene.run({ full: true });
  isOver = true;
  await watching;
  expect([...seen]).toEqual([1500]);
  expect(run).toMatchObject({ kind: 'full', status: 'succeeded', fetched: 1500, inserted: 0, updated: 1, deleted: 0, unchanged: 1499 });
  expect((await scene.changes(cursor)).data.map((entry) => entry.record_id)).toEqual(['tsk_0000000700']);
  expect((await scene.rows()).filter((row) => row.id !== 'tsk_0000000700')).toEqual(before.filter((row) => row.id !== 'tsk_0000000700'));
  expect((await control.requests(at)).every(({ path }) => !path.includes('owners'))).toBe(true);
  expect(await vendor.list(`/v1/runs?sync_id=${other.id}`)).toHaveLength(1);

  await control.update({ ...at, id: 'tsk_0000000001', fields: { note: 'and on' } });
  expect(await scene.run()).toMatchObject({ kind, status: 'succeeded', updated: 1 });
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test.each([
  { type: 'datetime', object: 'contacts', of: ({ updated_at: mark }: Record<string, unknown>) => mark },
  { type: 'integer', object: 'revisions', of: ({ version: mark }: Record<string, unknown>) => mark },
  { type: 'opaque', object: 'opaque_events', of: ({ token: mark }: Record<string, unknown>) => mark },
])('D26 a watermark of type $type is followed, and compared as what it is', async ({ type, object, of }) => {
  // Nine records: the tenth version follows the ninth, and as text it would come before it.
  const order = { strategy: 'full_then_incremental' };
  const scene = await openScene(syncline, { account: `d26-${type}`, object, size: 9, order });
  const { control, at } = scene;
  expect(await scene.checkpoint()).toMatchObject({ watermark_type: type });
  await scene.run();
  const marks: unknown[] = [];
  for (let minute = 1; minute <= 3; minute++) {
    // The provider's clock shows whole seconds, and no mark passes it.
    await control.configure({ account: at.account, clockOffsetMs: minute * 60_000 });
    const { id } = await control.create({ ...at, fields: { note: `number ${minute}` } });
    await control.configure({ account: at.account, clockOffsetMs: minute * 60_000 + 30_000 });
    expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', inserted: 1, updated: 0 });
    const { watermark } = await scene.checkpoint();
    expect(watermark).toBe(String(of(await scene.raw(id))));
    marks.push(watermark);
    await scene.expectAgrees();
  }
  expect(new Set(marks).size).toBe(3);
  if (type === 'integer') expect(marks).toEqual(['10', '11', '12']);
  await scene.expectInvariants();
});

/** Filters that are coarser than the data: whole seconds, and whole days. */
const coarse = [
  { object: 'calls', id: 'cal_0000000003', step: 'second' },
  { object: 'visits', id: 'vis_0000000003', step: 'day' },
];

test.each(coarse)('D43 a filter by the $step meets the same row in every run, and makes no event of it', async ({ object, id, step }) => {
  const order = { strategy: 'full_then_incremental' };
  const scene = await openScene(syncline, { account: `d43-${step}`, object, size: 20, order });
  const { control, at } = scene;
  await control.update({ ...at, id, fields: { note: 'the newest' } });
  await control.configure({ account: at.account, clockOffsetMs: 60_000 });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', updated: 1 });
  const before = await scene.rows();
  const changes = (await scene.events('records.changed')).length;
  for (let round = 0; round < 3; round++)
    expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', fetched: 1, unchanged: 1, first_seq: null });
  expect(await scene.rows()).toEqual(before);
  expect(await scene.events('records.changed')).toHaveLength(changes);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test.each(coarse)('D44 two edits within one $step, and a run between them: both states reach the hub', async ({ object, id, step }) => {
  const order = { strategy: 'full_then_incremental' };
  const scene = await openScene(syncline, { account: `d44-${step}`, object, size: 20, order });
  const { control, at } = scene;
  const updatedAt = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
  await control.configure({ account: at.account, clockOffsetMs: 60_000 });
  const { cursor } = await scene.changes();
  await control.update({ ...at, id, updatedAt, fields: { note: 'first' } });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', updated: 1 });
  expect((await scene.raw(id)).note).toBe('first');
  // The mark stands at this very second already.
  expect((await scene.checkpoint()).watermark).toBe(updatedAt);
  await control.update({ ...at, id, updatedAt, fields: { note: 'second' } });
  const { id: twin } = await control.create({ ...at, updatedAt, fields: { note: 'twin' } });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', inserted: 1, updated: 1 });
  expect((await scene.raw(id)).note).toBe('second');
  expect((await scene.changes(cursor)).data.map((entry) => entry.record_id).sort()).toEqual([id, twin].sort());
  await scene.expectAgrees();
  await scene.expectInvariants();
});
