import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProcesses, type TestProcess } from '../support/syncline.ts';

type Running = Awaited<ReturnType<typeof startProcesses>>;
let syncline: Running;

const workers: TestProcess[] = [];

beforeAll(async () => {
  syncline = await startProcesses({ workers: 2, limits: { leaseSeconds: 2, tickSeconds: 0.3, slicePagesMax: 2 } });
  workers.push(...syncline.workers);
}, 180_000);
afterAll(() => syncline.close());

const size = 10_000;
const killsMax = 3;

test('B18 H57 H58 workers killed at random points lose nothing, repeat nothing, and leave no run in progress', async () => {
  const account = 'killed';
  const { control } = syncline;
  await control.setSize({ account, object: 'contacts', size });
  await control.fault({ match: { account, object: 'contacts' }, fault: { kind: 'slow', delayMs: 80 }, times: null });
  await syncline.setUpProvider({ objects: [{ object: 'contacts', interval_seconds: 86_400 }] });
  const { connectionId } = await syncline.connectCustomer({ customerId: account });
  const sync = await syncline.findSync({ connectionId, object: 'contacts' });
  const follower = follow(account);

  const starting: Promise<unknown>[] = [];
  for (let kills = 0; kills < killsMax; kills++) {
    const holder = await untilHeld(sync.id);
    await sleep(Math.random() * 900);
    await holder.kill();
    starting.push(syncline.startWorkerProcess().then((worker) => workers.push(worker)));
    if (kills === 1) await control.update({ account, object: 'contacts', count: 50, fields: { name: 'Changed meanwhile' } });
  }
  await control.clearFaults({ account });
  const hasEnded = async () => (await syncline.findSync({ connectionId, object: 'contacts' })).last_success_at !== null;
  for (let i = 0; !(await hasEnded()); i++) {
    if (i === 600) throw new Error(`the read has not ended: ${JSON.stringify(await syncline.list(`/v1/runs?sync_id=${sync.id}`))}`);
    await sleep(100);
  }
  await Promise.all(starting);
  await syncline.runSync({ syncId: sync.id });

  const runs = await syncline.list(`/v1/runs?sync_id=${sync.id}`);
  expect(runs.filter((run) => run.status === 'running' || run.status === 'queued')).toEqual([]);
  expect(runs.some((run) => run.error_code === 'abandoned')).toBe(true);
  const truth = (await control.list({ account, object: 'contacts' })).records;
  const { seen, seqs } = await follower.stop();
  expect(truth).toHaveLength(size);
  expect(seen.size).toBe(size);
  for (const record of truth) expect(seen.get(record.id)).toEqual(record.fields.name);
  for (let i = 1; i < seqs.length; i++) expect(seqs[i]! > seqs[i - 1]!).toBe(true);
  const { rows } = await syncline.pool.query(`select table_schema from information_schema.tables where table_name = 'sandbox_contacts'`);
  const stored = await syncline.pool.query(
    `select count(*)::int as count, count(distinct _syncline_seq)::int as seqs from ${rows[0].table_schema}.sandbox_contacts`,
  );
  expect(stored.rows[0]).toEqual({ count: size, seqs: size });
}, 120_000);

/** The worker process that holds the lease: its pid stands in the owner's name. */
async function untilHeld(syncId: string): Promise<TestProcess> {
  for (let i = 0; i < 2000; i++) {
    const { rows } = await syncline.pool.query<{ lease_owner: string | null }>('select lease_owner from sync where id = $1', [syncId]);
    const pid = Number(rows[0]?.lease_owner?.split(':').at(-2));
    const holder = workers.findIndex((worker) => worker.pid === pid);
    if (holder !== -1) return workers.splice(holder, 1)[0]!;
    await sleep(10);
  }
  throw new Error('nobody took the lease');
}

/** Follows the change feed from its beginning, as a vendor would, while everything happens. */
function follow(customerId: string) {
  const seen = new Map<string, unknown>();
  const seqs: bigint[] = [];
  let isStopping = false;
  const ended = (async () => {
    let cursor = '';
    for (let isLast = false; !isLast; ) {
      isLast = isStopping;
      for (let hasMore = true; hasMore; ) {
        const page = await syncline.call(
          'GET',
          `/v1/records/sandbox/contacts?customer_id=${customerId}&page_size=1000&include_deleted=true${cursor}`,
        );
        for (const { seq, record_id, record } of page.data) {
          seqs.push(BigInt(seq));
          seen.set(record_id, record.name);
        }
        cursor = `&cursor=${page.next_cursor}`;
        hasMore = page.has_more;
      }
      await sleep(50);
    }
  })();
  ended.catch(() => undefined); // stop() reports it; a test that fails before must not fail twice
  return {
    async stop() {
      isStopping = true;
      await ended;
      return { seen, seqs };
    },
  };
}
