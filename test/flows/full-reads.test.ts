import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

const fullOnly = { strategy: 'full_only' };

test('S03 a customer who connects gets a sync of every object of the config, which starts without another call', async () => {
  const vendor = await syncline.createApplication();
  const objects = [
    { object: 'contacts', interval_seconds: 600 },
    { object: 'companies', strategy: 'full_only' },
    { object: 'deals', full_refresh_every: 3 },
  ];
  await vendor.setUpProvider({ objects });
  const { connectionId } = await vendor.connectCustomer({ customerId: 's03' });
  const syncs = await vendor.list(`/v1/syncs?connection_id=${connectionId}`);
  expect(syncs.map((sync) => sync.object).sort()).toEqual(['companies', 'contacts', 'deals']);
  for (const wanted of objects)
    expect(syncs.find((sync) => sync.object === wanted.object)).toMatchObject({ ...wanted, customer_id: 's03' });
  for (const { id, object } of syncs) {
    const run = await vendor.waitForRun({ syncId: id });
    const { count } = await syncline.control.list({ account: 's03', object });
    expect(run).toMatchObject({ trigger: 'connection', kind: 'full', status: 'succeeded', fetched: count, inserted: count });
    expect(await vendor.list(`/v1/records/sandbox/${object}?customer_id=s03`)).toHaveLength(count);
    expect(await vendor.runSync({ syncId: id })).toMatchObject({ status: 'succeeded', first_seq: null });
  }
});

test('P29 authorising is enough: the sync exists, the hub’s table is created, the first load runs by itself', async () => {
  const vendor = await syncline.createApplication();
  await vendor.setUpProvider({ objects: ['owners'] });
  const tables = async () => {
    const schema = `hub_${vendor.applicationId.slice(4)}`;
    const { rows } = await syncline.pool.query('select table_name from information_schema.tables where table_schema = $1', [schema]);
    return rows.map((row) => row.table_name);
  };
  expect(await tables()).not.toContain('sandbox_owners');
  const { connectionId } = await vendor.connectCustomer({ customerId: 'p29' });
  const sync = await vendor.findSync({ connectionId, object: 'owners' });
  expect(await vendor.waitForRun({ syncId: sync.id })).toMatchObject({ trigger: 'connection', status: 'succeeded', inserted: 5 });
  expect(await tables()).toContain('sandbox_owners');
  expect(await vendor.list('/v1/records/sandbox/owners?customer_id=p29')).toHaveLength(5);
});

test('S09 full only: each run fetches every record, and the table equals the provider', async () => {
  const scene = await openScene(syncline, { account: 's09', order: fullOnly });
  await scene.expectAgrees();
  for (let round = 1; round <= 2; round++) {
    await scene.control.update({ ...scene.at, count: 2, fields: { notes: `round ${round}` } });
    await scene.control.create({ ...scene.at, fields: { notes: 'new' } });
    const size = (await scene.truth()).size;
    expect(await scene.run()).toMatchObject({ kind: 'full', status: 'succeeded', fetched: size, inserted: 1, updated: 2, deleted: 0 });
    expect((await scene.pages()).every(({ query }) => !query.has('modified_since'))).toBe(true);
    await scene.expectAgrees();
  }
  await scene.expectInvariants();
});

test('S11 with a full read after every 3 incremental ones, runs 1 and 5 of 8 are full, and the counter can be read', async () => {
  const scene = await openScene(syncline, { account: 's11', object: 'owners', order: { full_refresh_every: 3 } });
  const seen = [[scene.first.kind, (await scene.sync()).incrementals_since_full]];
  for (let i = 2; i <= 8; i++) {
    const { kind } = await scene.run();
    const { incrementals_since_full: counter } = await scene.checkpoint();
    expect((await scene.sync()).incrementals_since_full).toBe(counter);
    seen.push([kind, counter]);
  }
  const [full, incremental] = ['full', 'incremental'];
  expect(seen).toEqual([[full, 0], ...[1, 2, 3].map((i) => [incremental, i]), [full, 0], ...[1, 2, 3].map((i) => [incremental, i])]);
  expect(await scene.run()).toMatchObject({ kind: full });
  await scene.expectInvariants();
});

