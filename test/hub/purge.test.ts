import { afterAll, beforeAll, expect, test } from 'vitest';
import { FenceLost } from '../../src/hub/index.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { beginTestRead, end, type HubUnderTest, idOf, list, listAll, many, openTestHub, record, write } from './support.ts';

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

const dayMs = 24 * 3_600_000;

test('X07 a purge leaves tombstones without content and nothing else of the connection, and touches no other', async () => {
  const mine = await beginTestRead(on.hub, { sync: 'sync_p', connectionId: 'conn_p', customerId: 'acme' });
  const deal = await beginTestRead(on.hub, { sync: 'sync_p2', object: 'deal', connectionId: 'conn_p', customerId: 'acme' });
  const other = await beginTestRead(on.hub, { sync: 'sync_o', connectionId: 'conn_o', customerId: 'acme' });
  await write(
    on.hub,
    mine,
    many(25, (n) => ({ secret: n })),
    { quarantined: [{ id: 'q', reason: 'malformed', detail: 'd', raw: Buffer.from('secret') }] },
  );
  await write(on.hub, deal, many(5));
  await write(on.hub, other, many(3));
  const { cursor } = await listAll(on.hub, {});
  expect(await on.hub.purgeBatch({ connectionId: 'conn_p', rowsMax: 12 })).toEqual({ purged: 12, remaining: true });
  await expect(write(on.hub, mine, [record('behind the purge')])).rejects.toThrow(FenceLost);
  let purged = 12;
  for (let remaining = true; remaining; ) {
    const batch = await on.hub.purgeBatch({ connectionId: 'conn_p', rowsMax: 12 });
    purged += batch.purged;
    remaining = batch.remaining;
  }
  expect(purged).toBe(30);
  const { data } = await listAll(on.hub, { cursor });
  expect(data).toHaveLength(25);
  expect(
    data.every(
      (row) => row.connection_id === 'conn_p' && row.deleted_at !== null && row.modified_at === null && JSON.stringify(row.record) === '{}',
    ),
  ).toBe(true);
  const dump = JSON.stringify([
    await on.sql(`select * from crm_contact where _syncline_connection = ${mine.connection.number}`),
    await on.sql('select * from _syncline_quarantine'),
    await on.sql("select * from _syncline_seen where sync = 'sync_p'"),
    await on.sql("select * from _syncline_checkpoint where sync = 'sync_p' and state is not null"),
  ]);
  expect(dump).not.toContain('secret');
  expect(await on.hub.readCheckpoint('sync_p')).toBeNull();
  expect((await listAll(on.hub, { connectionId: 'conn_o' })).data).toHaveLength(3);
  expect(await on.hub.purgeBatch({ connectionId: 'conn_nowhere', rowsMax: 10 })).toEqual({ purged: 0, remaining: false });
});

test('X08 a connection that comes back after a purge is filled again from nothing', async () => {
  const again = await beginTestRead(on.hub, { sync: 'sync_p', fence: 9n, connectionId: 'conn_p', customerId: 'acme' });
  expect(
    await write(
      on.hub,
      again,
      many(25, (n) => ({ secret: n })).map((r) => ({ ...r, askedSeq: again.begun.horizon })),
    ),
  ).toMatchObject({ inserted: 25 });
});

test('tombstones stay thirty days; then a cursor that may have missed one has expired, and no other', async () => {
  const start = Date.now();
  const read = await beginTestRead(on.hub, { sync: 'sync_t', object: 'lead', connectionId: 'conn_t', customerId: 'acme' });
  await write(on.hub, read, many(10));
  await end(on.hub, read);
  const whole = { object: 'lead', pageSize: 4 };
  const passed = await list(on.hub, whole);
  const caughtUpBefore = (await listAll(on.hub, whole)).cursor;
  const next = await beginTestRead(on.hub, { sync: 'sync_t', fence: 2n, object: 'lead', connectionId: 'conn_t', customerId: 'acme' });
  await write(on.hub, next, many(8));
  expect(await end(on.hub, next)).toMatchObject({ deleted: 2 });
  const beganAfter = await list(on.hub, whole);
  const caughtUpAfter = (await listAll(on.hub, whole)).cursor;

  on.clock.set(new Date(start + 29 * dayMs));
  expect(await on.hub.dropTombstones({ rowsMax: 10 })).toMatchObject({ dropped: 0 });
  on.clock.set(new Date(start + 31 * dayMs));
  expect(await on.hub.dropTombstones({ rowsMax: 1 })).toEqual({ dropped: 1, remaining: true });
  while ((await on.hub.dropTombstones({ rowsMax: 100 })).remaining);
  expect(await on.sql('select from crm_lead where _syncline_deleted_at is not null')).toHaveLength(0);

  for (const cursor of [passed.nextCursor, caughtUpBefore])
    await expect(list(on.hub, { ...whole, cursor })).rejects.toMatchObject({ code: 'cursor_expired' });
  expect((await list(on.hub, { ...whole, cursor: beganAfter.nextCursor })).count).toBe(4);
  expect((await list(on.hub, { ...whole, cursor: caughtUpAfter })).count).toBe(0);
  expect((await listAll(on.hub, whole)).data.map((row) => row.record_id)).toEqual(Array.from({ length: 8 }, (_, n) => idOf(n)));
});
