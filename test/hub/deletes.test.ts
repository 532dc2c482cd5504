import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { beginTestRead, end, ended, type HubUnderTest, idOf, listAll, many, openTestHub, type Read, record, write } from './support.ts';

let database: TestDatabase;
let on: HubUnderTest;
let count = 0;
beforeAll(async () => {
  database = await createTestDatabase();
  on = await openTestHub(database.url);
});
afterAll(async () => {
  await on.close();
  await database.drop();
});

const at = (day: number) => new Date(Date.UTC(2026, 0, day));

/** A connection with `rows` records, whose first full read has ended. */
async function loaded(rows: number): Promise<Read> {
  const n = ++count;
  const read = await beginTestRead(on.hub, {
    sync: `sync_d${n}`,
    object: `object_${n}`,
    connectionId: `conn_d${n}`,
    customerId: `customer_${n}`,
  });
  await write(on.hub, read, many(rows));
  await end(on.hub, read);
  return read;
}

async function begin(read: Read, kind: 'full' | 'incremental' = 'full'): Promise<Read> {
  const { syncId, table, connection } = read;
  read.fence += 1n;
  return beginTestRead(on.hub, {
    sync: syncId,
    fence: read.fence,
    object: table.object,
    connectionId: connection.connectionId,
    customerId: connection.customerId,
    kind,
  });
}

async function deletedIds(read: Read): Promise<string[]> {
  const { data } = await listAll(on.hub, { object: read.table.object });
  return data
    .filter((row) => row.deleted_at !== null)
    .map((row) => row.record_id)
    .sort();
}

test('B15 what a complete read no longer meets is deleted, in bounded batches, and each delete is a new change of the feed', async () => {
  const first = await loaded(100);
  const { cursor } = await listAll(on.hub, { object: first.table.object });
  const read = await begin(first);
  await write(on.hub, read, many(75));
  expect(await on.hub.countDeletes({ ...ended(read), sampleMax: 10 })).toEqual({
    known: 100,
    deletes: 25,
    deletedLastDay: 0,
    missedOnce: [],
  });
  expect(await end(on.hub, read, 'complete', { rowsMax: 10 })).toMatchObject({ deleted: 10, remaining: true });
  expect(await end(on.hub, read, 'complete', { rowsMax: 10 })).toMatchObject({ deleted: 10, remaining: true });
  expect(await end(on.hub, read, 'complete', { rowsMax: 10 })).toMatchObject({ deleted: 5, remaining: false });
  const changes = await listAll(on.hub, { object: first.table.object, cursor });
  expect(changes.data.map((row) => row.record_id)).toEqual(Array.from({ length: 25 }, (_, i) => idOf(75 + i)));
  expect(changes.data.every((row) => row.deleted_at !== null && JSON.stringify(row.record) !== '{}')).toBe(true);
  const next = await begin(first);
  await write(on.hub, next, many(74));
  expect(await on.hub.countDeletes({ ...ended(next), sampleMax: 10 })).toMatchObject({ known: 75, deletes: 1, deletedLastDay: 25 });
  on.clock.set(new Date(Date.now() + 25 * 3_600_000));
  expect(await on.hub.countDeletes({ ...ended(next), sampleMax: 10 })).toMatchObject({ deletes: 1, deletedLastDay: 0 });
  on.clock.set(new Date());
});

test('H19 a read that does not end deletes nothing, and the next one does not count on what it met', async () => {
  const first = await loaded(20);
  const broken = await begin(first);
  await write(on.hub, broken, many(10));
  const next = await begin(first);
  await write(
    on.hub,
    next,
    many(10, (n) => ({ n }), 10),
  );
  expect(await deletedIds(first)).toEqual([]);
  expect(await end(on.hub, next)).toMatchObject({ deleted: 10 });
  expect(await deletedIds(first)).toEqual(Array.from({ length: 10 }, (_, i) => idOf(i)));
});

test('B16 what another path wrote since the read began is left alone, also when it was written before and changed since', async () => {
  const first = await loaded(3);
  const read = await begin(first);
  const other = await beginTestRead(on.hub, {
    sync: `${first.syncId}_hook`,
    object: first.table.object,
    connectionId: first.connection.connectionId,
    customerId: first.connection.customerId,
    kind: 'incremental',
  });
  await write(on.hub, other, [record('created', { v: 1 }), record(idOf(2), { v: 'changed' })], { marksSeen: false });
  await write(on.hub, read, many(2));
  expect(await end(on.hub, read)).toMatchObject({ deleted: 0 });
});

