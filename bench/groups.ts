import { measureLoads, measurePeak, measureTenants } from './end-to-end/loads.ts';
import { type BenchProduct, startProduct } from './end-to-end/product.ts';
import { measureStrategies } from './end-to-end/strategies.ts';
import { measureAddField } from './hub/add-field.ts';
import { measureFeed } from './hub/feed.ts';
import { measureListing } from './hub/listing.ts';
import { measureOwnPostgres } from './hub/own-postgres.ts';
import { measureP99 } from './hub/p99.ts';
import { measureUnified } from './hub/unified.ts';
import { measureHubWrite } from './hub/write.ts';
import { measureFairness } from './scale/fairness.ts';
import { measureHooks } from './scale/hooks.ts';
import { measureScheduler } from './scale/scheduler.ts';
import { measureWebhooks } from './scale/webhooks.ts';
import { measureWorkers } from './scale/workers.ts';

export interface Group {
  name: string;
  measure(input: { url: string; rows: number; rounds: number }): Promise<Record<string, number>>;
}

/** 1M where the others take 200k: memory must not grow with the data, nor a listing slow down with its depth. */
const bigFactor = 5;
const tenantCustomers = 100;

/** Each group gets a database of its own. */
export const groups: Group[] = [
  { name: 'hub_write', measure: measureHubWrite },
  { name: 'feed', measure: measureFeed },
  { name: 'listing', measure: measureListing },
  { name: 'unified', measure: measureUnified },
  { name: 'p99', measure: ({ url, rows, rounds }) => withProduct(url, (product) => measureP99({ product, rows, rounds })) },
  { name: 'fields', measure: ({ url, rows }) => measureAddField({ url, rows: rows * bigFactor }) },
  { name: 'loads', measure: ({ url, rows, rounds }) => withProduct(url, (product) => measureLoads({ url, product, rows, rounds })) },
  {
    name: 'own_postgres',
    measure: ({ url, rows, rounds }) => withProduct(url, (product) => measureOwnPostgres({ url, product, rows, rounds })),
  },
  {
    name: 'memory',
    measure: ({ url, rows }) =>
      withProduct(url, async (product) => {
        const small = await measurePeak({ product, rows });
        const big = await measurePeak({ product, rows: rows * bigFactor });
        return { rss_mb_at_rows: small, rss_mb_at_rows_x5: big, rss_mb_growth_1m: big - small };
      }),
  },
  {
    name: 'strategies',
    measure: ({ url, rows }) => withProduct(url, (product) => measureStrategies({ product, rows: rows * bigFactor })),
  },
  {
    name: 'tenants',
    measure: ({ url, rows, rounds }) =>
      withProduct(url, (product) => measureTenants({ product, rows, customers: tenantCustomers, rounds })),
  },
  {
    name: 'fairness',
    measure: ({ url, rows }) => withProduct(url, (product) => measureFairness({ url, product, rows })),
  },
  // The product's schema comes from starting it.
  { name: 'scheduler', measure: ({ url, rounds }) => withProduct(url, () => measureScheduler({ url, rounds })) },
  { name: 'hooks', measure: ({ url, rows }) => withProduct(url, (product) => measureHooks({ product, rows })) },
  { name: 'webhooks', measure: ({ url, rounds }) => withProduct(url, (product) => measureWebhooks({ url, product, rounds })) },
  { name: 'workers', measure: ({ url, rounds }) => withProduct(url, (product) => measureWorkers({ product, rounds })) },
];

async function withProduct<T>(url: string, work: (product: BenchProduct) => Promise<T>): Promise<T> {
  const product = await startProduct({ url });
  try {
    return await work(product);
  } finally {
    await product.close();
  }
}
