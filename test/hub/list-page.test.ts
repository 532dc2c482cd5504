import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hubNames } from '../../src/hub/names.ts';
import { createHubPool } from '../../src/hub/pool.ts';
import { pageSelect } from '../../src/hub/read-page.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { beginTestRead, end, type HubUnderTest, list, listAll, many, openTestHub, type Read, record, write } from './support.ts';

let database: TestDatabase;
let on: HubUnderTest;
let acme: Read;
let beta: Read;
beforeAll(async () => {
  database = await createTestDatabase();
  on = await openTestHub(database.url);
  acme = await beginTestRead(on.hub, { sync: 'sync_acme', connectionId: 'conn_acme', customerId: 'acme' });
  beta = await beginTestRead(on.hub, { sync: 'sync_beta', connectionId: 'conn_beta', customerId: 'acme.' });
  await write(
    on.hub,
    acme,
    many(250, (n) => ({ of: 'acme', n })),
  );
  await write(
    on.hub,
    beta,
    many(30, (n) => ({ of: 'acme.', n })),
  );
});
afterAll(async () => {
  await on.close();
  await database.drop();
});

test('B3 S17 the same cursor gives the same page again, and following it gives every record once, in the order of seq', async () => {
  const first = await list(on.hub, { pageSize: 100 });
  const second = await list(on.hub, { pageSize: 100, cursor: first.nextCursor });
  expect((await list(on.hub, { pageSize: 100, cursor: first.nextCursor })).body).toEqual(second.body);
  const { data } = await listAll(on.hub, { pageSize: 100 });
  const seqs = data.map((row) => Number(row.seq));
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  expect(new Set(seqs).size).toBe(280);
});

test('B27 the page after the last is empty, with a cursor at the same position, and goes on when something changes', async () => {
  const read = await beginTestRead(on.hub, { sync: 'sync_b27', object: 'deal', connectionId: 'conn_acme', customerId: 'acme' });
  await write(on.hub, read, many(3));
  const { cursor } = await listAll(on.hub, { object: 'deal' });
  const empty = await list(on.hub, { object: 'deal', cursor });
  expect(empty).toMatchObject({ count: 0, hasMore: false, nextCursor: cursor });
  await write(on.hub, read, [record('later')]);
  expect((await list(on.hub, { object: 'deal', cursor: empty.nextCursor })).data.map((row) => row.record_id)).toEqual(['later']);
});

test('a page that is exactly full and has nothing behind it says so', async () => {
  expect(await list(on.hub, { customerId: 'acme.', pageSize: 30 })).toMatchObject({ count: 30, hasMore: false });
  expect(await list(on.hub, { customerId: 'acme.', pageSize: 29 })).toMatchObject({ count: 29, hasMore: true });
});

test('B26 hostile customer ids find nothing of others, and ids that differ in punctuation only stay apart', async () => {
  expect((await listAll(on.hub, { customerId: 'acme' })).data.every((row) => row.customer_id === 'acme')).toBe(true);
  expect((await listAll(on.hub, { customerId: 'acme.' })).data).toHaveLength(30);
  const hostile = ["' or 1=1 --", "acme'", '"acme"', 'acme\\', '%', 'a'.repeat(300), '🦊', '$$; drop table crm_contact; --', '$1', ' acme'];
  for (const customerId of hostile) expect(await list(on.hub, { customerId })).toMatchObject({ count: 0, hasMore: false });
  const named = await beginTestRead(on.hub, { sync: 'sync_q', connectionId: 'conn_q', customerId: `O'Brien "\\ 🦊` });
  await write(on.hub, named, [record(`id'"\\🦊`, { v: 1 })]);
  expect((await list(on.hub, { customerId: `O'Brien "\\ 🦊` })).data).toMatchObject([
    { customer_id: `O'Brien "\\ 🦊`, record_id: `id'"\\🦊`, connection_id: 'conn_q' },
  ]);
});

test('a connection shows its own records only, whoever the customer is', async () => {
  expect((await listAll(on.hub, { connectionId: 'conn_beta' })).data).toHaveLength(30);
  expect((await listAll(on.hub, { connectionId: 'conn_beta', customerId: 'acme' })).data).toHaveLength(0);
  expect((await listAll(on.hub, { connectionId: 'conn_nowhere' })).data).toHaveLength(0);
});

