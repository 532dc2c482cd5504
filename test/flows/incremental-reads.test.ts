import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene, type Scene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

/** The sandbox's objects look back this far. */
const lookbackMs = 5000;
const back = (time: string, ms: number) => new Date(Date.parse(time) - ms).toISOString();

/** What the last run asked for: the filter of the first page of the changes. */
async function sinceOf(scene: Scene): Promise<string | null> {
  return (await scene.pages())[0]!.query.get('modified_since');
}

test('S10 the first run is full, later ones read only what changed since the stored mark', async () => {
  const scene = await openScene(syncline, { account: 's10' });
  expect(scene.first).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 120 });
  for (let round = 0; round < 3; round++) {
    const { watermark } = await scene.checkpoint();
    await scene.control.clearRequests(scene.at);
    const created = await scene.control.create({ ...scene.at, fields: { notes: 'new' } });
    await scene.control.update({ ...scene.at, count: 1, fields: { notes: `round ${round}` } });
    const run = await scene.run();
    expect(run).toMatchObject({ kind: 'incremental', status: 'succeeded', inserted: 1, updated: 1, watermark_before: watermark });
    expect(await sinceOf(scene)).toBe(back(watermark, lookbackMs));
    expect(Date.parse((await scene.checkpoint()).watermark)).toBeGreaterThanOrEqual(Date.parse(watermark));
    expect((await scene.listed()).map((entry) => entry.record_id)).toContain(created.id);
    await scene.expectAgrees();
  }
  expect(Date.parse((await scene.checkpoint()).watermark)).toBeGreaterThan(Date.parse(scene.first.watermark_after));
  await scene.expectInvariants();
});

