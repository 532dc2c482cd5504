import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchClient, BenchProduct } from '../end-to-end/product.ts';

const object = 'contacts';
const runMsMax = 600_000;
/** Samples taken while a first load runs; more make the percentile steadier, and the bench longer. */
const samplesWanted = 100;
const samplesMin = 40;
/** First loads, one after the other, until there are enough samples. */
const loadsMax = 8;
const pollMs = 5;
const showMsMax = 30_000;
const records = 500;

/**
 * From a write at the provider, which tells of it at once, to the listing that shows it: one customer of a vendor is told of, while
 * another customer's first load goes into the same hub. One worker does both. Each sample is another record: two changes of one
 * record right behind each other would share a reading.
 */
export async function measureHooks({ product, rows }: { product: BenchProduct; rows: number }): Promise<Record<string, number>> {
  const vendor = await product.createApplication();
  const { providerConfig } = await vendor.setUpProvider({ objects: [{ object, schedule: { kind: 'manual' } }] });
  const secret = 'whsec_bench';
  await vendor.call('PATCH', `/v1/provider-configs/${providerConfig.id}`, { hook_secret: secret });
  const worker = await product.startWorker();
  const account = 'bench-hooks';
  await product.control.setSize({ account, object, size: records });
  await connect(vendor, account);
  await product.control.setHooks({ account, url: providerConfig.hook_url, secret });
  const idle = await sampleUntil(product, vendor, { account, isOver: (taken) => taken.length >= samplesMin });
  const loaded: number[] = [];
  for (let load = 0; load < loadsMax && loaded.length < samplesWanted; load++)
    loaded.push(...(await sampleDuringLoad(product, vendor, { account, rows, name: `bench-hooks-load-${load}` })));
  await worker.stop();
  if (loaded.length < samplesMin) throw new Error(`only ${loaded.length} samples were taken while a first load ran: raise --rows`);
  return {
    hook_to_listing_ms_p50: percentile(loaded, 0.5),
    hook_to_listing_ms_p95: percentile(loaded, 0.95),
    hook_to_listing_idle_ms_p95: percentile(idle, 0.95),
  };
}

/** Only what began and ended while the load was running counts. */
async function sampleDuringLoad(
  product: BenchProduct,
  vendor: BenchClient,
  { account, rows, name }: { account: string; rows: number; name: string },
): Promise<number[]> {
  await product.control.setSize({ account: name, object, size: rows });
  const { connectionId } = await vendor.connectCustomer({ customerId: name, account: name });
  const sync = await vendor.findSync({ connectionId, object });
  let isLoading = true;
  const load = vendor.waitForRun({ syncId: sync.id, timeoutMs: runMsMax }).then((run) => {
    isLoading = false;
    if (run.status !== 'succeeded' || run.inserted !== rows)
      throw new Error(`the load did not do what is measured: ${JSON.stringify(run)}`);
  });
  const samples = await sampleUntil(product, vendor, { account, isOver: () => !isLoading });
  await load;
  // The last one may have outlived the load.
  return samples.slice(0, -1);
}

async function sampleUntil(
  product: BenchProduct,
  vendor: BenchClient,
  { account, isOver }: { account: string; isOver: (taken: number[]) => boolean },
): Promise<number[]> {
  const path = `/v1/records/sandbox/${object}?customer_id=${account}&page_size=1000`;
  let { next_cursor: cursor } = await vendor.call('GET', path);
  const samples: number[] = [];
  for (let n = 1; !isOver(samples); n = (n % records) + 1) {
    const id = `con_${String(n).padStart(10, '0')}`;
    const begun = performance.now();
    await product.control.update({ account, object, id, fields: { notes: `sample ${begun}` } });
    for (;;) {
      const page = await vendor.call('GET', `${path}&cursor=${cursor}`);
      cursor = page.next_cursor;
      if (page.data.some((entry: { record_id: string }) => entry.record_id === id)) break;
      if (performance.now() - begun > showMsMax) throw new Error(`${id} was told of and not shown within ${showMsMax} ms`);
      await sleep(pollMs);
    }
    samples.push(performance.now() - begun);
  }
  return samples;
}

async function connect(vendor: BenchClient, account: string): Promise<void> {
  const { connectionId } = await vendor.connectCustomer({ customerId: account, account });
  const sync = await vendor.findSync({ connectionId, object });
  await vendor.waitForRun({ syncId: sync.id, timeoutMs: runMsMax });
}

function percentile(samples: number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
