import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { checkAlerts } from '../../src/syncs/alerts/check-alerts.ts';
import type { Loose } from '../support/client.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { type Gate, openGate } from '../support/gate.ts';
import { createDestination } from '../support/own-destination.ts';
import { startSyncline } from '../support/syncline.ts';

const waitMsMax = 40_000;
/** Later than a failed run, or a look at a destination that was down, comes again. */
const laterMs = 45_000;

let syncline: Awaited<ReturnType<typeof startSyncline>>;
let database: TestDatabase;
let gate: Gate;
let own: pg.Pool;
beforeAll(async () => {
  [syncline, database] = await Promise.all([
    startSyncline({ limits: { leaseSeconds: 40 }, config: { logLevel: 'silent' } }),
    createTestDatabase(),
  ]);
  gate = await openGate(database.url);
  own = new pg.Pool({ connectionString: database.url, max: 2 });
});
afterAll(async () => {
  await syncline?.close();
  await gate?.close();
  await own?.end();
  await database?.drop();
});
beforeEach(async () => {
  await gate.close();
  await gate.open();
  await syncline.setClock(0);
});

async function openVendor(schema: string, accounts: string[], size: number) {
  const vendor = await syncline.createApplication();
  const destination = await createDestination(vendor, gate.url, { schema });
  await vendor.setUpProvider({ objects: [{ object: 'contacts', strategy: 'full_then_incremental' }], destination_id: destination.id });
  const syncs: string[] = [];
  for (const account of accounts) {
    await syncline.control.setSize({ account, object: 'contacts', size });
    const { connectionId } = await vendor.connectCustomer({ customerId: account });
    syncs.push((await vendor.findSync({ connectionId, object: 'contacts' })).id);
  }
  return {
    ...{ vendor, syncs },
    destination: () => vendor.call('GET', `/v1/destinations/${destination.id}`) as Promise<Loose>,
    syncsNow: () => Promise.all(syncs.map((id) => vendor.call('GET', `/v1/syncs/${id}`))) as Promise<Loose[]>,
    failed: async () => (await vendor.list('/v1/runs?page_size=1000')).filter(({ status }) => status === 'failed'),
    told: async (type: string) => (await vendor.list(`/v1/events?types=${type}`)).map(({ data }) => data),
    /** The checkpoint as it stands in the vendor's database, whoever can reach it. */
    async checkpoint(syncId: string): Promise<Loose> {
      const { rows } = await own.query(`select fence, state from ${schema}._syncline_checkpoint where sync = $1`, [syncId]);
      return rows[0];
    },
    async rows(account: string): Promise<string[]> {
      const { rows } = await own.query(
        `select _syncline_record_id as id from ${schema}.sandbox_contacts
         where _syncline_customer_id = $1 and _syncline_deleted_at is null order by 1`,
        [account],
      );
      return rows.map(({ id }) => id);
    },
  };
}
type Vendor = Awaited<ReturnType<typeof openVendor>>;

const truthOf = async (account: string) =>
  (await syncline.control.list({ account, object: 'contacts' })).records
    .filter((record) => record.deletedAt === null)
    .map((record) => record.id)
    .sort();
const pagesAsked = async (account: string) =>
  (await syncline.control.requests({ account })).filter(({ path }) => path.includes('/contacts'));

async function expectRecovered({ destination, syncsNow, told }: Vendor) {
  await expect
    .poll(async () => (await syncsNow()).map(({ health, consecutive_failures }) => [health, consecutive_failures]), { timeout: waitMsMax })
    .toEqual((await syncsNow()).map(() => ['healthy', 0]));
  await expect.poll(async () => (await destination()).status, { timeout: waitMsMax }).toBe('active');
  expect((await destination()).status_reason).toBeNull();
  expect(await told('destination.unavailable')).toHaveLength(1);
  expect(await told('destination.recovered')).toHaveLength(1);
}

