import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Engine, startEngine } from './support/start-engine.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.close());

test('S03 P29 a connection becomes a sync that is due at once, and its first run loads everything', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'first');
  const run = await vendor.finish(syncId);
  const truth = await engine.truth('first', 'contacts');
  expect(run).toMatchObject({ kind: 'full', status: 'succeeded', trigger: 'connection', fetched: truth.size, inserted: truth.size });
  expect(keys((await vendor.hubRows('contacts')).live)).toEqual(keys(truth));
});

test('S09 D28 full_only reads everything each time, and notes exactly what differs', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('companies', 'full-only', { strategy: 'full_only' });
  await vendor.finish(syncId);
  await engine.control.update({ account: 'full-only', object: 'companies', count: 1, fields: { name: 'Changed' } });
  await engine.control.create({ account: 'full-only', object: 'companies', fields: { name: 'New' } });
  const run = await vendor.run(syncId);
  const truth = await engine.truth('full-only', 'companies');
  expect(run).toMatchObject({ kind: 'full', fetched: truth.size, inserted: 1, updated: 1, deleted: 0, unchanged: truth.size - 2 });
  const { live } = await vendor.hubRows('companies');
  expect(keys(live)).toEqual(keys(truth));
  expect(names(live)).toEqual(names(truth));
});

test('S10 P10 T10 D21 later runs ask for what changed since the stored mark, and store only that', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'later');
  await vendor.finish(syncId);
  const before = await vendor.checkpoint(syncId);
  expect(before.watermark).not.toBeNull();
  await engine.control.clearRequests({ account: 'later' });
  const { ids } = await engine.control.update({ account: 'later', object: 'contacts', count: 2, fields: { name: 'Edited' } });
  const run = await vendor.run(syncId);
  expect(run).toMatchObject({ kind: 'incremental', status: 'succeeded', inserted: 0, updated: 2 });
  const [asked] = await engine.control.requests({ account: 'later' });
  expect(new URLSearchParams(asked!.query).get('modified_since')).toBe(before.watermark);
  // The generated records are years old: only the edited ones, and those that share the mark's own moment, come again.
  expect(run.fetched).toBeLessThan(10);
  const newest = Math.max(
    ...(await engine.control.list({ account: 'later', object: 'contacts' })).records
      .filter((r) => ids.includes(r.id))
      .map((r) => Date.parse(r.updatedAt)),
  );
  const { watermark } = await vendor.checkpoint(syncId);
  expect(Date.parse(watermark!)).toBeLessThanOrEqual(newest);
  expect(Date.parse(watermark!)).toBeGreaterThan(Date.parse(before.watermark!));
});

test('B12 H50 P11 records that share the boundary moment all arrive, whatever the page size, and none is stored twice', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'ties');
  await engine.control.setSize({ account: 'ties', object: 'contacts', size: 0 });
  const tie = '2025-05-05T05:05:05.500Z';
  await engine.control.createMany({ account: 'ties', object: 'contacts', count: 15, updatedAt: tie });
  await vendor.finish(syncId);
  expect((await vendor.checkpoint(syncId)).watermark).toBe(tie);
  // More of the same moment, after it was read.
  await engine.control.createMany({ account: 'ties', object: 'contacts', count: 25, updatedAt: tie });
  const run = await vendor.run(syncId);
  expect(run).toMatchObject({ kind: 'incremental', fetched: 40, inserted: 25, unchanged: 15 });
  expect((await vendor.hubRows('contacts')).live.size).toBe(40);
});

test('S11 with n = 3 the runs 1, 5 and 9 read in full, and the counter can be read', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('companies', 'every-three', { fullRefreshEvery: 3 });
  const kinds = [(await vendor.finish(syncId)).kind];
  const counters = [(await vendor.checkpoint(syncId)).incrementalsSinceFull];
  for (let i = 2; i <= 9; i++) {
    kinds.push((await vendor.run(syncId)).kind);
    counters.push((await vendor.checkpoint(syncId)).incrementalsSinceFull);
  }
  expect(kinds.flatMap((kind, i) => (kind === 'full' ? [i + 1] : []))).toEqual([1, 5, 9]);
  expect(counters).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0]);
});

test('S12 a hard delete that incremental runs cannot see is found by the n-th full read', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('deals', 'blind', { fullRefreshEvery: 1 });
  await vendor.finish(syncId);
  const { ids } = await engine.control.remove({ account: 'blind', object: 'deals', count: 2 });
  expect(await vendor.run(syncId)).toMatchObject({ kind: 'incremental', deleted: 0 });
  expect(await vendor.run(syncId)).toMatchObject({ kind: 'full', status: 'succeeded', deleted: 2 });
  expect((await vendor.hubRows('deals')).deleted.sort()).toEqual(ids.sort());
});

