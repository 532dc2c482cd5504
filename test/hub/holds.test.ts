import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { beginTestRead, end, ended, type HubUnderTest, idOf, list, many, openTestHub, type Read, record, write } from './support.ts';

let database: TestDatabase;
let on: HubUnderTest;
let object: string;
let objects = 0;
beforeAll(async () => {
  database = await createTestDatabase();
  on = await openTestHub(database.url);
});
beforeEach(() => {
  object = `object_${++objects}`;
});
afterAll(async () => {
  await on.close();
  await database.drop();
});

const syncOf = () => `sync_${object}`;
const begin = (kind: 'full' | 'incremental' = 'full') => beginTestRead(on.hub, { sync: syncOf(), object, kind });
const hold = (read: Read, runId: string, absence: 'complete' | 'approximate' | 'none' = 'complete') =>
  on.hub.holdDeletes({ ...ended(read, absence), fence: read.fence, reason: 'empty_read', runId, checkpoint: (held) => ({ held }) });
const decide = (runId: string, decision: 'approve' | 'reject') => on.hub.decideHold({ syncId: syncOf(), runId, decision });
const settle = (runId: string, rowsMax = 1000) => on.hub.settleHold({ syncId: syncOf(), runId, rowsMax });
const holds = () => on.hub.listHolds({ syncId: syncOf(), after: null, rowsMax: 10 });
const heldIds = async (runId: string) =>
  (await on.hub.listHeldDeletes({ syncId: syncOf(), runId, after: null, rowsMax: 1000 })).map(({ recordId }) => recordId);
const due = async (read: Read) => (await on.hub.countDeletes({ ...ended(read), sampleMax: 0 })).deletes;

async function liveIds(): Promise<string[]> {
  const { data } = await list(on.hub, { object });
  return data
    .filter(({ deleted_at }) => deleted_at === null)
    .map(({ record_id }) => record_id)
    .sort();
}

/** Six records, and a read that met none of them. */
async function heldRead(runId = 'run_1'): Promise<void> {
  const first = await begin();
  await write(on.hub, first, many(6));
  await end(on.hub, first);
  expect(await hold(await begin(), runId)).toBe(6);
}

test('B17 approved deletes are carried out in batches, each of which moves ids and records together, and close when told', async () => {
  await heldRead();
  expect(await settle('run_1')).toBeNull();
  expect(await decide('run_1', 'approve')).toBe('approve');
  expect(await decide('run_1', 'reject')).toBe('approve');
  const first = await settle('run_1', 4);
  expect(first).toMatchObject({ decision: 'approve', settled: 4, remaining: true });
  expect([await liveIds(), await heldIds('run_1')]).toEqual([
    [idOf(4), idOf(5)],
    [idOf(4), idOf(5)],
  ]);
  const second = await settle('run_1', 4);
  expect(second).toMatchObject({ settled: 6, remaining: false, firstSeq: first!.firstSeq });
  expect(second!.lastSeq! - second!.firstSeq!).toBe(5n);
  expect(await settle('run_1', 4)).toMatchObject({ settled: 6, remaining: false, lastSeq: second!.lastSeq });
  await on.hub.closeHold({ syncId: syncOf(), runId: 'run_1' });
  expect([await holds(), await settle('run_1'), await decide('run_1', 'approve')]).toEqual([[], null, null]);
});

test('B17 an approval leaves alone what was rewritten since, and what was met again needs no decision', async () => {
  await heldRead();
  const incremental = await begin('incremental');
  const askedSeq = await on.hub.lastDrawnSeq();
  await write(on.hub, incremental, [record(idOf(0), { n: 'rewritten' }, { askedSeq }), record(idOf(1), { n: 1 }, { askedSeq })], {
    marksSeen: false,
  });
  await end(on.hub, incremental, 'none');
  expect(await heldIds('run_1')).toEqual([2, 3, 4, 5].map(idOf));
  // A write of another path: nobody told the hold.
  await on.sql(
    `update hub_test.crm_${object} set _syncline_seq = nextval('hub_test._syncline_feed_seq') where _syncline_record_id = '${idOf(2)}'`,
  );
  await decide('run_1', 'approve');
  expect(await settle('run_1')).toMatchObject({ settled: 3, remaining: false });
  expect(await liveIds()).toEqual([0, 1, 2].map(idOf));
});

