import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { beginTestRead, type HubUnderTest, list, many, openTestHub, write } from './support.ts';

const writers = 8;
const batchRows = 20;
const writeMs = 2_500;
/** A busy machine takes longer until there was something to skip. */
const writtenMin = writers * batchRows * 10;

let database: TestDatabase;
let on: HubUnderTest;
beforeAll(async () => {
  database = await createTestDatabase();
  on = await openTestHub(database.url, { poolMax: writers + 2 });
});
afterAll(async () => {
  await on.close();
  await database.drop();
});

test('a reader that follows the cursor misses nothing while eight writers commit; one that follows seq alone does', async () => {
  const run = await followWhileWriting('plain');
  expect(run.written).toBeGreaterThan(writtenMin);
  expect(run.skippedByOurs).toBe(0);
  // Otherwise this test could not tell a feed with holes from one without.
  expect(run.skippedByNaive).toBeGreaterThan(0);
});

test("a stranger's open write transaction neither opens a hole nor holds the feed back", async () => {
  const stranger = await on.pool.connect();
  await stranger.query('create table if not exists stranger (n int); begin; insert into stranger values (1)');
  try {
    const run = await followWhileWriting('stranger');
    expect(run.skippedByOurs).toBe(0);
    expect(run.written).toBeGreaterThan(writtenMin);
  } finally {
    await stranger.query('rollback');
    stranger.release();
  }
});

test('a writer in flight holds the horizon below everything that it may yet show', async () => {
  const read = await beginTestRead(on.hub, { sync: 'sync_slow', object: 'slow' });
  await write(on.hub, read, many(5));
  const before = await list(on.hub, { object: 'slow' });
  const slow = await on.pool.connect();
  try {
    await slow.query('begin');
    await slow.query(`select pg_advisory_xact_lock_shared(lock_tag + pg_sequence_last_value('_syncline_feed_seq')) from _syncline_hub`);
    await write(
      on.hub,
      read,
      many(5, (n) => ({ n }), 5),
    );
    expect((await list(on.hub, { object: 'slow', cursor: before.nextCursor })).count).toBe(0);
  } finally {
    await slow.query('commit');
    slow.release();
  }
  expect((await list(on.hub, { object: 'slow', cursor: before.nextCursor })).count).toBe(5);
});

async function followWhileWriting(object: string) {
  const table = await on.hub.ensureTable('crm', object);
  let isWriting = true;
  let isWritten = false;
  let written = 0;
  const writing = Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      const read = await beginTestRead(on.hub, {
        sync: `sync_${object}_${writer}`,
        object,
        connectionId: `conn_${object}_${writer}`,
        customerId: `c${writer}`,
      });
      for (let from = 0; isWriting; from += batchRows) {
        await write(
          on.hub,
          read,
          many(batchRows, (n) => ({ n, writer }), from),
        );
        written += batchRows;
      }
    }),
  );
  const ours = followCursor(object, () => isWritten);
  const naive = followSeq(table.name, () => isWritten);
  await new Promise((resolve) => setTimeout(resolve, writeMs));
  while (written <= writtenMin) await new Promise((resolve) => setTimeout(resolve, 50));
  isWriting = false;
  await writing;
  isWritten = true;
  const all = new Set((await on.sql<{ seq: string }>(`select _syncline_seq as seq from ${table.name}`)).map((row) => row.seq));
  const missing = (seen: Set<string>) => [...all].filter((seq) => !seen.has(seq)).length;
  return { written, skippedByOurs: missing(await ours), skippedByNaive: missing(await naive) };
}

/** Reads on until nothing is written any more and a page had nothing behind it. */
async function followCursor(object: string, isWritten: () => boolean): Promise<Set<string>> {
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (;;) {
    const wasWritten = isWritten();
    const page = await list(on.hub, { object, cursor, pageSize: 500 });
    for (const row of page.data) seen.add(row.seq);
    cursor = page.nextCursor;
    if (wasWritten && !page.hasMore) return seen;
  }
}

/** What most products do: everything above the highest seq that was seen. */
async function followSeq(table: string, isWritten: () => boolean): Promise<Set<string>> {
  const seen = new Set<string>();
  let last = '0';
  for (;;) {
    const wasWritten = isWritten();
    const rows = await on.sql<{ seq: string }>(
      `select _syncline_seq as seq from ${table} where _syncline_seq > $1 order by _syncline_seq limit 500`,
      [last],
    );
    for (const row of rows) seen.add(row.seq);
    last = rows.at(-1)?.seq ?? last;
    if (wasWritten && rows.length === 0) return seen;
  }
}
