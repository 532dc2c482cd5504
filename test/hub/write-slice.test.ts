import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FenceLost } from '../../src/hub/index.ts';
import type { IncomingRecord } from '../../src/hub/types.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  beginTestRead,
  end,
  type HubUnderTest,
  idOf,
  list,
  listAll,
  many,
  openTestHub,
  type Read,
  record,
  recordBatchOf,
  write,
} from './support.ts';

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

/** A sync, object and connection of the test's own. */
function fresh(rest: { kind?: 'full' | 'incremental' } = {}) {
  const n = ++count;
  return beginTestRead(on.hub, {
    sync: `sync_w${n}`,
    object: `object_${n}`,
    connectionId: `conn_w${n}`,
    customerId: `customer_${n}`,
    ...rest,
  });
}

const at = (day: number) => new Date(Date.UTC(2026, 0, day));

describe('B19 an older page arriving after a newer write does not overwrite it', () => {
  type Version = { asked: 'before' | 'after'; modified: Date | null; written: boolean; why: string };
  const overLive: Version[] = [
    { asked: 'before', modified: at(1), written: false, why: 'overlapping and older' },
    { asked: 'before', modified: at(2), written: true, why: 'overlapping, equal time with other content (H62)' },
    { asked: 'before', modified: at(3), written: true, why: 'overlapping and newer' },
    { asked: 'before', modified: null, written: true, why: 'overlapping, its time is missing' },
    { asked: 'after', modified: at(1), written: true, why: 'asked after the stored version was there: restores and imports' },
  ];
  test.each(overLive)('$why: written is $written', async ({ asked, modified, written }) => {
    const read = await fresh();
    const before = await on.hub.lastDrawnSeq();
    // By another path: what one read lists twice is another matter (D34).
    await write(on.hub, read, [record('a', { v: 'stored' }, { modifiedAt: at(2) })], { marksSeen: false });
    const askedSeq = asked === 'before' ? before : await on.hub.lastDrawnSeq();
    const facts = await write(on.hub, read, [record('a', { v: 'came' }, { modifiedAt: modified, askedSeq })]);
    expect(facts).toMatchObject(written ? { updated: 1, unchanged: 0 } : { updated: 0, unchanged: 1, firstSeq: null });
    const { data } = await list(on.hub, { object: read.table.object });
    expect(data[0]!.record).toEqual({ v: written ? 'came' : 'stored' });
  });

  const minutes = (count: number) => new Date(Date.now() + count * 60_000);
  /** An answer that lags (`askedSeq` is 0) and is an hour older than what is stored, by the provider's own times. */
  const setBack = [
    { ahead: -60, stored: -30, written: true, why: 'older, but the stored time is of a clock that was set back since' },
    { ahead: 0, stored: 30, written: true, why: 'older, but what is stored is dated in the future' },
    { ahead: 0, stored: -30, written: false, why: 'older, and the clock has always gone on' },
    { ahead: 45, stored: 30, written: false, why: 'older, by a clock that is ahead of ours' },
    { ahead: undefined, stored: 30, written: false, why: 'older, and the provider shows no clock' },
  ];
  test.each(setBack)('by an answer that lags, $why: written is $written', async ({ ahead, stored, written }) => {
    for (const isDeleted of [false, true]) {
      const read = await fresh({ kind: 'incremental' });
      const came = { modifiedAt: minutes(stored - 60), isDeleted, askedSeq: 0n };
      await write(on.hub, read, [record('a', { v: 'stored' }, { modifiedAt: minutes(stored) })], { marksSeen: false });
      const connection = { ...read.connection, ...(ahead !== undefined && { providerAheadMs: ahead * 60_000 }) };
      await write(on.hub, read, [record('a', { v: 'came' }, came)], { marksSeen: false, connection });
      await end(on.hub, read, 'none');
      const { data } = await list(on.hub, { object: read.table.object });
      expect(data[0]!.deleted_at !== null).toBe(isDeleted && written);
      expect(data[0]!.record).toEqual({ v: written && !isDeleted ? 'came' : 'stored' });
    }
  });

  const overTombstone: Version[] = [
    { asked: 'before', modified: at(2), written: false, why: 'overlapping, equal time: a tombstone yields only to strictly newer' },
    { asked: 'before', modified: null, written: false, why: 'overlapping, its time is missing' },
    { asked: 'before', modified: at(3), written: true, why: 'overlapping and strictly newer' },
    { asked: 'after', modified: at(1), written: true, why: 'asked after the deletion was seen' },
  ];
  test.each(overTombstone)('over a tombstone, $why: written is $written', async ({ asked, modified, written }) => {
    const read = await fresh({ kind: 'incremental' });
    const before = await on.hub.lastDrawnSeq();
    await write(on.hub, read, [record('a', { v: 'stored' }, { modifiedAt: at(2) })], { marksSeen: false });
    await write(on.hub, read, [record('a', '{}', { isDeleted: true, modifiedAt: at(2), askedSeq: before })], { marksSeen: false });
    expect(await end(on.hub, read, 'none')).toMatchObject({ deleted: 1 });
    const askedSeq = asked === 'before' ? before : await on.hub.lastDrawnSeq();
    const facts = await write(on.hub, read, [record('a', { v: 'stored' }, { modifiedAt: modified, askedSeq })], { marksSeen: false });
    expect(facts).toMatchObject(written ? { inserted: 1, updated: 0 } : { inserted: 0, unchanged: 1 });
    const { data } = await list(on.hub, { object: read.table.object });
    expect(data[0]!.deleted_at === null).toBe(written);
  });

  test('a lagging answer (asked 0) never beats a version that was stored before it came, unless it is newer', async () => {
    const read = await fresh();
    await write(on.hub, read, [record('a', { v: 1 }, { modifiedAt: at(2) })]);
    expect(await write(on.hub, read, [record('a', { v: 0 }, { modifiedAt: at(1), askedSeq: 0n })])).toMatchObject({ unchanged: 1 });
    expect(await write(on.hub, read, [record('a', { v: 2 }, { modifiedAt: at(3), askedSeq: 0n })])).toMatchObject({ updated: 1 });
  });
});

