import { loadTogether } from '../end-to-end/load-together.ts';
import type { BenchProduct } from '../end-to-end/product.ts';
import { median } from '../hub/measure.ts';

const connections = 64;
const latencyMs = 50;
/** Small pages: the provider's latency is what takes the time, as it is with real ones, not this machine's cores. */
const pageRecords = 50;
const pagesEach = 10;
/** The same in both cases, and few: what is asked is whether a second process adds its own, not how many cores this machine has. */
const slicesPerWorker = 2;

/** Two worker processes over one, each with as many slices in flight: the same work at a provider that answers after 50 ms. */
export async function measureWorkers({ product, rounds }: { product: BenchProduct; rounds: number }) {
  await product.control.fault({ match: { dialect: 'sandbox' }, fault: { kind: 'slow', delayMs: latencyMs }, times: null });
  const ratios: number[] = [];
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const load = (workers: number) => {
      const names = Array.from({ length: connections }, (_, i) => `workers-${round}-${workers}-${i}`);
      const sizes = Object.fromEntries(names.map((name) => [name, pageRecords * pagesEach]));
      return loadTogether(product, { sizes, workers, slicesPerWorker, pageRecordsMax: pageRecords });
    };
    const one = await load(1);
    const two = await load(2);
    ratios.push(one.seconds / two.seconds);
    rates.push((connections * pagesEach) / two.seconds);
  }
  await product.control.clearFaults();
  return { workers_scaling_2: median(ratios), workers_2_pages_per_second: median(rates) };
}