test('S20 a destination that is down fails runs without a request to the provider or a step of the checkpoint, one look at a time, and is caught up with afterwards', async () => {
  const accounts = ['down-a', 'down-b', 'down-c'];
  const vendor = await openVendor('down', accounts, 20);
  for (const syncId of vendor.syncs) await vendor.vendor.waitForRun({ syncId });
  const before = await Promise.all(vendor.syncs.map((id) => vendor.checkpoint(id)));
  for (const account of accounts) {
    await syncline.control.update({ account, object: 'contacts', count: 2, fields: { name: 'While down' } });
    await syncline.control.clearRequests({ account });
  }
  await gate.close();
  for (const syncId of vendor.syncs) await vendor.vendor.call('POST', `/v1/syncs/${syncId}:trigger`, {});
  await expect.poll(async () => (await vendor.destination()).status, { timeout: waitMsMax }).toBe('unavailable');
  expect((await vendor.destination()).status_reason).toContain('cannot be reached');
  await expect
    .poll(async () => (await vendor.syncsNow()).map(({ health }) => health).join(), { timeout: waitMsMax })
    .not.toMatch(/healthy/);
  const failed = await vendor.failed();
  expect(failed.length).toBeGreaterThanOrEqual(1);
  for (const run of failed) expect(run).toMatchObject({ error_code: 'destination_unavailable', fetched: 0, api_calls: 0 });
  expect((await vendor.vendor.request('GET', '/v1/records/sandbox/contacts?customer_id=down-a')).body.code).toBe('destination_unavailable');

  // All of them are due again: one looks, the others are put back.
  await syncline.setClock(laterMs);
  await expect.poll(async () => (await vendor.failed()).length, { timeout: waitMsMax }).toBe(failed.length + 1);
  await expect
    .poll(async () => (await vendor.syncsNow()).map(({ health }) => health).sort(), { timeout: waitMsMax })
    .toEqual(['delayed', 'delayed', 'failed']);
  expect(await vendor.failed()).toHaveLength(failed.length + 1);
  for (const account of accounts) expect(await pagesAsked(account)).toEqual([]);
  expect(await Promise.all(vendor.syncs.map((id) => vendor.checkpoint(id)))).toEqual(before);

  await gate.open();
  await syncline.setClock(4 * laterMs);
  await expectRecovered(vendor);
  for (const account of accounts) expect(await vendor.rows(account)).toEqual(await truthOf(account));
  const { rows } = await own.query(`select count(*)::int4 as n from down.sandbox_contacts where raw ->> 'name' = 'While down'`);
  expect(rows).toEqual([{ n: 6 }]);
});

test('S20 a destination that goes away in the middle of a first load keeps what was committed, and the next run goes on from there', async () => {
  const account = 'middle';
  const match = { account, object: 'contacts' };
  await syncline.control.fault({ match, fault: { kind: 'slow', delayMs: 4000 }, skip: 2, times: 1 });
  const vendor = await openVendor('middle', [account], 2500);
  const [syncId] = vendor.syncs;
  await expect.poll(async () => (await vendor.rows(account).catch(() => [])).length, { timeout: waitMsMax }).toBeGreaterThan(0);
  await gate.close();
  const landed = await vendor.rows(account);
  const { state } = await vendor.checkpoint(syncId!);
  expect(landed.length).toBeLessThan(2500);
  await expect.poll(async () => (await vendor.failed()).length, { timeout: waitMsMax }).toBeGreaterThanOrEqual(1);
  expect((await vendor.checkpoint(syncId!)).state).toEqual(state);
  expect(await vendor.rows(account)).toEqual(landed);
  expect((await vendor.failed())[0]).toMatchObject({ error_code: 'destination_unavailable', fetched: landed.length });

  await gate.open();
  await syncline.setClock(laterMs);
  await expectRecovered(vendor);
  expect(await vendor.rows(account)).toEqual(await truthOf(account));
  // The pages that had been committed were not asked for again.
  const first = (await pagesAsked(account)).filter(({ query }) => !new URLSearchParams(query).has('cursor'));
  expect(first).toHaveLength(1);
});

test('S20 a destination that takes no writes, or answers too slowly, is told apart, and nothing is lost', async () => {
  const account = 'odd';
  const vendor = await openVendor('odd', [account], 10);
  const [syncId] = vendor.syncs as [string];
  await vendor.vendor.waitForRun({ syncId });
  const name = new URL(database.url).pathname.slice(1);
  const { state } = await vendor.checkpoint(syncId);

  // Slow: somebody holds the table for longer than a write may take.
  const holder = await own.connect();
  await holder.query('begin; lock table odd.sandbox_contacts in exclusive mode');
  await syncline.control.update({ account, object: 'contacts', count: 1, fields: { name: 'Slow' } });
  const slow = await vendor.vendor.runSync({ syncId });
  expect(slow).toMatchObject({
    status: 'failed',
    error_code: 'destination_unavailable',
    error_message: expect.stringContaining('in time'),
  });
  expect((await vendor.destination()).status).toBe('active');
  expect((await vendor.checkpoint(syncId)).state).toMatchObject({ watermark: state.watermark });
  await holder.query('rollback');
  holder.release();

  await own.query(`alter database ${name} set default_transaction_read_only = on`);
  await gate.close();
  await gate.open();
  const refused = await vendor.vendor.runSync({ syncId });
  expect(refused).toMatchObject({
    status: 'failed',
    error_code: 'destination_unavailable',
    error_message: expect.stringContaining('no writes'),
  });
  expect(await vendor.destination()).toMatchObject({ status: 'unavailable', status_reason: refused.error_message });
  await own.query(`set default_transaction_read_only = off; alter database ${name} reset default_transaction_read_only`);
  await gate.close();
  await gate.open();
  await syncline.setClock(4 * laterMs);
  await expectRecovered(vendor);
  const { rows } = await own.query(`select count(*)::int4 as n from odd.sandbox_contacts where raw ->> 'name' = 'Slow'`);
  expect(rows).toEqual([{ n: 1 }]);
});