test('B20 D30 a re-sync of unchanged records rewrites no row, moves no seq and is recorded as empty', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'same', { strategy: 'full_only' });
  await vendor.finish(syncId);
  const before = await vendor.hubRows('contacts');
  const changes = (await vendor.events('records.changed')).length;
  const run = await vendor.run(syncId);
  expect(run).toMatchObject({ status: 'succeeded', inserted: 0, updated: 0, deleted: 0, firstSeq: null, lastSeq: null });
  expect(run.unchanged).toBe(run.fetched);
  expect((await vendor.hubRows('contacts')).rows).toEqual(before.rows);
  expect(await vendor.events('records.changed')).toHaveLength(changes);
});

test('D26 integers and opaque tokens are marks like times: the first read in full, then what came after the mark', async () => {
  const vendor = await engine.createVendor();
  for (const object of ['revisions', 'opaque_events']) {
    const { syncId } = await vendor.setUp(object, `marks-${object}`);
    expect(await vendor.finish(syncId)).toMatchObject({ kind: 'full', status: 'succeeded' });
    // A listing gives no safe mark for them: this one reads the feed from its beginning, and stores nothing again.
    expect(await vendor.run(syncId)).toMatchObject({ kind: 'incremental', status: 'succeeded', inserted: 0, updated: 0 });
    const { ids } = await engine.control.update({ account: `marks-${object}`, object, count: 2, fields: { note: 'again' } });
    expect(ids).toHaveLength(2);
    const run = await vendor.run(syncId);
    expect(run).toMatchObject({ kind: 'incremental', status: 'succeeded', updated: 2 });
    expect(run.fetched).toBeLessThan(6);
  }
});

test('T09 a run shows our time of its start and the provider’s, and so does the checkpoint', async () => {
  const vendor = await engine.createVendor();
  await engine.control.configure({ account: 'clocked', clockOffsetMs: -600_000 });
  const { syncId } = await vendor.setUp('contacts', 'clocked');
  const run = await vendor.finish(syncId);
  const { lastRead } = await vendor.checkpoint(syncId);
  expect(Math.abs(Date.parse(lastRead!.startedAt) - Date.now())).toBeLessThan(60_000);
  expect(Math.abs(run.startedAt!.getTime() - Date.now())).toBeLessThan(60_000);
  expect(Math.abs(Date.parse(lastRead!.providerTime!) - (Date.now() - 600_000))).toBeLessThan(60_000);
  expect(run.providerTime?.toISOString()).toBe(lastRead!.providerTime);
});

test('P39 a reset sync reads everything again; readers see the table full all the while, and unchanged rows stay as they are', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'again');
  await vendor.finish(syncId);
  await vendor.run(syncId);
  const before = await vendor.hubRows('contacts');
  await vendor.reset(syncId);
  expect(await vendor.checkpoint(syncId)).toMatchObject({ watermark: null, hasFull: false });
  expect((await vendor.hubRows('contacts')).rows).toEqual(before.rows);
  expect(await vendor.finish(syncId)).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 0, updated: 0, deleted: 0 });
  expect((await vendor.hubRows('contacts')).rows).toEqual(before.rows);
});

test('H67 what jsonb refuses is stored mended or set aside with its reason, and the stream goes on', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'odd', { strategy: 'full_only' });
  const records = ['nul_char', 'lone_surrogate', 'huge_number', 'deep_nesting', 'ten_megabytes', 'missing_id'] as const;
  for (const [skip, record] of records.entries())
    await engine.control.fault({ match: { account: 'odd', object: 'contacts' }, fault: { kind: 'malformed', record }, skip });
  const run = await vendor.finish(syncId);
  const truth = await engine.truth('odd', 'contacts');
  expect(run.status).toBe('succeeded');
  expect(run.fetched).toBe(run.inserted + run.updated + run.unchanged + run.quarantined);
  expect(run.fetched).toBe(truth.size + records.length);
  expect(run.quarantined).toBeGreaterThanOrEqual(3);
  const { live } = await vendor.hubRows('contacts');
  for (const id of truth.keys()) expect(live.has(id)).toBe(true);
});

const keys = (records: Map<string, unknown>) => [...records.keys()].sort();
const names = (records: Map<string, Record<string, unknown>>) => [...records].map(([id, record]) => [id, record.name]).sort();