test('B20 two records that changed places are changed: the hash of another record of the page does not pass for their own', async () => {
  const first = await beginTestRead(on.hub, { sync: 'sync_swap', object: 'swap' });
  await write(on.hub, first, [record('a', { v: 1 }), record('b', { v: 2 }), record('c', { v: 3 })]);
  const again = await beginTestRead(on.hub, { sync: 'sync_swap', object: 'swap', fence: 2n });
  const askedSeq = await on.hub.lastDrawnSeq();
  const swapped = [record('a', { v: 2 }, { askedSeq }), record('b', { v: 1 }, { askedSeq }), record('c', { v: 3 }, { askedSeq })];
  expect(await write(on.hub, again, swapped)).toMatchObject({ updated: 2, unchanged: 1 });
});

test('B20 an unchanged re-sync moves no seq, rewrites no row and locks none', async () => {
  const read = await fresh();
  const records = many(1500, (n) => ({ n, amount: '1.10' }));
  await write(on.hub, read, records);
  const rows = () => on.sql(`select _syncline_record_id, ctid, xmin, xmax, _syncline_seq from ${read.table.name} order by 1`);
  const before = { seq: await on.hub.lastDrawnSeq(), rows: await rows() };
  const again = await beginTestRead(on.hub, { ...again1(read), fence: 2n });
  const facts = await write(
    on.hub,
    again,
    records.map((r) => ({ ...r, askedSeq: before.seq })),
  );
  await end(on.hub, again);
  expect(facts).toMatchObject({ inserted: 0, updated: 0, unchanged: 1500, firstSeq: null, lastSeq: null });
  expect({ seq: await on.hub.lastDrawnSeq(), rows: await rows() }).toEqual(before);
});

test('B20 records that are looked at one by one and have not changed are neither rewritten nor locked', async () => {
  const read = await fresh();
  await write(on.hub, read, many(50));
  const rows = () => on.sql(`select _syncline_record_id, ctid, xmin, xmax, _syncline_seq from ${read.table.name} order by 1`);
  const before = await rows();
  const again = await beginTestRead(on.hub, { ...again1(read), fence: 2n });
  const askedSeq = await on.hub.lastDrawnSeq();
  const records = many(50).map((one) => ({ ...one, askedSeq }));
  expect(await write(on.hub, again, [], { records, unopened: undefined })).toMatchObject({ updated: 0, unchanged: 50, firstSeq: null });
  expect(await rows()).toEqual(before);
});