test('what another path met unchanged while a full read was open counts as seen', async () => {
  const first = await loaded(3);
  const read = await begin(first);
  const other = await beginTestRead(on.hub, {
    sync: `${first.syncId}_hook`,
    object: first.table.object,
    connectionId: first.connection.connectionId,
    customerId: first.connection.customerId,
    kind: 'incremental',
  });
  expect(await write(on.hub, other, many(3).slice(2), { marksSeen: false })).toMatchObject({ unchanged: 1 });
  await write(on.hub, read, many(2));
  expect(await end(on.hub, read)).toMatchObject({ deleted: 0 });
});

test('H55 what a read that may miss some does not meet is deleted after two clean reads in a row, not after one', async () => {
  const first = await loaded(10);
  const once = await begin(first);
  await write(on.hub, once, many(8));
  expect(await on.hub.countDeletes({ ...ended(once, 'approximate'), sampleMax: 1 })).toMatchObject({ deletes: 0, missedOnce: [idOf(8)] });
  expect(await end(on.hub, once, 'approximate')).toMatchObject({ deleted: 0, remaining: false });
  const between = await begin(first, 'incremental');
  await write(
    on.hub,
    between,
    many(1, (n) => ({ n }), 9),
    { marksSeen: false },
  );
  await end(on.hub, between, 'none');
  const twice = await begin(first);
  await write(on.hub, twice, many(8));
  expect(await on.hub.countDeletes({ ...ended(twice, 'approximate'), sampleMax: 5 })).toMatchObject({ deletes: 1, missedOnce: [idOf(9)] });
  expect(await end(on.hub, twice, 'approximate')).toMatchObject({ deleted: 1 });
  const met = await begin(first);
  await write(on.hub, met, [...many(8), ...many(1, (n) => ({ n }), 9)]);
  await end(on.hub, met, 'approximate');
  const again = await begin(first);
  await write(on.hub, again, many(8));
  expect(await end(on.hub, again, 'approximate')).toMatchObject({ deleted: 0 });
  expect(await deletedIds(first)).toEqual([idOf(8)]);
});

test('an id that a get reported gone is deleted at once', async () => {
  const first = await loaded(5);
  const read = await begin(first);
  await write(on.hub, read, many(3));
  expect(await on.hub.countDeletes({ ...ended(read, 'approximate', [idOf(4)]), sampleMax: 5 })).toMatchObject({
    deletes: 1,
    missedOnce: [idOf(3)],
  });
  expect(await end(on.hub, read, 'approximate', { confirmedGone: [idOf(4)] })).toMatchObject({ deleted: 1 });
  expect(await deletedIds(first)).toEqual([idOf(4)]);
});

test('P35 a delete signal waits for the end of its read, and a version that is newer beats it', async () => {
  const first = await loaded(4);
  const read = await begin(first, 'incremental');
  const askedSeq = await on.hub.lastDrawnSeq();
  const signals = [0, 1, 2].map((n) => record(idOf(n), '{}', { isDeleted: true, modifiedAt: at(10), askedSeq }));
  expect(await write(on.hub, read, signals, { marksSeen: false })).toMatchObject({ deleted: 0, unchanged: 0 });
  await write(on.hub, read, [record(idOf(1), { back: true }, { modifiedAt: at(11), askedSeq })], { marksSeen: false });
  await write(on.hub, read, [record(idOf(2), { older: true }, { modifiedAt: at(9), askedSeq })], { marksSeen: false });
  expect(await deletedIds(first)).toEqual([]);
  expect(await on.hub.countDeletes({ ...ended(read, 'none'), sampleMax: 5 })).toMatchObject({ known: 4, deletes: 2, missedOnce: [] });
  expect(await end(on.hub, read, 'none')).toMatchObject({ deleted: 2 });
  expect(await deletedIds(first)).toEqual([idOf(0), idOf(2)]);
  expect(await on.hub.countDeletes({ ...ended(read, 'none'), sampleMax: 5 })).toMatchObject({ known: 0, deletes: 0 });
});

