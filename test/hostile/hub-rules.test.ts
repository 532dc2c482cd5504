import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { HookedInput } from '../../src/hub/hook-types.ts';
import type { IncomingRecord, SliceInput } from '../../src/hub/types.ts';
import { beginTestRead, end, ended, type HubUnderTest, idOf, list, many, openTestHub, type Read, record, write } from '../hub/support.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let on: HubUnderTest;
let object: string;
let objects = 0;
beforeAll(async () => {
  database = await createTestDatabase();
  on = await openTestHub(database.url);
});
beforeEach(() => {
  object = `attacked_${++objects}`;
});
afterAll(async () => {
  await on.close();
  await database.drop();
});

const begin = (kind: 'full' | 'incremental' = 'full') => beginTestRead(on.hub, { sync: `sync_${object}`, object, kind });
const hooked = ({ syncId, table, connection }: Read, input: Partial<HookedInput>) =>
  on.hub.writeHooked({
    ...{ syncId, fence: 1n, table, connection, records: [], quarantined: [], gone: [], payloads: [] },
    ...{ marksUnknown: false, mayDelete: () => true, countsFromDeletes: 1_000_000 },
    ...input,
  });

async function liveIds(of = object): Promise<string[]> {
  const { data } = await list(on.hub, { object: of });
  return data.flatMap(({ record_id, deleted_at }) => (deleted_at === null ? [record_id] : [])).sort();
}

/** `count` records, and a read that met none of them and was held. */
async function heldRead(count: number): Promise<void> {
  const first = await begin();
  await write(on.hub, first, many(count));
  await end(on.hub, first);
  const missed = await begin();
  const held = { ...ended(missed), fence: missed.fence, reason: 'empty_read', runId: 'run_held' };
  expect(await on.hub.holdDeletes({ ...held, checkpoint: (deletes) => ({ deletes }) })).toBe(count);
}

const held = { runId: 'run_held', rowsMax: 100 };
const decide = (decision: 'approve' | 'reject') => on.hub.decideHold({ syncId: `sync_${object}`, runId: 'run_held', decision });
const settle = () => on.hub.settleHold({ syncId: `sync_${object}`, ...held });

test('deletes that are approved while a pass over the keys is under way spare what the pass has met', async () => {
  await heldRead(4);
  const pass = await begin();
  await write(on.hub, pass, [], { keys: [idOf(0), idOf(1)] });
  const tooLarge = { id: idOf(2), reason: 'too_large' as const, detail: 'met, and not stored', raw: Buffer.from('{}') };
  await write(on.hub, pass, [], { quarantined: [tooLarge] });
  await decide('approve');
  expect(await settle()).toMatchObject({ settled: 1, remaining: false });
  expect(await liveIds()).toEqual([idOf(0), idOf(1), idOf(2)]);
});

test('what a person decided to keep is not deleted by a hook; once it was written again, it is like every other', async () => {
  await heldRead(2);
  await decide('reject');
  await settle();
  const askedSeq = await on.hub.lastDrawnSeq();
  const read = await begin('incremental');
  expect(await hooked(read, { gone: [{ id: idOf(0), askedSeq }] })).toMatchObject({ deleted: 0 });
  expect(await liveIds()).toEqual([idOf(0), idOf(1)]);
  await write(on.hub, read, [record(idOf(0), { n: 'changed' }, { askedSeq })], { marksSeen: false });
  const later = await on.hub.lastDrawnSeq();
  expect(await hooked(read, { gone: [{ id: idOf(0), askedSeq: later }] })).toMatchObject({ deleted: 1 });
  expect(await liveIds()).toEqual([idOf(1)]);
});

test('a record that is too new for a get by its id, and is left out beside a run, is stored when it is asked for again', async () => {
  const read = await begin('incremental');
  const asked = async () => ({ id: 'too new', askedSeq: await on.hub.lastDrawnSeq() });
  expect(await hooked(read, { gone: [await asked()], marksUnknown: true })).toMatchObject({ deleted: 0, absent: ['too new'] });
  expect(await hooked(read, { gone: [await asked()], marksUnknown: true })).toMatchObject({ deleted: 0, absent: [] });
  const { askedSeq } = await asked();
  expect(await hooked(read, { records: [record('too new', {}, { askedSeq })] })).toMatchObject({ inserted: 1 });
  expect(await liveIds()).toEqual(['too new']);
});