describe('B20 records that nobody has opened', () => {
  const batches = (...lists: IncomingRecord[][]) => lists.map((records) => recordBatchOf(records)!);
  const unseen = (read: Read) =>
    on.sql<{ ids: string[] }>(`select ids from _syncline_seen where sync = '${read.syncId}' and generation = ${read.begun.generation}`);

  test('stay unopened when all of them stand there, and count as met', async () => {
    const first = await fresh();
    await write(on.hub, first, many(6));
    const again = await beginTestRead(on.hub, { ...again1(first), fence: 2n });
    const open = () => {
      throw new Error('opened');
    };
    const unopened = { batches: batches(many(2), [], many(3, undefined, 2)), open };
    expect(await write(on.hub, again, [], { unopened })).toMatchObject({
      inserted: 0,
      updated: 0,
      unchanged: 5,
      duplicates: 0,
      firstSeq: null,
    });
    expect((await unseen(again)).flatMap(({ ids }) => ids)).toEqual(many(5).map(({ id }) => id));
    expect(await end(on.hub, again)).toMatchObject({ deleted: 1 });
  });

  test.each([
    ['one is new', many(4), many(5)],
    ['one has changed', many(4), many(4, (n) => ({ n: n === 3 ? 'changed' : n }))],
    ['one had been deleted', many(3), many(4)],
  ])('are opened when %s', async (_what, stored, came) => {
    const first = await fresh();
    await write(on.hub, first, many(4));
    await end(on.hub, first);
    const second = await beginTestRead(on.hub, { ...again1(first), fence: 2n });
    await write(on.hub, second, stored);
    await end(on.hub, second);
    const again = await beginTestRead(on.hub, { ...again1(first), fence: 3n });
    const askedSeq = await on.hub.lastDrawnSeq();
    const records = came.map((one) => ({ ...one, askedSeq }));
    const facts = await write(on.hub, again, [], { unopened: { batches: batches(records), open: () => records } });
    expect(facts.inserted + facts.updated).toBe(1);
    const { data } = await listAll(on.hub, { object: first.table.object });
    expect(data.filter((one) => one.deleted_at === null)).toHaveLength(came.length);
  });

  test('an id that two pages list is met once, and the newer version stands', async () => {
    const first = await fresh();
    await write(on.hub, first, [record('a', { v: 1 }, { modifiedAt: at(1) }), record('b', { v: 1 })]);
    const again = await beginTestRead(on.hub, { ...again1(first), fence: 2n });
    const askedSeq = await on.hub.lastDrawnSeq();
    const [page1, page2] = [
      [record('a', { v: 1 }, { modifiedAt: at(1), askedSeq }), record('b', { v: 1 }, { askedSeq })],
      [record('a', { v: 2 }, { modifiedAt: at(2), askedSeq })],
    ];
    const unopened = { batches: batches(page1!, page2!), open: () => [...page1!, ...page2!] };
    expect(await write(on.hub, again, [], { unopened })).toMatchObject({ updated: 1, unchanged: 1, duplicates: 1 });
    const same = { batches: batches(page1!.slice(1), page2!, page2!), open: () => [...page1!.slice(1), ...page2!, ...page2!] };
    expect(await write(on.hub, again, [], { unopened: same })).toMatchObject({ updated: 0, unchanged: 2, duplicates: 1 });
  });

  test('take back the delete that their own read told before', async () => {
    const first = await fresh();
    await write(on.hub, first, many(4));
    await end(on.hub, first);
    const again = await beginTestRead(on.hub, { ...again1(first), fence: 2n });
    const askedSeq = await on.hub.lastDrawnSeq();
    await write(on.hub, again, [record(idOf(0), {}, { isDeleted: true, askedSeq })]);
    await write(
      on.hub,
      again,
      many(4).map((one) => ({ ...one, askedSeq })),
    );
    expect(await end(on.hub, again)).toMatchObject({ deleted: 0 });
  });

  test('are not set aside any more', async () => {
    const first = await fresh();
    await write(on.hub, first, many(4));
    await write(on.hub, first, [record(idOf(1), '{"n":1e400000}', { askedSeq: await on.hub.lastDrawnSeq() })]);
    await end(on.hub, first);
    const setAside = () => on.sql('select record_id from _syncline_quarantine where table_name = $1', [first.table.name]);
    expect(await setAside()).toEqual([{ record_id: idOf(1) }]);
    const again = await beginTestRead(on.hub, { ...again1(first), fence: 2n });
    const askedSeq = await on.hub.lastDrawnSeq();
    await write(
      on.hub,
      again,
      many(4).map((one) => ({ ...one, askedSeq })),
    );
    expect(await setAside()).toEqual([]);
  });
});