test('S12 a hard delete that incremental runs cannot see is marked by the next full one', async () => {
  const scene = await openScene(syncline, { account: 's12', object: 'deals', order: { full_refresh_every: 2 } });
  const { ids } = await scene.control.remove({ ...scene.at, count: 2 });
  for (let i = 0; i < 2; i++) expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', deleted: 0 });
  expect((await scene.rows()).filter((row) => row.isDeleted)).toEqual([]);
  expect(await scene.run()).toMatchObject({ kind: 'full', status: 'succeeded', deleted: 2 });
  const deleted = (await scene.listed()).filter((entry) => entry.deleted_at !== null);
  expect(deleted.map((entry) => entry.record_id).sort()).toEqual([...ids].sort());
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('D28 of 1,000 records one new and one changed are one insert and one update in the change feed', async () => {
  const scene = await openScene(syncline, { account: 'd28', size: 1000, order: fullOnly });
  const { cursor } = await scene.changes();
  const { ids } = await scene.control.update({ ...scene.at, count: 1, fields: { notes: 'changed' } });
  const { id } = await scene.control.create({ ...scene.at, fields: { notes: 'new' } });
  expect(await scene.run()).toMatchObject({ kind: 'full', fetched: 1001, inserted: 1, updated: 1, deleted: 0, unchanged: 999 });
  const { data } = await scene.changes(cursor);
  expect(Object.fromEntries(data.map((entry) => [entry.record_id, entry.record.notes]))).toEqual({ [ids[0]!]: 'changed', [id]: 'new' });
  expect(data).toHaveLength(2);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('D29 a record that is missing from a complete read is one delete', async () => {
  const scene = await openScene(syncline, { account: 'd29', order: fullOnly });
  const before = await scene.rows();
  const { ids } = await scene.control.remove({ ...scene.at, count: 1 });
  expect(await scene.run()).toMatchObject({ status: 'succeeded', inserted: 0, updated: 0, deleted: 1, held_deletes: 0 });
  const after = await scene.rows();
  expect(after.filter((row) => row.isDeleted).map((row) => row.id)).toEqual(ids);
  expect(after.filter((row) => !row.isDeleted)).toEqual(before.filter((row) => !ids.includes(row.id)));
  await scene.expectInvariants();
});

test('B15 a delete that a full read finds stands in the change feed behind the consumer’s last cursor, once', async () => {
  const scene = await openScene(syncline, { account: 'b15', order: fullOnly });
  const { cursor, data: all } = await scene.changes();
  const { ids } = await scene.control.remove({ ...scene.at, count: 1 });
  await scene.run();
  const { data, cursor: next } = await scene.changes(cursor);
  expect(data).toMatchObject([{ record_id: ids[0], deleted_at: expect.any(String) }]);
  expect(all.every((entry) => BigInt(entry.seq) < BigInt(data[0].seq))).toBe(true);
  await scene.run();
  expect((await scene.changes(next)).data).toEqual([]);
  await scene.expectInvariants();
});

test('D30 when nothing changed there is no change, no write, and the run is recorded as empty', async () => {
  const scene = await openScene(syncline, { account: 'd30', order: fullOnly });
  const { cursor } = await scene.changes();
  const before = await scene.rows();
  const run = await scene.run();
  const nothing = { inserted: 0, updated: 0, deleted: 0, quarantined: 0, first_seq: null, last_seq: null };
  expect(run).toMatchObject({ kind: 'full', status: 'succeeded', fetched: before.length, unchanged: before.length, ...nothing });
  expect((await scene.runs())[0]).toEqual(run);
  expect(await scene.rows()).toEqual(before);
  expect((await scene.changes(cursor)).data).toEqual([]);
  await scene.expectInvariants();
});

test.each([
  ['full', { full: true }],
  ['incremental', {}],
])('B20 an unchanged %s re-sync announces no change and rewrites no row', async (kind, input) => {
  const scene = await openScene(syncline, { account: `b20-${kind}` });
  const before = await scene.rows();
  const announced = await scene.events('records.changed');
  for (let i = 0; i < 3; i++)
    expect(await scene.run(input)).toMatchObject({ kind, status: 'succeeded', inserted: 0, updated: 0, deleted: 0 });
  expect(await scene.rows()).toEqual(before);
  expect(await scene.events('records.changed')).toEqual(announced);
  await scene.expectInvariants();
});

test('D31 another order of keys, at any depth, and other white space are no change', async () => {
  const updatedAt = '2025-03-03T03:03:03.000Z';
  const odd = { account: 'd31', object: 'contacts', id: 'con_odd', updatedAt };
  const raw = (text: string) => syncline.control.createRaw({ ...odd, raw: text });
  await raw(`{"id":"con_odd","updated_at":"${updatedAt}","a":{"x":1,"y":[{"p":1,"q":"ü"},2]},"b":null}`);
  const scene = await openScene(syncline, { account: 'd31', order: fullOnly });
  const before = await scene.rows();
  expect((await scene.raw('con_odd')).a).toEqual({ x: 1, y: [{ p: 1, q: 'ü' }, 2] });
  await raw(`{ "b" : null,\n "a":{"y":[ {"q":"\\u00fc","p":1}, 2 ],\t"x":1 }, "updated_at":"${updatedAt}", "id":"con_odd" }`);
  expect(await scene.run()).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 0, updated: 0, unchanged: before.length });
  expect(await scene.rows()).toEqual(before);
  // The order of a list is content.
  await raw(`{"id":"con_odd","updated_at":"${updatedAt}","a":{"x":1,"y":[2,{"p":1,"q":"ü"}]},"b":null}`);
  expect(await scene.run()).toMatchObject({ updated: 1 });
  await scene.expectInvariants();
});

test('P39 (read) a reset sync reads everything again; readers never see an empty table, and what is unchanged stays as it is', async () => {
  const scene = await openScene(syncline, { account: 'p39', size: 2500 });
  await scene.run();
  const { ids } = await scene.control.update({ ...scene.at, count: 1, fields: { notes: 'meanwhile' } });
  const before = await scene.rows();
  await scene.control.fault({ match: { account: 'p39', object: 'contacts' }, fault: { kind: 'slow', delayMs: 150 }, times: 3 });
  await scene.vendor.call('POST', `/v1/syncs/${scene.syncId}:reset`);
  expect(await scene.checkpoint()).toMatchObject({ watermark: null, has_full: false });
  const seen = new Set<number>();
  for (let hasEnded = false; !hasEnded; ) {
    seen.add((await scene.rows()).filter((row) => !row.isDeleted).length);
    const runs = await scene.runs();
    hasEnded = runs.length === 3 && runs[0].status === 'succeeded';
  }
  expect([...seen]).toEqual([2500]);
  const [run] = await scene.runs();
  expect(run).toMatchObject({ kind: 'full', fetched: 2500, inserted: 0, updated: 1, deleted: 0, unchanged: 2499 });
  const others = (row: { id: string }) => row.id !== ids[0];
  expect((await scene.rows()).filter(others)).toEqual(before.filter(others));
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('B17 an empty list with status 200 deletes nothing: the run is held and says why, and the next good read goes on', async () => {
  const scene = await openScene(syncline, { account: 'b17', object: 'plain_items' });
  const before = await scene.rows();
  await scene.control.fault({ match: { account: 'b17', object: 'plain_items' }, fault: { kind: 'empty' } });
  const run = await scene.run();
  expect(run).toMatchObject({ status: 'held', deleted: 0, held_deletes: before.length, first_seq: null });
  expect(await scene.sync()).toMatchObject({ health: 'held', status: 'active' });
  expect(await scene.events('sync.held')).toMatchObject([{ data: { run_id: run.id, reason: 'empty_read', held_deletes: before.length } }]);
  expect(await scene.rows()).toEqual(before);
  expect(await scene.run()).toMatchObject({ status: 'succeeded', deleted: 0 });
  expect(await scene.sync()).toMatchObject({ health: 'healthy' });
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test.each([
  ['fails', 'forbidden', 'failed'],
  ['is missing', 'empty', 'held'],
] as const)('H19 when page 3 of 5 %s, no row is marked as disappeared', async (_what, kind, status) => {
  const account = `h19-${kind}`;
  const scene = await openScene(syncline, { account, size: 4500, order: fullOnly });
  const before = await scene.rows();
  const { ids } = await scene.control.remove({ ...scene.at, count: 1 });
  await scene.control.fault({ match: { account, object: 'contacts' }, fault: { kind }, skip: 2 });
  expect(await scene.run()).toMatchObject({ status, deleted: 0, first_seq: null });
  expect(await scene.rows()).toEqual(before);
  expect(await scene.run()).toMatchObject({ status: 'succeeded', deleted: 1 });
  expect((await scene.rows()).filter((row) => row.isDeleted).map((row) => row.id)).toEqual(ids);
  await scene.expectAgrees();
  await scene.expectInvariants();
});
