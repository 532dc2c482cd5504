import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { beginTestRead, type HubUnderTest, list, openTestHub, type Read, record, write } from './support.ts';

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

let reads = 0;
const begin = (read?: Read, kind: 'full' | 'incremental' = 'incremental') => {
  if (!read) reads++;
  return beginTestRead(on.hub, {
    ...{ sync: read?.syncId ?? `sync_${reads}`, object: read?.table.object ?? `thing${reads}`, connectionId: `conn_${reads}`, kind },
    fence: (read?.fence ?? 0n) + 1n,
  });
};
const refused = ({ table, connection }: Read) => on.hub.listRefused({ table, connection, rowsMax: 100 });
const retry = async (read: Read) => write(on.hub, read, await refused(read), { isRetry: true, marksSeen: false });
const aside = ({ table }: Read) =>
  on.sql('select record_id, reason, attempts from _syncline_quarantine where table_name = $1 order by 1', [table.name]);
const stored = async ({ table }: Read) =>
  (await list(on.hub, { object: table.object })).data.map(({ record_id: id, record: content }) => [id, content]).sort();

test('B30 what the table refused is tried again as it came, and leaves when the table takes it', async () => {
  const read = await begin(undefined, 'full');
  await on.sql(`alter table ${read.table.name} add constraint has_name check (raw ? 'name')`);
  const hash = 'ÿþ\u0000\u0001'.repeat(4);
  const odd = { hash, modifiedAt: new Date('2026-01-02T03:04:05.678Z'), isSanitised: true, askedSeq: await on.hub.lastDrawnSeq() };
  const facts = await write(on.hub, read, [record('a', { name: 'A' }), record('b', { nom: 'B' }, odd), record('c', { nom: 'C' })]);
  expect(facts).toMatchObject({ inserted: 1, quarantined: 2 });
  const next = await begin(read);
  expect(next.begun.hasRefused).toBe(true);
  expect((await refused(next))[0]).toEqual(record('b', { nom: 'B' }, odd));

  expect(await retry(next)).toMatchObject({ inserted: 0, unchanged: 0, quarantined: 2, firstSeq: null });
  expect(await aside(next)).toEqual(['b', 'c'].map((id) => ({ record_id: id, reason: 'row_refused', attempts: 2 })));
  await on.sql(`alter table ${read.table.name} drop constraint has_name, add constraint not_c check (raw ->> 'nom' is distinct from 'C')`);
  expect(await retry(next)).toMatchObject({ inserted: 1, quarantined: 1 });
  expect(await aside(next)).toEqual([{ record_id: 'c', reason: 'row_refused', attempts: 3 }]);
  expect(await stored(next)).toEqual([
    ['a', { name: 'A' }],
    ['b', { nom: 'B' }],
  ]);
  await on.sql(`alter table ${read.table.name} drop constraint not_c`);
  expect(await retry(next)).toMatchObject({ inserted: 1, quarantined: 0 });
  expect((await begin(next)).begun.hasRefused).toBe(false);
});

test('B30 a constraint or trigger that waits for the commit refuses its row all the same, and no other', async () => {
  const read = await begin(undefined, 'full');
  const { name } = read.table;
  await on.sql(`create function ${name}_check() returns trigger language plpgsql as $$
      begin if new.raw ->> 'v' = 'bad' then raise exception using errcode = 'P0002', message = 'no'; end if; return null; end $$`);
  await on.sql(`create constraint trigger late after insert or update on ${name} deferrable initially deferred
      for each row execute function ${name}_check()`);
  expect(await write(on.hub, read, [record('a', { v: 'bad' }), record('b', { v: 'good' })])).toMatchObject({ inserted: 1, quarantined: 1 });
  expect(await aside(read)).toEqual([{ record_id: 'a', reason: 'row_refused', attempts: 1 }]);
});

test('B30 an old version that was refused does not come back over what came after it', async () => {
  const read = await begin(undefined, 'full');
  await on.sql(`alter table ${read.table.name} add constraint small check ((raw ->> 'v')::int < 10)`);
  const at = (day: number) => new Date(Date.UTC(2026, 0, day));
  await write(on.hub, read, [record('a', { v: 11 }, { modifiedAt: at(1) }), record('b', { v: 12 }), record('c', { v: 13 })]);
  const held = await refused(read);
  const next = await begin(read);
  // Newer versions, which the table takes; and the provider says that b is gone.
  await write(on.hub, next, [record('a', { v: 1 }, { modifiedAt: at(2), askedSeq: await on.hub.lastDrawnSeq() })], { marksSeen: false });
  await write(on.hub, next, [record('b', {}, { isDeleted: true })], { marksSeen: false });
  expect(await aside(next)).toEqual([{ record_id: 'c', reason: 'row_refused', attempts: 1 }]);
  await on.sql(`alter table ${read.table.name} drop constraint small`);
  // A worker that had listed them before.
  await write(
    on.hub,
    next,
    held.filter(({ id }) => id === 'a'),
    { isRetry: true, marksSeen: false },
  );
  expect(await stored(next)).toEqual([['a', { v: 1 }]]);
});

test('B30 what was cut, or is no record, is not tried again by itself', async () => {
  const read = await begin(undefined, 'full');
  await on.sql(`alter table ${read.table.name} add constraint none check (raw ? 'x')`);
  await write(on.hub, read, [record('big', { text: 'y'.repeat(300_000) })], {
    quarantined: [{ id: 'odd', reason: 'malformed', detail: 'odd', raw: Buffer.from('{') }],
  });
  expect(await aside(read)).toHaveLength(2);
  expect(await refused(read)).toEqual([]);
  expect((await begin(read)).begun.hasRefused).toBe(false);
});