test('P10 of 1,000 rows 2 are edited: they alone are asked for and stored', async () => {
  const scene = await openScene(syncline, { account: 'p10', size: 1000 });
  const before = await scene.rows();
  const { cursor } = await scene.changes();
  const { watermark } = await scene.checkpoint();
  await scene.control.clearRequests(scene.at);
  const { ids } = await scene.control.update({ ...scene.at, count: 2, fields: { notes: 'edited' } });
  const run = await scene.run();
  expect(run).toMatchObject({ kind: 'incremental', status: 'succeeded', inserted: 0, updated: 2, deleted: 0 });
  // The generated records are a second apart: the look-back meets a handful of them again.
  expect(run.fetched).toBeLessThanOrEqual(2 + 8);
  expect(await sinceOf(scene)).toBe(back(watermark, lookbackMs));
  const { data } = await scene.changes(cursor);
  expect(data.map((entry) => entry.record_id).sort()).toEqual([...ids].sort());
  const others = (row: { id: string }) => !ids.includes(row.id);
  expect((await scene.rows()).filter(others)).toEqual(before.filter(others));
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('P11 a row changed just after the stored state and another exactly at it are both read', async () => {
  const scene = await openScene(syncline, { account: 'p11' });
  const { watermark } = await scene.checkpoint();
  const later = new Date(Date.parse(watermark) + 1).toISOString();
  const [a, b] = [...(await scene.truth()).keys()];
  await scene.control.update({ ...scene.at, id: a!, fields: { notes: 'at' }, updatedAt: watermark });
  await scene.control.update({ ...scene.at, id: b!, fields: { notes: 'later' }, updatedAt: later });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', updated: 2 });
  expect([(await scene.raw(a!)).notes, (await scene.raw(b!)).notes]).toEqual(['at', 'later']);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('D21 the filter fetches the edited records only, and the mark is the highest value seen', async () => {
  const scene = await openScene(syncline, { account: 'd21' });
  await scene.control.update({ ...scene.at, count: 1 });
  await scene.run();
  const { watermark } = await scene.checkpoint();
  await scene.control.clearRequests(scene.at);
  const edited = new Date(Date.parse(watermark) + 60_000).toISOString();
  await syncline.setClock(120_000);
  await scene.control.configure({ ...scene.at, clockOffsetMs: 120_000 });
  try {
    await scene.control.update({ ...scene.at, count: 3, fields: { notes: 'edited' }, updatedAt: edited });
    const run = await scene.run();
    expect(run).toMatchObject({ kind: 'incremental', fetched: 3, updated: 3, watermark_before: watermark, watermark_after: edited });
    expect((await scene.checkpoint()).watermark).toBe(edited);
    expect(await sinceOf(scene)).toBe(back(watermark, lookbackMs));
    await scene.expectAgrees();
    await scene.expectInvariants();
  } finally {
    await syncline.setClock(0);
  }
});

test('D22 rows that share the mark and rows that arrive late are read by a later run, and none twice', async () => {
  const scene = await openScene(syncline, { account: 'd22' });
  const { watermark } = await scene.checkpoint();
  const { cursor } = await scene.changes();
  const tie = await scene.control.create({ ...scene.at, updatedAt: watermark, fields: { notes: 'tie' } });
  const late = await scene.control.create({ ...scene.at, updatedAt: back(watermark, 3000), fields: { notes: 'late' } });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', inserted: 2, updated: 0 });
  expect((await scene.changes(cursor)).data.map((entry) => entry.record_id).sort()).toEqual([tie.id, late.id].sort());
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('D23 the mark is read, set to a past value and to null, and runs read accordingly and rewrite nothing', async () => {
  const scene = await openScene(syncline, { account: 'd23' });
  const before = await scene.rows();
  const times = [...(await scene.truth()).values()].map((record) => record.updatedAt).sort();
  expect((await scene.checkpoint()).watermark).toBe(times.at(-1));
  const past = times.at(-30)!;
  expect((await scene.setWatermark(past)).watermark).toBe(past);
  expect((await scene.checkpoint()).watermark).toBe(past);
  const asked = times.filter((time) => time >= back(past, lookbackMs)).length;
  expect(await scene.run()).toMatchObject({ kind: 'incremental', fetched: asked, unchanged: asked, watermark_before: past });
  expect((await scene.setWatermark(null)).watermark).toBeNull();
  expect(await scene.run()).toMatchObject({ kind: 'full', fetched: times.length, unchanged: times.length, watermark_before: null });
  expect((await scene.checkpoint()).watermark).toBe(times.at(-1));
  expect(await scene.rows()).toEqual(before);
  await scene.expectInvariants();
});

test('D24 a run that fails in the middle stores no mark; the next one reads from the old mark and loses nothing', async () => {
  const scene = await openScene(syncline, { account: 'd24', size: 2500 });
  const { watermark } = await scene.checkpoint();
  await scene.control.update({ ...scene.at, count: 2500, fields: { notes: 'all of these' } });
  await scene.control.fault({ match: { account: 'd24', object: 'contacts' }, fault: { kind: 'forbidden' }, skip: 2 });
  await scene.control.clearRequests(scene.at);
  const failed = await scene.run();
  expect(failed).toMatchObject({ kind: 'incremental', status: 'failed', error_code: 'provider_forbidden', watermark_after: null });
  expect((await scene.checkpoint()).watermark).toBe(watermark);
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', watermark_before: watermark });
  expect(await sinceOf(scene)).toBe(back(watermark, lookbackMs));
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('T11 a failed run leaves the state as it was', async () => {
  const scene = await openScene(syncline, { account: 't11' });
  const { watermark, last_read: lastRead } = await scene.checkpoint();
  const before = await scene.rows();
  await scene.control.update({ ...scene.at, count: 2, fields: { notes: 'after the failure' } });
  await scene.control.fault({ match: { account: 't11', object: 'contacts' }, fault: { kind: 'forbidden' } });
  expect(await scene.run()).toMatchObject({ status: 'failed', error_code: 'provider_forbidden' });
  expect(await scene.checkpoint()).toMatchObject({ watermark, last_read: lastRead });
  expect(await scene.sync()).toMatchObject({ status: 'active', health: 'failed', consecutive_failures: 1 });
  expect(await scene.rows()).toEqual(before);
  expect(await scene.run()).toMatchObject({ status: 'succeeded', updated: 2, watermark_before: watermark });
  expect(await scene.sync()).toMatchObject({ health: 'healthy', consecutive_failures: 0 });
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('T09 the state shows our time of the start and the provider’s clock; an edit during that run is in the next one', async () => {
  await syncline.control.configure({ account: 't09', clockOffsetMs: -600_000 });
  const operations = [{ operation: 'update' as const, object: 'contacts', id: 'con_0000000001', fields: { notes: 'meanwhile' } }];
  await syncline.control.fault({ match: { account: 't09', object: 'contacts' }, fault: { kind: 'mutate', operations } });
  const begun = Date.now();
  const scene = await openScene(syncline, { account: 't09', size: 2000 });
  const { last_read: lastRead } = await scene.checkpoint();
  expect(Date.parse(lastRead.started_at)).toBeGreaterThanOrEqual(begun - 1000);
  expect(Date.parse(lastRead.started_at)).toBeLessThanOrEqual(Date.now());
  expect(Math.abs(Date.parse(lastRead.provider_time) - (Date.parse(lastRead.started_at) - 600_000))).toBeLessThan(5000);
  expect(scene.first.provider_time).toBe(lastRead.provider_time);
  expect((await scene.raw('con_0000000001')).notes).not.toBe('meanwhile');
  expect(await scene.run()).toMatchObject({ kind: 'incremental', updated: 1 });
  expect((await scene.raw('con_0000000001')).notes).toBe('meanwhile');
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('T10 the filter is the stored mark minus the overlap, whatever our clock says', async () => {
  const scene = await openScene(syncline, { account: 't10' });
  const { watermark } = await scene.checkpoint();
  await syncline.setClock(3 * 3_600_000);
  try {
    await scene.control.clearRequests(scene.at);
    await scene.run();
    expect(await sinceOf(scene)).toBe(back(watermark, lookbackMs));
    // A cursor keeps its filter, and the feed of deletes begins at the same place.
    const deletions = (await scene.pages()).filter((entry) => entry.path.endsWith('/deleted'));
    expect(deletions.map(({ query }) => query.get('since'))).toEqual([back(watermark, lookbackMs)]);
    await scene.expectInvariants();
  } finally {
    await syncline.setClock(0);
  }
});

test('P35 (read) a record with the provider’s delete mark is marked deleted in the hub, and its content kept', async () => {
  const scene = await openScene(syncline, { account: 'p35', object: 'deals' });
  const { cursor } = await scene.changes();
  const { ids } = await scene.control.delete({ ...scene.at, count: 3 });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', deleted: 3 });
  const { data } = await scene.changes(cursor);
  expect(data.map((entry) => [entry.record_id, entry.deleted_at !== null]).sort()).toEqual(ids.map((id) => [id, true]).sort());
  for (const id of ids) expect((await scene.raw(id)).title).toBe((await scene.control.get({ ...scene.at, id })).record!.fields.title);
  await scene.expectAgrees();
  await scene.expectInvariants();
});
