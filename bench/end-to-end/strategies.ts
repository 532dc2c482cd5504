import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchClient, BenchProduct } from './product.ts';

const runMsMax = 900_000;
const object = 'tasks';
const edits = 20_000;
/** The shortest that is allowed, and how often a run is asked for until one finds that a pass is owed. */
const keyPassSeconds = 60;
const askMs = 5_000;
const asksMax = 30;

const orders = [
  { strategy: 'full_only' },
  { strategy: 'full_then_incremental' },
  { strategy: 'full_then_delta' },
  { strategy: 'full_then_window', window_seconds: 3600 },
];

/**
 * The memory of one worker that reads the same customer by every strategy, one after the other: a first load, then the baseline
 * and a read of changes of each strategy, and a pass over the keys.
 */
export async function measureStrategies({ product, rows }: { product: BenchProduct; rows: number }) {
  const vendor = await product.createApplication();
  const account = 'bench-strategies';
  await product.control.setSize({ account, object, size: rows });
  await vendor.setUpProvider({ objects: [{ object, ...orders[0], interval_seconds: 86_400 }] });
  const worker = await product.startWorker();
  const { connectionId } = await vendor.connectCustomer({ customerId: account, account });
  const { id: syncId, sync_config_id: syncConfigId } = await vendor.findSync({ connectionId, object });
  await vendor.waitForRun({ syncId, timeoutMs: runMsMax });
  const kinds = new Set<string>(['full']);
  for (const order of orders.slice(1)) {
    await vendor.call('PATCH', `/v1/sync-configs/${syncConfigId}`, {
      objects: [{ object, ...order, interval_seconds: 86_400, key_pass_interval_seconds: keyPassSeconds }],
    });
    kinds.add(await runKind(vendor, syncId));
    await product.control.update({ account, object, count: edits, fields: { note: order.strategy } });
    kinds.add(await runKind(vendor, syncId));
  }
  for (let asks = 0; asks < asksMax && !kinds.has('keys'); asks++) {
    await sleep(askMs);
    await runKind(vendor, syncId);
    for (const run of await vendor.list(`/v1/runs?sync_id=${syncId}`)) kinds.add(run.kind);
  }
  const missing = ['full', 'incremental', 'delta', 'window', 'keys'].filter((kind) => !kinds.has(kind));
  if (missing.length) throw new Error(`nothing was measured of ${missing.join(', ')}: there were ${[...kinds].join(', ')}`);
  const peakMb = worker.peakMb();
  await worker.stop();
  return { rss_mb_peak_strategies: peakMb };
}

async function runKind(vendor: BenchClient, syncId: string): Promise<string> {
  const asked = await vendor.call('POST', `/v1/syncs/${syncId}:trigger`, {});
  const run = await vendor.waitForEnd({ runId: asked.id, timeoutMs: runMsMax });
  if (run.status !== 'succeeded') throw new Error(`a run did not do what is measured: ${JSON.stringify(run)}`);
  // A pass over the keys may follow by itself.
  await vendor.waitForRun({ syncId, timeoutMs: runMsMax });
  return run.kind;
}
