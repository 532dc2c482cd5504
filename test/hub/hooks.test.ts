import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HookedInput } from '../../src/hub/hook-types.ts';
import { FenceLost } from '../../src/hub/index.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { beginTestRead, end, type HubUnderTest, idOf, listAll, many, openTestHub, type Read, record, write } from './support.ts';

let database: TestDatabase;
let on: HubUnderTest;
beforeAll(async () => {
  database = await createTestDatabase();
  on = await openTestHub(database.url);
});
afterAll(async () => {
  await on.close();
  await database.drop();
});

let connections = 0;

/** A connection with three records, whose read has ended. */
async function loaded(): Promise<Read> {
  const name = `hooked_${connections++}`;
  const read = await beginTestRead(on.hub, { sync: `sync_${name}`, connectionId: `conn_${name}`, customerId: name });
  await write(on.hub, read, many(3));
  await end(on.hub, read);
  return read;
}

const hooked = ({ syncId, fence, table, connection }: Read, rest: Partial<HookedInput>) =>
  on.hub.writeHooked({
    ...{ syncId, fence, table, connection, records: [], quarantined: [], gone: [], payloads: [] },
    ...{ marksUnknown: false, mayDelete: () => true, countsFromDeletes: 20 },
    ...rest,
  });

const rowsOf = async ({ connection }: Read) => {
  const { data } = await listAll(on.hub, { customerId: connection.customerId });
  return data.map((row) => [row.record_id, row.deleted_at !== null, JSON.stringify(row.record)]).sort();
};

test('a record that was asked for is written; one that is there unchanged is not, and moves nothing', async () => {
  const read = await loaded();
  const askedSeq = await on.hub.lastDrawnSeq();
  const first = await hooked(read, { records: [record(idOf(0), { n: 'new' }, { askedSeq }), record('fresh', {}, { askedSeq })] });
  expect(first).toMatchObject({ inserted: 1, updated: 1, unchanged: 0, late: [], unsure: [] });
  const again = await hooked(read, { records: [record(idOf(0), { n: 'new' }, { askedSeq: await on.hub.lastDrawnSeq() })] });
  expect(again).toMatchObject({ inserted: 0, updated: 0, unchanged: 1, firstSeq: null, lastSeq: null });
});

test('B19 an answer that was overtaken yields, whether it says that the record is there or that it is gone', async () => {
  const read = await loaded();
  const asked = await on.hub.lastDrawnSeq();
  const newer = await on.hub.lastDrawnSeq();
  await hooked(read, { records: [record(idOf(1), { n: 'newer' }, { askedSeq: newer, modifiedAt: new Date('2026-01-02') })] });
  const stale = record(idOf(1), { n: 'stale' }, { askedSeq: asked, modifiedAt: new Date('2026-01-01') });
  expect(await hooked(read, { records: [stale], gone: [{ id: idOf(1), askedSeq: asked }] })).toMatchObject({ updated: 0, deleted: 0 });
  expect(await rowsOf(read)).toContainEqual([idOf(1), false, '{"n":"newer"}']);
});

test('what came unasked changes what is there, and brings back nothing that is not', async () => {
  const read = await loaded();
  await hooked(read, { gone: [{ id: idOf(0), askedSeq: await on.hub.lastDrawnSeq() }] });
  const unasked = (id: string) => record(id, { n: 'unasked' }, { modifiedAt: new Date('2026-01-01') });
  const facts = await hooked(read, { records: [unasked(idOf(0)), unasked(idOf(1)), unasked('never seen')] });
  expect(facts).toMatchObject({ updated: 1, inserted: 0 });
  expect(facts.unsure.sort()).toEqual(['never seen', idOf(0)].sort());
  expect(await rowsOf(read)).toEqual([
    [idOf(0), true, '{"n":0}'],
    [idOf(1), false, '{"n":"unasked"}'],
    [idOf(2), false, '{"n":2}'],
  ]);
});

test('a delete of an unknown record shows nothing; while a run is under way it keeps the run’s older pages from bringing it in', async () => {
  const read = await loaded();
  const asked = await on.hub.lastDrawnSeq();
  const gone = [{ id: 'unknown', askedSeq: asked }];
  expect(await hooked(read, { gone })).toMatchObject({ deleted: 0, firstSeq: null });
  expect(await rowsOf(read)).toHaveLength(3);
  expect(await hooked(read, { gone, marksUnknown: true })).toMatchObject({ deleted: 0 });
  expect(await rowsOf(read)).toContainEqual(['unknown', true, '{}']);
  const next = await beginTestRead(on.hub, {
    sync: read.syncId,
    connectionId: read.connection.connectionId,
    customerId: read.connection.customerId,
  });
  await write(on.hub, next, [...many(3), record('unknown', { n: 'older' }, { askedSeq: asked, modifiedAt: new Date() })]);
  expect(await rowsOf(read)).toContainEqual(['unknown', true, '{}']);
});