function again1(read: Awaited<ReturnType<typeof fresh>>) {
  return {
    sync: read.syncId,
    object: read.table.object,
    connectionId: read.connection.connectionId,
    customerId: read.connection.customerId,
  };
}

test('D31 D35 other key order and added null members are no change; 1.10 and 1.1 are two values', async () => {
  const read = await fresh();
  await write(on.hub, read, [record('a', '{"x":1,"y":{"p":1.10,"q":[1,null]}}'), record('b', '{"amount":1.10}')]);
  const asked = await on.hub.lastDrawnSeq();
  const reordered = record('a', '{"new":null,"y":{"q":[1,null],"p":1.10,"z":null}, "x":1}', { askedSeq: asked });
  const [row] = await on.sql<{ xmax: string }>(`select xmax from ${read.table.name} where _syncline_record_id = 'a'`);
  expect(await write(on.hub, read, [reordered])).toMatchObject({ unchanged: 1, updated: 0, firstSeq: null });
  expect(await write(on.hub, read, [reordered])).toMatchObject({ unchanged: 1, updated: 0 });
  expect(await on.sql(`select xmax from ${read.table.name} where _syncline_record_id = 'a'`)).toEqual([row]);
  expect(await write(on.hub, read, [record('b', '{"amount":1.1}', { askedSeq: asked })])).toMatchObject({ updated: 1 });
});

test('B29 H67 numbers, unknown fields, sanitised text and deep nesting land value for value', async () => {
  const read = await fresh();
  const deep = `${'{"d":'.repeat(500)}1${'}'.repeat(500)}`;
  const texts = {
    big: '{"id":9007199254740993,"huge":123456789012345678901234567890.123456789,"small":1e-30,"decimal":1.10}',
    text: '{"quote":"\\"\\\\","emoji":"😀","line":"a\\nb","umlaut":"Grüße","replaced":"\\ufffd"}',
    deep,
    empty: '{}',
    array: '[1,[2,null]]',
  };
  await write(
    on.hub,
    read,
    Object.entries(texts).map(([id, raw]) => record(id, raw, { isSanitised: id === 'text' })),
  );
  const { body, data } = await list(on.hub, { object: read.table.object });
  const text = body.toString();
  expect(text).toContain('9007199254740993');
  expect(text).toContain('123456789012345678901234567890.123456789');
  expect(text).toContain('"decimal": 1.10');
  const byId = Object.fromEntries(data.map((row) => [row.record_id, row]));
  expect(byId.text!.record).toEqual(JSON.parse(texts.text));
  expect(byId.text!.is_sanitised).toBe(true);
  expect(byId.big!.is_sanitised).toBeUndefined();
  expect(JSON.stringify(byId.deep!.record)).toBe(deep);
  expect(byId.array!.record).toEqual([1, [2, null]]);
});

test('H67 what jsonb refuses is quarantined with a reason and its neighbours are written; met, it is not missing', async () => {
  const read = await fresh();
  const bad = [
    record('bad1', '{"n":1e400000}'),
    record('bad2', `${'['.repeat(20_000)}${']'.repeat(20_000)}`),
    record('bad3', '{"n":"\\u0000"}'),
  ];
  const facts = await write(on.hub, read, [...many(40), ...bad], {
    quarantined: [{ id: null, reason: 'id_missing', detail: 'no id', raw: Buffer.from('{"x":1}') }],
  });
  expect(facts).toMatchObject({ inserted: 40, quarantined: 4, unchanged: 0 });
  const rows = await on.sql<{ record_id: string | null; reason: string }>(
    `select record_id, reason from _syncline_quarantine where table_name = $1 order by record_id nulls last`,
    [read.table.name],
  );
  expect(rows).toEqual([
    { record_id: 'bad1', reason: 'json_refused' },
    { record_id: 'bad2', reason: 'json_refused' },
    { record_id: 'bad3', reason: 'json_refused' },
    { record_id: null, reason: 'id_missing' },
  ]);
  await write(on.hub, read, [record('bad1', { n: 1 })]);
  await end(on.hub, read);
  expect(
    await on.sql(`select record_id from _syncline_quarantine where table_name = $1 and record_id = 'bad1'`, [read.table.name]),
  ).toEqual([]);
});

