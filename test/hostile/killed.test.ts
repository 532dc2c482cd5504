import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authorize } from '../../sandbox/authorize.ts';
import { createPool } from '../../src/db/index.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { createBrowser } from '../connect/support/browser.ts';
import { startProcesses } from '../support/syncline.ts';

let syncline: Awaited<ReturnType<typeof startProcesses>>;
beforeAll(async () => {
  syncline = await startProcesses({ workers: 2, limits: { leaseSeconds: 2, tickSeconds: 0.3, slicePagesMax: 2 } });
  await syncline.setUpProvider({ objects: ['contacts'] });
}, 180_000);
afterAll(() => syncline.close());

const size = 8000;

test('a worker that froze past its lease wakes up to find its work in other hands, and writes nothing', async () => {
  const account = 'frozen';
  const { control } = syncline;
  await control.setSize({ account, object: 'contacts', size });
  await control.fault({ match: { account, object: 'contacts' }, fault: { kind: 'slow', delayMs: 300 }, times: null });
  const { connectionId } = await syncline.connectCustomer({ customerId: account });
  const sync = await syncline.findSync({ connectionId, object: 'contacts' });
  const frozen = await untilHeld(sync.id);
  process.kill(frozen, 'SIGSTOP');
  try {
    // Frozen in the middle of a transaction, it holds its rows until the database ends that.
    await expect.poll(() => holderOf(sync.id), { timeout: 30_000 }).not.toBe(frozen);
    await control.clearFaults({ account });
    // Who comes next may fail at the frozen one's locks and back off: a person who asks again does not wait for that.
    for (let asked = 0; (await syncline.call('GET', `/v1/syncs/${sync.id}`)).last_success_at === null; asked++) {
      if (asked === 40) throw new Error(`not read to the end: ${JSON.stringify(await syncline.list(`/v1/runs?sync_id=${sync.id}`))}`);
      await syncline.request('POST', `/v1/syncs/${sync.id}:trigger`);
      await sleep(1000);
    }
    await untilQuiet(sync.id);
  } finally {
    process.kill(frozen, 'SIGCONT');
  }
  const before = await hubRows();
  expect(before).toMatchObject({ count: size, seqs: size });
  await sleep(1500);
  expect(await hubRows()).toEqual(before);
  const runs = await syncline.list(`/v1/runs?sync_id=${sync.id}`);
  expect(runs.filter(({ status }) => status === 'running' || status === 'queued')).toEqual([]);
  expect(await syncline.runSync({ syncId: sync.id, full: true })).toMatchObject({ status: 'succeeded', unchanged: size });
}, 180_000);

test('a transaction whose process froze is ended by the database, and what it locked is free', async () => {
  const { pool, databaseUrl } = syncline;
  const log = createLogger({ logLevel: 'silent' });
  const frozen = createPool({ url: databaseUrl, poolMax: 1, log });
  const { rows } = await frozen.query('show idle_in_transaction_session_timeout');
  expect(rows[0].idle_in_transaction_session_timeout).toBe('15s');
  const client = await frozen.connect();
  await client.query("set idle_in_transaction_session_timeout = '300ms'; begin; lock table clock_offset in exclusive mode");
  const waited = performance.now();
  await pool.query("begin; set local lock_timeout = '5s'; lock table clock_offset in exclusive mode; commit");
  expect(performance.now() - waited).toBeLessThan(5000);
  client.release(true);
  await frozen.end();
});

test('two workers that are asked a hundred times for the same sync never read it at the same time', async () => {
  const account = 'contended';
  const { control } = syncline;
  await control.setSize({ account, object: 'contacts', size: 3000 });
  const { connectionId } = await syncline.connectCustomer({ customerId: account });
  const sync = await syncline.findSync({ connectionId, object: 'contacts' });
  await control.fault({ match: { account, object: 'contacts' }, fault: { kind: 'slow', delayMs: 20 }, times: null });
  await Promise.all(Array.from({ length: 100 }, () => syncline.request('POST', `/v1/syncs/${sync.id}:trigger`, { full: true })));
  await untilQuiet(sync.id);
  const runs = (await syncline.list(`/v1/runs?sync_id=${sync.id}`)).sort((a, b) => (a.started_at < b.started_at ? -1 : 1));
  // The first, one that was asked for, and at most one that follows each of them.
  expect(runs.length).toBeLessThanOrEqual(4);
  expect(runs.map(({ status, error_code }) => error_code ?? status)).toEqual(runs.map(() => 'succeeded'));
  for (let i = 1; i < runs.length; i++) expect(runs[i].started_at >= runs[i - 1].finished_at).toBe(true);
}, 180_000);

test('an API process that is killed in the middle of a callback leaves no half connection, and the link still works', async () => {
  const account = 'torn';
  const { call, control, url } = syncline;
  await call('PUT', `/v1/customers/${account}`, {});
  const { url: link } = await call('POST', '/v1/connect-sessions', { customer_id: account, provider: 'sandbox' });
  const browser = createBrowser();
  const toCallback = async () => {
    await browser.open(link);
    const { location } = await browser.open(`${link}/start`, { form: {} });
    return authorize({ url: location!, account, isCallback: (at) => at.startsWith(`${url}/oauth/callback`) });
  };
  const callback = await toCallback();
  await control.fault({ match: { account, endpoint: 'token' }, fault: { kind: 'slow', delayMs: 2000, at: 'before' } });
  const torn = browser.open(callback).then(
    () => 'answered',
    () => 'torn',
  );
  await sleep(700);
  await syncline.api.kill('SIGKILL');
  expect(await torn).toBe('torn');
  await syncline.startApiProcess();
  expect(await syncline.list(`/v1/connections?customer_id=${account}`)).toEqual([]);
  expect((await browser.open(callback)).status).toBe(400);
  expect(await syncline.list(`/v1/connections?customer_id=${account}`)).toEqual([]);
  expect((await browser.open(await toCallback())).status).toBe(200);
  expect(await syncline.list(`/v1/connections?customer_id=${account}`)).toHaveLength(1);
}, 180_000);

/** The pid of the worker that holds the lease stands in the owner's name. */
async function holderOf(syncId: string): Promise<number | null> {
  const { rows } = await syncline.pool.query<{ lease_owner: string | null }>('select lease_owner from sync where id = $1', [syncId]);
  const pid = Number(rows[0]?.lease_owner?.split(':').at(-2));
  return Number.isInteger(pid) ? pid : null;
}

/** No run is under way, and none has come after a moment. */
async function untilQuiet(syncId: string): Promise<void> {
  for (let quiet = 0, looks = 0; quiet < 5; looks++) {
    if (looks === 300) throw new Error('the sync does not come to rest');
    const runs = await syncline.list(`/v1/runs?sync_id=${syncId}`);
    quiet = runs.every(({ finished_at }) => finished_at !== null) ? quiet + 1 : 0;
    await sleep(100);
  }
}

async function untilHeld(syncId: string): Promise<number> {
  for (let i = 0; i < 1000; i++) {
    const pid = await holderOf(syncId);
    if (pid !== null) return pid;
    await sleep(10);
  }
  throw new Error('nobody took the lease');
}

async function hubRows() {
  const { rows } = await syncline.pool.query("select table_schema from information_schema.tables where table_name = 'sandbox_contacts'");
  const counted = await syncline.pool.query(
    `select count(*)::int as count, count(distinct _syncline_seq)::int as seqs, max(_syncline_seq)::text as last,
            max(xmin::text::int8)::text as last_write
     from ${rows[0].table_schema}.sandbox_contacts`,
  );
  return counted.rows[0];
}
