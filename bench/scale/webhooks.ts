import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDb, withTransaction } from '../../src/db/index.ts';
import { emitAll, type NewEvent } from '../../src/events/emit.ts';
import { createLogger } from '../../src/ops/logger.ts';
import type { BenchProduct } from '../end-to-end/product.ts';
import { median } from '../hub/measure.ts';

const events = 10_000;
const batchEvents = 500;
const receiveMsMax = 120_000;

/**
 * From the commit of many events to the receipt of the last of them, by one worker, one endpoint and a receiver that answers at once:
 * numbering, planning, signing, sending and writing down what became of it. They commit together, so that none is sent before the
 * watch begins.
 */
export async function measureWebhooks({ url, product, rounds }: { url: string; product: BenchProduct; rounds: number }) {
  const receiver = await startReceiver();
  const vendor = await product.createApplication();
  const { id: applicationId } = await vendor.call('GET', '/v1/application');
  await vendor.call('POST', '/v1/webhook-endpoints', { url: receiver.url, event_types: ['run.completed'] });
  const db = createDb({ url, poolMax: 2, log: createLogger({ logLevel: 'warn' }) });
  const worker = await product.startWorker();
  const rates: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    await withTransaction({ db }, async (tx) => {
      for (let first = 0; first < events; first += batchEvents) await emitAll(tx, clock, batchOf(applicationId, first));
    });
    const begun = performance.now();
    await receiver.received(events * round);
    rates.push(events / ((performance.now() - begun) / 1000));
  }
  await worker.stop();
  await db.close();
  await receiver.close();
  return { webhook_events_per_second: median(rates) };
}

const clock = { now: () => new Date() };

/** What the end of a run says. */
function batchOf(applicationId: string, first: number): NewEvent[] {
  return Array.from({ length: batchEvents }, (_, n) => ({
    applicationId,
    type: 'run.completed',
    data: {
      ...{ run_id: `run_${first + n}`, sync_id: 'sync_bench', customer_id: 'bench', connection_id: 'conn_bench', provider: 'sandbox' },
      ...{ object: 'contacts', kind: 'incremental', status: 'succeeded', health: 'healthy', error_code: null, held_deletes: 0 },
      ...{ fetched: 10, inserted: 1, updated: 2, deleted: 0, unchanged: 7, quarantined: 0 },
    },
  }));
}

/** Answers at once, and counts messages by their ids. */
async function startReceiver() {
  const ids = new Set<string>();
  let told = () => {};
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      ids.add(String(request.headers['webhook-id']));
      response.writeHead(204).end();
      told();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received: (count: number) =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${ids.size} of ${count} events arrived within ${receiveMsMax} ms`)), receiveMsMax);
        told = () => {
          if (ids.size < count) return;
          clearTimeout(timer);
          resolve();
        };
        told();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