test('O88 a run that ended while its destination was down has its row there when it is back, though no run comes after it', async () => {
  const vendor = await openVendor('told', ['told-a'], 5);
  const [syncId] = vendor.syncs as [string];
  await vendor.vendor.waitForRun({ syncId });
  await gate.close();
  const failed = await vendor.vendor.runSync({ syncId });
  expect(failed).toMatchObject({ status: 'failed', error_code: 'destination_unavailable' });
  await vendor.vendor.call('POST', `/v1/syncs/${syncId}:pause`);
  // The attempts of the job that tells it are used up, and not by us.
  const jobs = `select from graphile_worker._private_jobs where key = 'mirror-run:${failed.id}'`;
  await expect.poll(async () => (await syncline.pool.query(jobs)).rowCount, { timeout: waitMsMax }).toBe(0);
  const told = async () =>
    (await own.query('select run_id as id, status, error_code from told._syncline_runs where run_id = $1', [failed.id])).rows;
  expect(await told()).toEqual([]);

  await gate.open();
  await syncline.setClock(4 * laterMs);
  await expect.poll(told, { timeout: waitMsMax }).toEqual([{ id: failed.id, status: 'failed', error_code: 'destination_unavailable' }]);
  // Whoever was told has found out that it is back.
  await expect.poll(async () => (await vendor.destination()).status, { timeout: waitMsMax }).toBe('active');
  await expect.poll(async () => (await syncline.pool.query('select from unmirrored_run')).rowCount, { timeout: waitMsMax }).toBe(0);
});

test('O72 a destination that is down raises one alert of its own and none for its syncs, counts no failure of theirs, and all ends when it is back', async () => {
  const vendor = await openVendor('alarm', ['alarm-a', 'alarm-b'], 5);
  const look = () => checkAlerts({ ctx: syncline.syncline.contextFor({ kind: 'system', id: 'test', applicationId: '' }) });
  const alerts = async () =>
    (await vendor.vendor.list('/v1/alerts')).map(({ kind, subject, customer_id, recovered_at }) => ({
      ...{ kind, subject, customer_id },
      isOpen: recovered_at === null,
    }));
  for (const syncId of vendor.syncs) await vendor.vendor.waitForRun({ syncId });
  const { id } = await vendor.destination();
  await gate.close();
  for (const syncId of vendor.syncs) await vendor.vendor.call('POST', `/v1/syncs/${syncId}:trigger`, {});
  await expect.poll(async () => (await vendor.destination()).status, { timeout: waitMsMax }).toBe('unavailable');
  await expect.poll(async () => (await vendor.failed()).length, { timeout: waitMsMax }).toBeGreaterThanOrEqual(1);
  // As if it had been down for long: no sync has succeeded for four of its intervals.
  const noSuccess = () =>
    syncline.pool.query(`update sync set last_success_at = now() - interval '4 hours' where id = any ($1)`, [vendor.syncs]);
  await noSuccess();
  await syncline.pool.query(`update destination set status_changed_at = now() - interval '4 hours' where id = $1`, [id]);
  await look();
  await look();
  expect(await alerts()).toEqual([{ kind: 'destination_unavailable', subject: id, customer_id: null, isOpen: true }]);
  expect(await vendor.told('alert.raised')).toMatchObject([{ kind: 'destination_unavailable', destination_id: id }]);
  expect((await vendor.syncsNow()).map(({ consecutive_failures }) => consecutive_failures)).toEqual([0, 0]);

  await gate.open();
  await syncline.setClock(4 * laterMs);
  await expectRecovered(vendor);
  // It is just back: a sync that has not come so far yet has its time.
  await noSuccess();
  await look();
  expect(await alerts()).toEqual([{ kind: 'destination_unavailable', subject: id, customer_id: null, isOpen: false }]);
});
