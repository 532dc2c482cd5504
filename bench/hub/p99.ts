import { expectRun, object } from '../end-to-end/load-together.ts';
import type { BenchClient, BenchProduct } from '../end-to-end/product.ts';
import { fetchRecords } from '../end-to-end/records.ts';
import { median } from './measure.ts';
import { openPageClient } from './page-client.ts';

const pageRows = 100;
/** At rest: enough for a percentile that one slow page does not decide. */
const restPages = 2_000;
const runMsMax = 900_000;
const pageCacheBytesMax = 2 ** 31;

/**
 * How long a page takes at rest, and while another customer's first load runs: API, worker and sandbox in processes of their own. The
 * reader follows one customer's records from the beginning to the end, again and again.
 */
export async function measureP99({
  product,
  rows,
  rounds,
}: {
  product: BenchProduct;
  rows: number;
  rounds: number;
}): Promise<Record<string, number>> {
  const found = {
    rest: [] as number[],
    during: [] as number[],
    ratio: [] as number[],
    restMedian: [] as number[],
    duringMedian: [] as number[],
  };
  for (let round = 0; round < rounds; round++) {
    const vendor = await product.createApplication();
    await vendor.setUpProvider({ objects: [{ object, interval_seconds: 86_400 }] });
    const worker = await product.startWorker();
    await (await begin(product, vendor, `bench-read-${round}`, rows)).loaded;
    const api = await product.startApi();
    const list = { url: api.url, apiKey: vendor.apiKey, customerId: `bench-read-${round}` };
    await read(list, () => false, restPages / 10);
    const rest = await read(list, () => false, restPages);
    let isLoading = true;
    const load = await begin(product, vendor, `bench-load-${round}`, rows);
    const during = await Promise.all([
      read(list, () => isLoading, 1),
      load.loaded.finally(() => {
        isLoading = false;
      }),
    ]).then(([times]) => times);
    await api.stop();
    await worker.stop();
    found.rest.push(percentile(rest, 0.99));
    found.during.push(percentile(during, 0.99));
    found.ratio.push(percentile(during, 0.99) / percentile(rest, 0.99));
    found.restMedian.push(median(rest));
    found.duringMedian.push(median(during));
  }
  return {
    listing_ms_at_rest: median(found.restMedian),
    listing_ms_during_sync: median(found.duringMedian),
    listing_p99_ms_at_rest: median(found.rest),
    listing_p99_ms_during_sync: median(found.during),
    listing_p99_ms_during_sync_ratio: median(found.ratio),
  };
}

/** A first load that has begun, of pages that the provider has rendered before. */
async function begin(product: BenchProduct, vendor: BenchClient, account: string, rows: number): Promise<{ loaded: Promise<void> }> {
  await product.control.setSize({ account, object, size: rows });
  await product.control.configure({ account, pageCacheBytesMax });
  await fetchRecords({ sandboxUrl: product.sandboxUrl, account, object, rows });
  const { connectionId } = await vendor.connectCustomer({ customerId: account, account });
  const sync = await vendor.findSync({ connectionId, object });
  const ended = vendor.waitForRun({ syncId: sync.id, timeoutMs: runMsMax });
  return { loaded: ended.then((run) => expectRun(run, { inserted: rows })) };
}

interface List {
  url: string;
  apiKey: string;
  customerId: string;
}

/** Milliseconds of each page, at least so many, for as long as `goesOn`. */
async function read({ url, apiKey, customerId }: List, goesOn: () => boolean, pagesMin: number): Promise<number[]> {
  const client = await openPageClient({ url, apiKey });
  const path = `/v1/records/sandbox/${object}?customer_id=${customerId}&page_size=${pageRows}`;
  const times: number[] = [];
  for (let cursor: string | null = null; times.length < pagesMin || goesOn(); ) {
    const begun = performance.now();
    const tail = await client.get(cursor === null ? path : `${path}&cursor=${cursor}`);
    times.push(performance.now() - begun);
    const [, next, hasMore] = /"next_cursor":"([^"]+)","has_more":(true|false)/.exec(tail)!;
    cursor = hasMore === 'true' ? next! : null;
  }
  client.close();
  return times;
}

function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