test('a record that was stored before stays as it was, and is not swept, when its new version is refused', async () => {
  const read = await fresh();
  await write(on.hub, read, [record('a', { v: 1 })]);
  await end(on.hub, read);
  const next = await beginTestRead(on.hub, { ...again1(read), fence: 2n });
  await write(on.hub, next, [record('a', '{"v":1e400000}', { askedSeq: await on.hub.lastDrawnSeq() })]);
  expect(await end(on.hub, next)).toMatchObject({ deleted: 0 });
  expect((await list(on.hub, { object: read.table.object })).data[0]).toMatchObject({ record: { v: 1 }, deleted_at: null });
});

test('B30 a vendor-added column whose cast fails sets that record aside and nothing else', async () => {
  const read = await fresh();
  await on.sql(`alter table ${read.table.name} add column amount numeric generated always as ((raw ->> 'amount')::numeric) stored`);
  const facts = await write(on.hub, read, [record('a', { amount: '1' }), record('b', { amount: 'many' }), record('c', { amount: '3' })]);
  expect(facts).toMatchObject({ inserted: 2, quarantined: 1 });
  await on.sql(`alter table ${read.table.name} drop column amount, add constraint has_name check (raw ? 'name') not valid`);
  expect(await write(on.hub, read, [record('d', { no: 1 }), record('e', { name: 1 })])).toMatchObject({ inserted: 1, quarantined: 1 });
  expect(await on.sql(`select record_id, reason from _syncline_quarantine where table_name = $1 order by 1`, [read.table.name])).toEqual([
    { record_id: 'b', reason: 'json_refused' },
    { record_id: 'd', reason: 'row_refused' },
  ]);
});

test('D34 of one id twice in a slice the newest provider time wins, on equal or missing time the later one', async () => {
  const read = await fresh();
  await write(on.hub, read, [
    record('a', { v: 'new' }, { modifiedAt: at(2) }),
    record('a', { v: 'old' }, { modifiedAt: at(1) }),
    record('b', { v: 1 }),
    record('b', { v: 2 }),
  ]);
  const { data } = await list(on.hub, { object: read.table.object });
  expect(data.map((row) => row.record)).toEqual([{ v: 'new' }, { v: 2 }]);
});

test('D34 of one id in two slices of a read the newest provider time stays, counted; the next read may find an older one alone', async () => {
  const read = await fresh();
  const version = async (v: string, day: number) => [record('a', { v }, { modifiedAt: at(day), askedSeq: await on.hub.lastDrawnSeq() })];
  await write(on.hub, read, await version('new', 2));
  expect(await write(on.hub, read, await version('old', 1))).toMatchObject({ updated: 0, unchanged: 1, duplicates: 1, firstSeq: null });
  const next = await beginTestRead(on.hub, { ...read, sync: read.syncId, object: read.table.object, ...read.connection });
  expect(await write(on.hub, next, await version('restored', 1))).toMatchObject({ updated: 1, duplicates: 0 });
});

test('ids that Postgres would refuse or confuse are set aside, not written', async () => {
  const read = await fresh();
  const facts = await write(on.hub, read, [record('a\u0000b'), record('\ud800'), record(''), record('x'.repeat(3000)), record('ok')]);
  expect(facts).toMatchObject({ inserted: 1, quarantined: 4 });
});

test('a record that a hook wrote first does not stop the first load: the slice takes the other way', async () => {
  const read = await fresh();
  const { table, connection } = read;
  const hook = await beginTestRead(on.hub, {
    sync: `${read.syncId}_hook`,
    object: table.object,
    connectionId: connection.connectionId,
    customerId: connection.customerId,
    kind: 'incremental',
  });
  await write(on.hub, hook, [record(idOf(5), { n: 'hook' })], { marksSeen: false });
  expect(await write(on.hub, read, many(10))).toMatchObject({ inserted: 9, updated: 1 });
  expect(
    await write(
      on.hub,
      read,
      many(10, (n) => ({ n }), 10),
    ),
  ).toMatchObject({ inserted: 10 });
});