test('B19 an index that lags behind cannot bring a deleted record back by a version that is older than its deletion', async () => {
  const first = await loaded(0);
  const filled = await begin(first);
  await write(on.hub, filled, [record('a', { v: 1 }, { modifiedAt: at(8) })]);
  await end(on.hub, filled);
  const read = await begin(first, 'incremental');
  const askedSeq = await on.hub.lastDrawnSeq();
  await write(on.hub, read, [record('a', '{}', { isDeleted: true, modifiedAt: at(10), askedSeq })], { marksSeen: false });
  expect(await end(on.hub, read, 'none')).toMatchObject({ deleted: 1 });
  const lagging = await begin(first, 'incremental');
  const stale = record('a', { v: 2 }, { modifiedAt: at(9), askedSeq: 0n });
  expect(await write(on.hub, lagging, [stale], { marksSeen: false })).toMatchObject({ inserted: 0, unchanged: 1 });
  expect(await deletedIds(first)).toEqual(['a']);
  const restored = record('a', { v: 3 }, { modifiedAt: at(11), askedSeq: 0n });
  expect(await write(on.hub, lagging, [restored], { marksSeen: false })).toMatchObject({ inserted: 1 });
  expect(await deletedIds(first)).toEqual([]);
});

test('B17 held deletes are stored with ids, reason and seq bound in the transaction that moves the checkpoint; nothing is deleted', async () => {
  const first = await loaded(30);
  const read = await begin(first);
  expect(await on.hub.countDeletes({ ...ended(read), sampleMax: 5 })).toMatchObject({ known: 30, deletes: 30 });
  const held = await on.hub.holdDeletes({
    ...ended(read),
    fence: read.fence,
    reason: 'read_empty',
    runId: 'run_1',
    checkpoint: (n) => ({ held: n }),
  });
  expect(held).toBe(30);
  expect((await on.hub.readCheckpoint(read.syncId))!.state).toEqual({ held: 30 });
  expect(await deletedIds(first)).toEqual([]);
  const rows = await on.sql(
    `select h.reason, h.seq_bound::int8 = $2::int8 as bound, h.deletes::int4, count(s.record_id)::int4 as ids
     from _syncline_hold h join _syncline_staged_delete s using (sync, generation)
     where h.sync = $1 group by h.reason, h.seq_bound, h.deletes`,
    [read.syncId, read.begun.horizon],
  );
  expect(rows).toEqual([{ reason: 'read_empty', bound: true, deletes: 30, ids: 30 }]);
  const incremental = await begin(first, 'incremental');
  await end(on.hub, incremental, 'none');
  expect(await on.sql('select sync from _syncline_hold where sync = $1', [read.syncId])).toHaveLength(1);
  const full = await begin(first);
  await write(on.hub, full, many(30));
  expect(await end(on.hub, full)).toMatchObject({ deleted: 0 });
  expect(await on.sql('select sync from _syncline_hold where sync = $1', [read.syncId])).toHaveLength(0);
});

test('B17 a provider that signals the same deletes in every read has each of them held once, and what it signals once stays held', async () => {
  const first = await loaded(30);
  const signal = async (ids: number[]) => {
    const read = await begin(first, 'incremental');
    const askedSeq = await on.hub.lastDrawnSeq();
    const signals = ids.map((n) => record(idOf(n), '{}', { isDeleted: true, modifiedAt: at(10), askedSeq }));
    await write(on.hub, read, signals, { marksSeen: false });
    return on.hub.holdDeletes({
      ...ended(read, 'none'),
      fence: read.fence,
      reason: 'too_many_deletes',
      runId: `run_${read.begun.generation}`,
      checkpoint: (n) => ({ held: n }),
    });
  };
  expect(await signal([0, 1, 2, 3])).toBe(4);
  expect(await signal([1, 2, 3, 4])).toBe(4);
  expect(await signal([1, 2, 3, 4])).toBe(4);
  const held = await on.sql<{ deletes: number; ids: string[] }>(
    `select h.deletes::int4, array_agg(s.record_id order by s.record_id) as ids
     from _syncline_hold h join _syncline_staged_delete s using (sync, generation)
     where h.sync = $1 group by h.generation, h.deletes order by h.generation`,
    [first.syncId],
  );
  expect(held).toEqual([
    { deletes: 1, ids: [idOf(0)] },
    { deletes: 4, ids: [1, 2, 3, 4].map(idOf) },
  ]);
  expect(await on.sql('select from _syncline_hold where sync = $1', [first.syncId])).toHaveLength(2);
});

test('what a read noted is gone when it has ended, and a late count of an ended read proposes nothing', async () => {
  const first = await loaded(10);
  const read = await begin(first);
  await write(on.hub, read, many(10));
  await end(on.hub, read);
  expect(await on.hub.countDeletes({ ...ended(read), sampleMax: 5 })).toMatchObject({ deletes: 0 });
  expect(await end(on.hub, read)).toMatchObject({ deleted: 0, remaining: false });
  for (const table of ['_syncline_seen', '_syncline_staged_delete', '_syncline_missed_once'])
    expect(await on.sql(`select from ${table} where sync = $1`, [read.syncId])).toHaveLength(0);
});
