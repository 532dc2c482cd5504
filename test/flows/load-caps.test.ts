import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Loose } from '../support/client.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createDestination } from '../support/own-destination.ts';
import { testPool } from '../support/pool.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';

const waitMsMax = 40_000;

let syncline: TestSyncline;
let database: TestDatabase;
let own: ReturnType<typeof testPool>;
beforeAll(async () => {
  [syncline, database] = await Promise.all([startSyncline({ limits: { leaseSeconds: 40 } }), createTestDatabase()]);
  own = testPool(database.url, { max: 2 });
});
afterAll(async () => {
  await syncline?.close();
  await own?.end();
  await database?.drop();
});
beforeEach(() => syncline.setClock(0));

async function openVendor(schema: string, settings: Loose) {
  const vendor = await syncline.createApplication();
  const { id } = await createDestination(vendor, database.url, { schema, settings });
  await vendor.setUpProvider({ objects: ['contacts'], destination_id: id });
  const connect = async (account: string, size: number): Promise<string> => {
    await syncline.control.setSize({ account, object: 'contacts', size });
    const { connectionId } = await vendor.connectCustomer({ customerId: account });
    return (await vendor.findSync({ connectionId, object: 'contacts' })).id;
  };
  return { vendor, connect, sync: (syncId: string) => vendor.call('GET', `/v1/syncs/${syncId}`), destinationId: id as string };
}

const pagesAsked = async (account: string) =>
  (await syncline.control.requests({ account })).filter(({ path }) => path.includes('/contacts'));

test('S21 rows are written no faster than the destination takes them, by all its syncs together, and no page is asked for twice', async () => {
  const { vendor, connect } = await openVendor('capped', { rows_per_second_max: 1000 });
  const accounts = ['capped-a', 'capped-b'];
  const syncs = [];
  for (const account of accounts) syncs.push(await connect(account, 3000));
  for (const syncId of syncs) expect(await vendor.waitForRun({ syncId })).toMatchObject({ status: 'succeeded', inserted: 3000 });
  const { rows } = await own.query<{ at: Date; rows: number }>(
    `select _syncline_synced_at as at, count(*)::int4 as rows from capped.sandbox_contacts group by 1, _syncline_connection order by 1`,
  );
  // A page of a sync at a time, and two syncs may begin in the same millisecond: of what was written by any moment, all but the last page of each sync had been paid for.
  expect(Math.max(...rows.map((one) => one.rows))).toBeLessThanOrEqual(1000);
  const seconds = (rows.at(-1)!.at.getTime() - rows[0]!.at.getTime()) / 1000;
  expect(seconds).toBeGreaterThanOrEqual((6000 - 2 * 1000) / 1000 - 0.5);
  for (const account of accounts) {
    const asked = (await pagesAsked(account)).map(({ query }) => query);
    expect(new Set(asked).size).toBe(asked.length);
  }
});

test('S21 outside of its hours a destination is not written to and the provider is not asked; when they begin, the run goes on', async () => {
  const { vendor, connect, sync, destinationId } = await openVendor('hours', {});
  const account = 'hours';
  const syncId = await connect(account, 5);
  await vendor.waitForRun({ syncId });
  await syncline.control.update({ account, object: 'contacts', count: 1, fields: { name: 'By night' } });
  await syncline.control.clearRequests({ account });

  // Hours that begin in two hours and end in three, by a clock that is not ours.
  const clockIn = (hours: number) =>
    new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Kolkata', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
      Date.now() + hours * 3_600_000,
    );
  const window = { from: clockIn(2), to: clockIn(3), time_zone: 'Asia/Kolkata' };
  await vendor.call('PATCH', `/v1/destinations/${destinationId}`, { settings: { write_window: window } });
  const { id } = await vendor.call('POST', `/v1/syncs/${syncId}:trigger`, {});
  await expect.poll(async () => (await sync(syncId)).health, { timeout: waitMsMax }).toBe('delayed');
  const { next_run_at: next } = await sync(syncId);
  const waits = (Date.parse(next) - Date.now()) / 1000;
  expect(waits).toBeGreaterThan(2 * 3600 - 120);
  expect(waits).toBeLessThan(2 * 3600 + 120);
  expect(await pagesAsked(account)).toEqual([]);

  await syncline.setClock(2 * 3_600_000 + 90_000);
  expect(await vendor.waitForEnd({ runId: id })).toMatchObject({ status: 'succeeded', updated: 1 });
});