test('B17 what was rejected is not held by later reads until it changes or is met again', async () => {
  await heldRead();
  await decide('run_1', 'reject');
  expect(await settle('run_1')).toMatchObject({ decision: 'reject', settled: 6, firstSeq: null, remaining: false });
  await on.hub.closeHold({ syncId: syncOf(), runId: 'run_1' });
  const second = await begin();
  expect(await due(second)).toBe(0);
  await end(on.hub, second);
  expect(await liveIds()).toHaveLength(6);

  const third = await begin();
  const askedSeq = await on.hub.lastDrawnSeq();
  await write(on.hub, third, [record(idOf(0), { n: 0 }, { askedSeq }), record(idOf(1), { n: 'changed' }, { askedSeq })]);
  await end(on.hub, third);
  const fourth = await begin();
  expect(await due(fourth)).toBe(2);
  await end(on.hub, fourth);
  expect(await liveIds()).toEqual([2, 3, 4, 5].map(idOf));
});

test('B17 what a full read meets unchanged waits for no decision from then on, however the read ends', async () => {
  await heldRead();
  const met = await begin();
  const askedSeq = await on.hub.lastDrawnSeq();
  await write(
    on.hub,
    met,
    many(4).map((one) => ({ ...one, askedSeq })),
  );
  expect(await heldIds('run_1')).toEqual([4, 5].map(idOf));
});

test('B17 a later good read settles what an earlier one held, but not what a person has already decided', async () => {
  await heldRead();
  const good = await begin();
  await write(on.hub, good, many(6));
  await end(on.hub, good);
  expect(await holds()).toEqual([]);
  expect(await hold(await begin(), 'run_2')).toBe(6);
  await decide('run_2', 'approve');
  await end(on.hub, await begin('incremental'), 'none');
  const full = await begin();
  await write(
    on.hub,
    full,
    many(1, (n) => ({ n: `back ${n}` })),
  );
  expect(await hold(full, 'run_3')).toBe(5);
  expect((await holds()).map(({ runId, deletes }) => [runId, deletes])).toEqual([
    ['run_2', 5],
    ['run_3', 5],
  ]);
  expect(await settle('run_2')).toMatchObject({ settled: 5, remaining: false });
  expect(await liveIds()).toEqual([idOf(0)]);
  // The same records, held by the read beside it, are decided about as well.
  expect((await holds()).map(({ runId }) => runId)).toEqual(['run_2']);
});

test('held by its signal alone, a record is deleted only while its signal wins', async () => {
  const first = await begin();
  await write(on.hub, first, [record('a', { n: 1 }), record('b', { n: 1 })]);
  await end(on.hub, first);
  const read = await begin('incremental');
  const askedSeq = await on.hub.lastDrawnSeq();
  await write(
    on.hub,
    read,
    ['a', 'b'].map((id) => record(id, { id }, { isDeleted: true, askedSeq })),
    { marksSeen: false },
  );
  expect(await hold(read, 'run_1', 'none')).toBe(2);
  await on.sql(
    `update hub_test.crm_${object} set _syncline_seq = nextval('hub_test._syncline_feed_seq'), _syncline_modified_at = now() where _syncline_record_id = 'a'`,
  );
  await on.sql(`update hub_test._syncline_staged_delete set modified_at = now() - interval '1 day' where sync = '${syncOf()}'`);
  await decide('run_1', 'approve');
  expect(await settle('run_1')).toMatchObject({ settled: 1 });
  expect(await liveIds()).toEqual(['a']);
});

test('what is set aside stays while the deletes of an empty read are held, and goes with the next read that ends without it', async () => {
  const first = await begin();
  await write(on.hub, first, [...many(6), record('odd', '{"n":1e400000}')]);
  await end(on.hub, first);
  const aside = () => on.sql<{ record_id: string }>('select record_id from _syncline_quarantine where sync = $1', [syncOf()]);
  const empty = await begin();
  expect(await due(empty)).toBe(6);
  await hold(empty, 'run_1');
  expect(await aside()).toEqual([{ record_id: 'odd' }]);
  const whole = await begin();
  await write(on.hub, whole, many(6));
  await end(on.hub, whole);
  expect(await aside()).toEqual([]);
});
