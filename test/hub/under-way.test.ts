import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { beginTestRead, end, type HubUnderTest, idOf, list, many, openTestHub, record, write } from './support.ts';

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

test('a slice whose records fail in the database leaves the checkpoint where it was, and can be written again', async () => {
  const read = await beginTestRead(on.hub, { sync: 'sync_full', object: 'full' });
  await on.sql(
    `create function disk_full() returns trigger language plpgsql as $$ begin raise exception 'no space left' using errcode = '53100'; end $$`,
  );
  await on.sql(`create trigger disk_full before insert on ${read.table.name} execute function disk_full()`);
  await expect(write(on.hub, read, many(5))).rejects.toMatchObject({ code: 'destination_unavailable', details: { reason: 'full' } });
  expect((await on.hub.readCheckpoint(read.syncId))!.state).toEqual({ at: 'begin' });
  await on.sql(`drop trigger disk_full on ${read.table.name}`);
  expect(await write(on.hub, read, many(5))).toMatchObject({ inserted: 5 });
  expect((await on.hub.readCheckpoint(read.syncId))!.state).toEqual({ inserted: 5 });
});

test('B16 what another path was writing when the read began, and committed after it, is left alone', async () => {
  const of = { object: 'race', connectionId: 'conn_race', customerId: 'acme' };
  const first = await beginTestRead(on.hub, { sync: 'sync_race', ...of });
  await write(on.hub, first, many(2));
  await end(on.hub, first);
  const hook = await beginTestRead(on.hub, { sync: 'sync_race_hook', kind: 'incremental', ...of });
  const { lateWrite, letGo } = await holdUp(first.table.name, () =>
    write(on.hub, hook, [record('late'), record(idOf(1), { changed: true })], { marksSeen: false }),
  );
  const read = await beginTestRead(on.hub, { sync: 'sync_race', fence: 2n, ...of });
  await letGo();
  expect(await lateWrite).toMatchObject({ inserted: 1, updated: 1 });
  await write(on.hub, read, many(1));
  expect(await end(on.hub, read)).toMatchObject({ deleted: 0 });
  expect((await list(on.hub, { object: 'race', includeDeleted: false })).count).toBe(3);
});

/** Starts the write and returns when it waits for the table, its fence taken and its place in the feed registered. */
async function holdUp<T>(table: string, start: () => Promise<T>) {
  const holder = await on.pool.connect();
  await holder.query(`begin; lock table ${table} in exclusive mode`);
  const lateWrite = start();
  await expect
    .poll(() => on.sql(`select from pg_locks where not granted and relation = '${table}'::regclass`), { timeout: 30_000 })
    .toHaveLength(1);
  const letGo = async () => {
    await holder.query('commit');
    holder.release();
  };
  return { lateWrite, letGo };
}