test('H60 a deleted record that comes back with the same content is a write and counts as inserted', async () => {
  const read = await fresh();
  await write(on.hub, read, many(3));
  await end(on.hub, read);
  const without = await beginTestRead(on.hub, { ...again1(read), fence: 2n });
  await write(on.hub, without, many(2));
  expect(await end(on.hub, without)).toMatchObject({ deleted: 1 });
  const back = await beginTestRead(on.hub, { ...again1(read), fence: 3n });
  const asked = await on.hub.lastDrawnSeq();
  expect(
    await write(
      on.hub,
      back,
      many(3).map((r) => ({ ...r, askedSeq: asked })),
    ),
  ).toMatchObject({ inserted: 1, updated: 0, unchanged: 2 });
});

test('the checkpoint commits with its records: a failing transaction leaves neither', async () => {
  const read = await fresh();
  await expect(
    write(on.hub, read, many(5), {
      checkpoint: () => {
        throw new Error('no');
      },
    }),
  ).rejects.toThrow('no');
  expect((await list(on.hub, { object: read.table.object })).count).toBe(0);
  expect((await on.hub.readCheckpoint(read.syncId))!.state).toEqual({ at: 'begin' });
  await write(on.hub, read, many(5), { checkpoint: (facts) => ({ text: '\u0000\ud800', facts: facts.inserted }) });
  expect((await on.hub.readCheckpoint(read.syncId))!.state).toEqual({ text: '\u0000\ud800', facts: 5 });
});

test('H38 a worker with an older fence writes nothing, neither records nor checkpoint', async () => {
  const old = await fresh();
  await write(on.hub, old, many(2));
  await on.hub.takeCheckpoint({ syncId: old.syncId, fence: 2n });
  await expect(
    write(
      on.hub,
      old,
      many(5, (n) => ({ late: n })),
    ),
  ).rejects.toThrow(FenceLost);
  await expect(on.hub.writeCheckpoint({ syncId: old.syncId, fence: 1n, state: {} })).rejects.toThrow(FenceLost);
  await expect(end(on.hub, old)).rejects.toThrow(FenceLost);
  await expect(on.hub.takeCheckpoint({ syncId: old.syncId, fence: 1n })).rejects.toThrow(FenceLost);
  expect((await listAll(on.hub, { object: old.table.object })).data.map((row) => row.record)).toEqual([{ n: 0 }, { n: 1 }]);
  expect(await on.hub.readCheckpoint(old.syncId)).toEqual({ fence: 2n, state: { inserted: 2 } });
});

test('what a read that was begun again still has to write is refused: its generation is over', async () => {
  const read = await fresh();
  await beginTestRead(on.hub, again1(read));
  await expect(write(on.hub, read, many(1))).rejects.toThrow(FenceLost);
});

test('H57 a session that dies in the middle of a slice leaves nothing, and the slice can be written again', async () => {
  const read = await fresh();
  const running = write(
    on.hub,
    read,
    many(9000, (n) => ({ n, text: 'x'.repeat(1000) })),
  );
  const dead = expect(running).rejects.toThrow();
  for (let tries = 0; tries < 400; tries++) {
    const { rowCount } = await on.pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'copy%' and state = 'active' and pid <> pg_backend_pid()",
    );
    if (rowCount) break;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await dead;
  expect((await list(on.hub, { object: read.table.object })).count).toBe(0);
  expect(await write(on.hub, read, many(9000))).toMatchObject({ inserted: 9000 });
});

test('writers of the same records in other orders do not deadlock', async () => {
  const first = await fresh();
  await write(on.hub, first, many(300));
  const { table, connection } = first;
  const rounds = Array.from({ length: 6 }, async (_, writer) => {
    const read = await beginTestRead(on.hub, {
      sync: `${first.syncId}_${writer}`,
      object: table.object,
      connectionId: connection.connectionId,
      customerId: connection.customerId,
      kind: 'incremental',
    });
    for (let round = 0; round < 8; round++) {
      const records = many(300, (n) => ({ n, writer, round }));
      await write(on.hub, read, writer % 2 ? records.reverse() : records, { marksSeen: false });
    }
  });
  await Promise.all(rounds);
  expect((await listAll(on.hub, { object: table.object })).data).toHaveLength(300);
});