test('a record that was set aside and is gone leaves the quarantine when a hook tells', async () => {
  const read = await begin('incremental');
  const quarantined = [{ id: 'gone', reason: 'too_large' as const, detail: 'd', raw: Buffer.from('{}') }];
  await write(on.hub, read, [], { quarantined, marksSeen: false });
  const aside = () => on.hub.listQuarantined({ syncId: read.syncId, after: null, rowsMax: 10 });
  expect(await aside()).toHaveLength(1);
  await hooked(read, { gone: [{ id: 'gone', askedSeq: await on.hub.lastDrawnSeq() }] });
  expect(await aside()).toEqual([]);
});

test('of more payloads than a turn takes the newest are taken, in the order in which they came', async () => {
  const { syncId, connection } = await begin('incremental');
  const payloads = Array.from({ length: 5_002 }, (_, n) => ({ recordId: 'busy', raw: `{"n":${n}}` }));
  await on.hub.keepHookPayloads({ syncId, connection, payloads });
  const taken = await on.hub.readHookPayloads({ syncId, recordIds: ['busy'] });
  expect([taken.length, taken[0]!.raw, taken.at(-1)!.raw]).toEqual([5_000, '{"n":2}', '{"n":5001}']);
  await on.hub.dropHookPayloads(syncId);
  expect(await on.hub.readHookPayloads({ syncId, recordIds: ['busy'] })).toEqual([]);
});

test('records that are new to a first load wait for its end; known ones, and those of later reads, do not', async () => {
  const first = await begin();
  await write(on.hub, first, many(2));
  const late = () => on.hub.findLate({ ...first, recordIds: [idOf(0), idOf(9)] });
  expect(await late()).toEqual([idOf(9)]);
  await end(on.hub, first);
  expect(await late()).toEqual([]);
  await begin();
  expect(await late()).toEqual([]);
});

test('a purge leaves nothing of what a hook brought while it was under way', async () => {
  const of = { sync: 'sync_purged', object, connectionId: 'conn_purged' };
  const read = await beginTestRead(on.hub, of);
  await write(on.hub, read, many(3));
  expect(await on.hub.purgeBatch({ connectionId: of.connectionId, rowsMax: 2 })).toMatchObject({ remaining: true });
  await on.hub.keepHookPayloads({ ...read, payloads: [{ recordId: idOf(0), raw: '{"secret":true}' }] });
  expect(await on.hub.purgeBatch({ connectionId: of.connectionId, rowsMax: 10 })).toMatchObject({ remaining: false });
  expect(await on.hub.readHookPayloads({ syncId: of.sync, recordIds: [idOf(0)] })).toEqual([]);
});

describe('lists inside a version that was overtaken', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
  const order = (second: number, lines: string[], rest: Partial<IncomingRecord> = {}): IncomingRecord =>
    record('order', { second, lines }, { modifiedAt: at(second), ...rest });

  async function openOrders() {
    const read = await begin('incremental');
    const table = await on.hub.ensureUnfolded(read.table, `${object}_lines`);
    const unfold: NonNullable<SliceInput['children']>[number]['unfold'] = (parent) => {
      const { lines } = JSON.parse(parent.raw.toString()) as { lines: string[] };
      const line = (name: string) => ({ id: JSON.stringify([parent.id, name]), modifiedAt: parent.modifiedAt, askedSeq: parent.askedSeq });
      return { records: lines.map((name) => record(line(name).id, { name, of: parent.modifiedAt }, line(name))), quarantined: [] };
    };
    const put = (parent: IncomingRecord) => write(on.hub, read, [parent], { marksSeen: false, children: [{ table, unfold }] });
    return { read, put, lines: () => liveIds(`${object}_lines`) };
  }

  test('bring nothing in that the newer version has not', async () => {
    const { put, lines } = await openOrders();
    await put(order(20, ['a']));
    // An index that lags shows the version before: it was asked for before anything that stands.
    await put(order(10, ['a', 'b']));
    expect(await lines()).toEqual(['["order","a"]']);
    await put(order(30, ['b'], { askedSeq: await on.hub.lastDrawnSeq() }));
    expect(await lines()).toEqual(['["order","b"]']);
  });

  test('bring nothing back that went with its parent', async () => {
    const { read, put, lines } = await openOrders();
    await put(order(10, ['a']));
    const gone = record('order', {}, { modifiedAt: at(30), isDeleted: true, askedSeq: await on.hub.lastDrawnSeq() });
    await write(on.hub, read, [gone], { marksSeen: false });
    expect(await end(on.hub, read, 'none')).toMatchObject({ deleted: 1 });
    expect(await lines()).toEqual([]);
    const next = await begin('incremental');
    expect(next.begun.generation).toBeGreaterThan(read.begun.generation);
    read.begun = next.begun;
    await put(order(20, ['a', 'b']));
    expect([await liveIds(), await lines()]).toEqual([[], []]);
  });
});
