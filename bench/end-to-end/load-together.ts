import type { BenchClient, BenchProduct } from './product.ts';

const runMsMax = 900_000;
export const object = 'contacts';

export interface Together {
  /** From the first run's start to the last one's end. */
  seconds: number;
  /** By customer. */
  runs: Map<string, BenchRun>;
}

export type BenchRun = Awaited<ReturnType<BenchClient['waitForRun']>>;

/**
 * First loads that become due at the same moment: customers connect first, the sync config that follows makes all their syncs. A
 * customer's account is named like it; its size is the number of its records.
 */
export async function loadTogether(
  product: BenchProduct,
  input: { sizes: Record<string, number>; workers?: number; slicesPerWorker?: number; pageRecordsMax?: number },
): Promise<Together> {
  const { sizes, workers: count = 1, slicesPerWorker: slices, pageRecordsMax } = input;
  const vendor = await product.createApplication();
  await vendor.setUpProvider({});
  for (const [account, size] of Object.entries(sizes)) {
    await product.control.setSize({ account, object, size });
    if (pageRecordsMax !== undefined) await product.control.configure({ account, pageRecordsMax });
    await vendor.connectCustomer({ customerId: account, account });
  }
  const workers = await Promise.all(Array.from({ length: count }, () => product.startWorker(slices === undefined ? {} : { slices })));
  await vendor.call('POST', '/v1/sync-configs', {
    provider: 'sandbox',
    objects: [{ object, strategy: 'full_only', interval_seconds: 86_400 }],
  });
  const runs = new Map<string, BenchRun>();
  for (const sync of await vendor.list('/v1/syncs')) {
    const run = await vendor.waitForRun({ syncId: sync.id, timeoutMs: runMsMax });
    expectRun(run, { inserted: sizes[sync.customer_id]! });
    runs.set(sync.customer_id, run);
  }
  await Promise.all(workers.map((worker) => worker.stop()));
  const begun = Math.min(...[...runs.values()].map((run) => Date.parse(run.started_at)));
  const ended = Math.max(...[...runs.values()].map((run) => Date.parse(run.finished_at)));
  return { seconds: (ended - begun) / 1000, runs };
}

/** A fast run that did something else measures nothing. */
export function expectRun(
  run: { status: string; counters?: Record<string, number> } & Record<string, unknown>,
  expected: Record<string, number>,
): void {
  const counters = (run.counters ?? run) as Record<string, unknown>;
  const wrong = Object.entries(expected).filter(([name, value]) => counters[name] !== value);
  if (run.status !== 'succeeded' || wrong.length) throw new Error(`the run did not do what is measured: ${JSON.stringify(run)}`);
}
