import pg from 'pg';
import { median } from '../hub/measure.ts';
import { rawCopy } from '../hub/raw-copy.ts';
import { expectRun, loadTogether, object } from './load-together.ts';
import type { BenchClient, BenchProduct } from './product.ts';
import { fetchRecords } from './records.ts';

const runMsMax = 600_000;
const pageCacheBytesMax = 2 ** 31;

/**
 * Provider pages over HTTP → hub by a worker of its own, and the same again with nothing changed, over one raw COPY stream
 * of the same JSON into a table with the same key. COPY runs before and behind them, and the mean is the limit: on a machine that others
 * use too, processors can be half as fast a minute later.
 */
export async function measureLoads(input: { url: string; product: BenchProduct; rows: number; rounds: number }) {
  const { url, product, rows, rounds } = input;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const vendor = await product.createApplication();
  await vendor.setUpProvider({ objects: [{ object, interval_seconds: 86_400 }] });
  const found = {
    copy: [] as number[],
    initial: [] as number[],
    resync: [] as number[],
    initialRatio: [] as number[],
    resyncRatio: [] as number[],
  };
  // Its records and its table are let go before anything else begins.
  const copySeconds = async (account: string) => {
    const seconds = await rawCopy(client, await fetchRecords({ sandboxUrl: product.sandboxUrl, account, object, rows }));
    await client.query('drop table bench_copy; checkpoint');
    return seconds;
  };
  let peakMb = 0;
  for (let round = 0; round < rounds; round++) {
    const account = `bench-load-${round}`;
    await product.control.setSize({ account, object, size: rows });
    // A provider renders its pages on machines of its own: here they are rendered once, before the clock starts.
    await product.control.configure({ account, pageCacheBytesMax });
    const before = await copySeconds(account);
    const worker = await product.startWorker();
    const loaded = await firstLoad(vendor, account, rows);
    peakMb = Math.max(peakMb, worker.peakMb());
    await client.query('checkpoint');
    const again = await vendor.call('POST', `/v1/syncs/${loaded.syncId}:trigger`, { full: true });
    const resynced = await vendor.waitForEnd({ runId: again.id, timeoutMs: runMsMax });
    expectRun(resynced, { unchanged: rows });
    await worker.stop();
    await client.query('checkpoint');
    const copy = rows / ((before + (await copySeconds(account))) / 2);
    found.copy.push(copy);
    found.initial.push(rows / loaded.seconds);
    found.resync.push(rows / secondsOf(resynced));
    found.initialRatio.push(rows / loaded.seconds / copy);
    found.resyncRatio.push(rows / secondsOf(resynced) / copy);
  }
  await client.end();
  return {
    initial_copy_rows_per_second: median(found.copy),
    initial_load_rows_per_second: median(found.initial),
    initial_load_over_copy: median(found.initialRatio),
    unchanged_resync_rows_per_second: median(found.resync),
    unchanged_resync_over_copy: median(found.resyncRatio),
    rss_mb_peak: peakMb,
  };
}

/** The worker's memory over a first load of `rows`, in a process that did nothing before. */
export async function measurePeak({ product, rows }: { product: BenchProduct; rows: number }): Promise<number> {
  const vendor = await product.createApplication();
  await vendor.setUpProvider({ objects: [{ object, interval_seconds: 86_400 }] });
  const account = `bench-peak-${rows}`;
  await product.control.setSize({ account, object, size: rows });
  const worker = await product.startWorker();
  await firstLoad(vendor, account, rows);
  const peakMb = worker.peakMb();
  await worker.stop();
  return peakMb;
}

/** 100 customers × 2,000 records together, over one customer × 200,000: what many small tenants cost. */
export async function measureTenants({
  product,
  rows,
  customers,
  rounds,
}: {
  product: BenchProduct;
  rows: number;
  customers: number;
  rounds: number;
}) {
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const one = await loadTogether(product, { sizes: { [`bench-one-${round}`]: rows } });
    const names = Array.from({ length: customers }, (_, i) => `bench-many-${round}-${i}`);
    const many = await loadTogether(product, { sizes: Object.fromEntries(names.map((name) => [name, rows / customers])) });
    ratios.push(one.seconds / many.seconds);
  }
  return { tenants_efficiency: median(ratios) };
}

export async function firstLoad(vendor: BenchClient, account: string, rows: number): Promise<{ syncId: string; seconds: number }> {
  const { connectionId } = await vendor.connectCustomer({ customerId: account, account });
  const sync = await vendor.findSync({ connectionId, object });
  const run = await vendor.waitForRun({ syncId: sync.id, timeoutMs: runMsMax });
  expectRun(run, { inserted: rows });
  return { syncId: sync.id, seconds: secondsOf(run) };
}

function secondsOf(run: { started_at: string; finished_at: string }): number {
  return (Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1000;
}
