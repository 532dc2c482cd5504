import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HubRun } from '../../src/hub/index.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { beginTestRead, type HubUnderTest, many, openTestHub, type Read, write } from './support.ts';

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

const runOf = (read: Read, rest: Partial<HubRun> = {}): HubRun => ({
  ...{ runId: `run_${read.syncId}`, syncId: read.syncId, connection: read.connection.number },
  ...{ connectionId: read.connection.connectionId, customerId: read.connection.customerId, provider: 'crm', object: 'contact' },
  ...{ kind: 'full', trigger: 'manual', status: 'running', errorCode: null, slices: 1, fetched: 10 },
  ...{ inserted: 10, updated: 0, deleted: 0, unchanged: 0, quarantined: 0, firstSeq: 1n, lastSeq: 10n },
  ...{ startedAt: new Date('2026-01-01T00:00:00Z'), finishedAt: null },
  ...rest,
});
const rowOf = async ({ syncId }: Read) =>
  (await on.sql(`select status, error_code, fetched::int4, slices, finished_at from _syncline_runs where sync_id = $1`, [syncId]))[0];

test('O88 a slice that does not commit leaves no word of its run', async () => {
  const read = await beginTestRead(on.hub, { sync: 'aborted', connectionId: 'conn_aborted' });
  await on.sql(`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$`);
  await on.sql('create trigger refuse before update of state on _syncline_checkpoint for each row execute function refuse()');
  await expect(write(on.hub, read, many(10), { run: () => runOf(read) })).rejects.toThrow('refused');
  await on.sql('drop trigger refuse on _syncline_checkpoint');
  expect(await rowOf(read)).toBeUndefined();
  await write(on.hub, read, many(10), { run: () => runOf(read) });
  expect(await rowOf(read)).toMatchObject({ status: 'running', fetched: 10 });
});

test('O88 a run that was ended from outside stays ended, and what its worker still committed is counted', async () => {
  const read = await beginTestRead(on.hub, { sync: 'ended', connectionId: 'conn_ended' });
  await write(on.hub, read, many(10), { run: () => runOf(read) });
  const finishedAt = new Date();
  // Who ends it knows of nothing that it has done.
  await on.hub.writeRun(runOf(read, { status: 'cancelled', errorCode: 'paused_manual', slices: 0, fetched: 0, finishedAt }), {
    isNew: false,
  });
  expect(await rowOf(read)).toEqual({ status: 'cancelled', error_code: 'paused_manual', fetched: 10, slices: 1, finished_at: finishedAt });
  await write(
    on.hub,
    read,
    many(10, (n) => ({ n }), 10),
    { run: () => runOf(read, { slices: 2, fetched: 20 }) },
  );
  expect(await rowOf(read)).toEqual({ status: 'cancelled', error_code: 'paused_manual', fetched: 20, slices: 2, finished_at: finishedAt });
});

test('O88 rows of runs go with their connection’s purge, are not made anew behind it, and end after their days', async () => {
  const read = await beginTestRead(on.hub, { sync: 'purged', connectionId: 'conn_purged' });
  await write(on.hub, read, many(10), { run: () => runOf(read) });
  await on.hub.purgeBatch({ connectionId: 'conn_purged', rowsMax: 100 });
  expect(await rowOf(read)).toBeUndefined();
  await on.hub.writeRun(runOf(read, { status: 'cancelled', finishedAt: new Date() }), { isNew: false });
  expect(await rowOf(read)).toBeUndefined();
  const old = await beginTestRead(on.hub, { sync: 'old', connectionId: 'conn_old' });
  const finishedAt = new Date(Date.now() - 40 * 86_400_000);
  await on.hub.writeRun(runOf(old, { status: 'failed', finishedAt }), { isNew: true });
  expect(await on.hub.dropRuns({ days: 41, rowsMax: 10 })).toEqual({ dropped: 0, remaining: false });
  expect(await on.hub.dropRuns({ days: 39, rowsMax: 10 })).toEqual({ dropped: 1, remaining: false });
  expect(await rowOf(old)).toBeUndefined();
});