test('S19 filters: synced since (inclusive), with and without deleted records', async () => {
  const read = await beginTestRead(on.hub, { sync: 'sync_s19', object: 'lead', connectionId: 'conn_acme', customerId: 'acme' });
  on.clock.set(new Date('2026-03-01T10:00:00.000Z'));
  await write(on.hub, read, many(2), { marksSeen: true });
  on.clock.set(new Date('2026-03-01T10:00:00.001Z'));
  await write(on.hub, read, [record('new', { v: 1 }, { modifiedAt: new Date('2026-02-28T23:59:59.123Z') })]);
  const since = (at: string) => list(on.hub, { object: 'lead', modifiedAfter: new Date(at) });
  expect((await since('2026-03-01T10:00:00.000Z')).count).toBe(3);
  expect((await since('2026-03-01T10:00:00.001Z')).data).toMatchObject([
    { record_id: 'new', synced_at: '2026-03-01T10:00:00.001Z', modified_at: '2026-02-28T23:59:59.123Z', deleted_at: null },
  ]);
  expect((await since('2026-03-01T10:00:00.002Z')).count).toBe(0);
  await end(on.hub, read);
  const next = await beginTestRead(on.hub, { sync: 'sync_s19', fence: 2n, object: 'lead', connectionId: 'conn_acme', customerId: 'acme' });
  await write(on.hub, next, [record('new', { v: 1 })]);
  await end(on.hub, next);
  expect((await list(on.hub, { object: 'lead', includeDeleted: false })).data.map((row) => row.record_id)).toEqual(['new']);
  const all = await list(on.hub, { object: 'lead', includeDeleted: true });
  expect(all.data.filter((row) => row.deleted_at === '2026-03-01T10:00:00.001Z')).toHaveLength(2);
});

describe('cursors', () => {
  test('a cursor that was cut, edited or invented is refused, without an SQL error', async () => {
    const { nextCursor } = await list(on.hub, { pageSize: 10 });
    const edited = Buffer.from(nextCursor, 'base64url').toString().replace(/"10"/, '"11"');
    const bad = [
      '',
      'x',
      nextCursor.slice(1),
      nextCursor.slice(0, -2),
      `${nextCursor}=`,
      ` ${nextCursor}`,
      Buffer.from(edited).toString('base64url'),
      "'; select 1 --",
      'AAAA',
      '🦊',
      '\u0000',
    ];
    for (const cursor of bad) await expect(list(on.hub, { cursor }), cursor).rejects.toMatchObject({ code: 'cursor_invalid' });
  });

  test('a cursor goes on with the filters that it began with', async () => {
    const { nextCursor } = await list(on.hub, { pageSize: 10, customerId: 'acme' });
    for (const other of [
      { customerId: 'acme.' },
      {},
      { customerId: 'acme', includeDeleted: false },
      { customerId: 'acme', object: 'deal' },
    ])
      await expect(list(on.hub, { ...other, cursor: nextCursor })).rejects.toMatchObject({ code: 'cursor_invalid' });
    expect((await list(on.hub, { customerId: 'acme', cursor: nextCursor, pageSize: 500 })).count).toBe(240);
  });

  test('a cursor of another hub has expired', async () => {
    const other = await on.open('hub_other');
    const { nextCursor } = await list(on.hub, { pageSize: 10 });
    await expect(list(other, { cursor: nextCursor })).rejects.toMatchObject({ code: 'cursor_expired' });
  });

  test('an object that has no table yet gives an empty page, whose cursor goes on when it has', async () => {
    const before = await list(on.hub, { object: 'later' });
    expect(before).toMatchObject({ count: 0, hasMore: false });
    const read = await beginTestRead(on.hub, { sync: 'sync_later', object: 'later', connectionId: 'conn_acme', customerId: 'acme' });
    await write(on.hub, read, many(3));
    expect((await list(on.hub, { object: 'later', cursor: before.nextCursor })).count).toBe(3);
  });
});

test('a page of very large records ends before it becomes too large, and the next one goes on', async () => {
  const read = await beginTestRead(on.hub, { sync: 'sync_large', object: 'file', connectionId: 'conn_acme', customerId: 'acme' });
  const large = `"${'x'.repeat(7 * 1024 * 1024)}"`;
  for (let n = 0; n < 6; n++) await write(on.hub, read, [record(`f${n}`, large)]);
  const first = await list(on.hub, { object: 'file' });
  expect(first).toMatchObject({ hasMore: true, count: 4 });
  expect(await list(on.hub, { object: 'file', cursor: first.nextCursor })).toMatchObject({ hasMore: false, count: 2 });
});

test('one customer among many is read by its own index, whatever the statistics say, and in order without a sort', async () => {
  const pool = createHubPool({ url: database.url, poolMax: 1, log: createLogger({ logLevel: 'silent' }) });
  const query = { after: 0n, upTo: 1000n, pageSize: 100, includeDeleted: true, connection: null };
  const plan = async (customerId?: string) => {
    const select = pageSelect({ names: hubNames('hub_test') }, acme.table, { ...query, customerId });
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain ${select}`);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };
  await pool.query("select set_config('syncline.customer_id', 'acme', false)");
  for (const statistics of ['none', 'fresh']) {
    if (statistics === 'fresh') await on.sql('analyze crm_contact');
    expect(await plan('acme')).toContain('Index Scan using crm_contact__syncline_customer_id__syncline_seq_idx');
    expect(await plan()).toContain('Index Scan using crm_contact__syncline_seq_idx');
    expect(`${await plan('acme')}${await plan()}`).not.toContain('Sort');
  }
  await pool.end();
});