test('the guard is asked with what was deleted that day, and its no leaves everything as it was', async () => {
  const read = await loaded();
  const asked: unknown[] = [];
  const mayDelete: HookedInput['mayDelete'] = (count) => asked.push(count) < 2;
  const askedSeq = await on.hub.lastDrawnSeq();
  expect(await hooked(read, { gone: [{ id: idOf(0), askedSeq }], mayDelete })).toMatchObject({ deleted: 1, isGuarded: false });
  expect(await hooked(read, { gone: [{ id: idOf(1), askedSeq }], mayDelete, countsFromDeletes: 1 })).toMatchObject({
    deleted: 0,
    isGuarded: true,
  });
  expect(asked).toEqual([
    { known: 0, deletes: 1, deletedLastDay: 0 },
    { known: 2, deletes: 1, deletedLastDay: 1 },
  ]);
  expect(await rowsOf(read)).toContainEqual([idOf(1), false, '{"n":1}']);
});

test('B16 an open full read does not miss what hooks met meanwhile, and what they deleted stays deleted', async () => {
  const read = await loaded();
  const { connectionId, customerId } = read.connection;
  const next = await beginTestRead(on.hub, { sync: read.syncId, fence: 2n, connectionId, customerId });
  await expect(hooked(read, { records: [record(idOf(0))] })).rejects.toThrow(FenceLost);
  const askedSeq = await on.hub.lastDrawnSeq();
  await hooked(next, { records: [record(idOf(0), { n: 0 }, { askedSeq })], gone: [{ id: idOf(1), askedSeq }] });
  // Its pages show the third record only: the second one was deleted, the first one slid from page to page.
  await write(on.hub, next, [record(idOf(2), { n: 2 }, { askedSeq })]);
  await end(on.hub, next);
  expect((await rowsOf(read)).map(([id, isDeleted]) => [id, isDeleted])).toEqual([
    [idOf(0), false],
    [idOf(1), true],
    [idOf(2), false],
  ]);
});

test('new records wait while a first load is under way, and the load goes on by COPY', async () => {
  const read = await beginTestRead(on.hub, { sync: 'sync_first', connectionId: 'conn_first', customerId: 'first' });
  await write(on.hub, read, many(2));
  const askedSeq = await on.hub.lastDrawnSeq();
  const facts = await hooked(read, {
    records: [record(idOf(0), { n: 'hooked' }, { askedSeq }), record(idOf(2), { n: 'hooked' }, { askedSeq })],
  });
  expect(facts).toMatchObject({ updated: 1, inserted: 0, late: [idOf(2)] });
  expect(await write(on.hub, read, many(2, undefined, 2))).toMatchObject({ inserted: 2 });
  const fresh = await on.sql<{ is_fresh: boolean }>(`select is_fresh from _syncline_checkpoint where sync = 'sync_first'`);
  expect(fresh).toEqual([{ is_fresh: true }]);
});

test('news add up until they are announced, and what comes meanwhile stays to be told', async () => {
  const read = await loaded();
  const askedSeq = () => on.hub.lastDrawnSeq();
  await hooked(read, { records: [record(idOf(0), { n: 'a' }, { askedSeq: await askedSeq() })] });
  await hooked(read, { gone: [{ id: idOf(1), askedSeq: await askedSeq() }], records: [record('n', {}, { askedSeq: await askedSeq() })] });
  const news = (await on.hub.readHookNews(read.syncId))!;
  expect(news).toMatchObject({ inserted: 1, updated: 1, deleted: 1 });
  expect(news.lastSeq - news.firstSeq).toBe(2n);
  await hooked(read, { records: [record(idOf(2), { n: 'later' }, { askedSeq: await askedSeq() })] });
  await on.hub.dropHookNews({ syncId: read.syncId, lastSeq: news.lastSeq });
  const left = (await on.hub.readHookNews(read.syncId))!;
  expect(left.updated).toBe(2);
  await on.hub.dropHookNews({ syncId: read.syncId, lastSeq: left.lastSeq });
  expect(await on.hub.readHookNews(read.syncId)).toBe(null);
});

test('payloads are given in the order in which they came, go with the write that applied them, with a purge, or after a day', async () => {
  const read = await loaded();
  const { syncId, connection } = read;
  const keep = (...recordIds: string[]) =>
    on.hub.keepHookPayloads({
      syncId,
      connection,
      payloads: recordIds.map((recordId, n) => ({ recordId, raw: `{"id":"${recordId}","n":${n}}` })),
    });
  const kept = () => on.hub.readHookPayloads({ syncId, recordIds: [idOf(0), idOf(1)] });
  await keep(idOf(0), idOf(0), idOf(1));
  const payloads = await kept();
  expect(payloads.map(({ recordId, raw }) => [recordId, JSON.parse(raw).n])).toEqual([
    [idOf(0), 0],
    [idOf(0), 1],
    [idOf(1), 2],
  ]);
  await hooked(read, { payloads: payloads.slice(0, 2).map(({ number }) => number) });
  expect(await kept()).toHaveLength(1);
  on.clock.set(new Date(Date.now() + 25 * 3_600_000));
  await keep(idOf(0));
  await on.hub.dropOldHookPayloads();
  expect((await kept()).map(({ recordId }) => recordId)).toEqual([idOf(0)]);
  on.clock.set(new Date());
  while ((await on.hub.purgeBatch({ connectionId: connection.connectionId, rowsMax: 100 })).remaining);
  expect(await kept()).toEqual([]);
  await expect(hooked(read, { records: [record('behind the purge')] })).rejects.toThrow(FenceLost);
});
