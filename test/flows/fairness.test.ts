import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';

/** One worker with one slot, so that every turn of one customer is a turn that no other has. Order is what counts, never seconds. */
let syncline: TestSyncline;
const slicePages = 2;
/** So rare that nothing here waits for it. */
const tickSeconds = 600;
const waitMs = 60_000;
vi.setConfig({ testTimeout: 240_000 });

beforeAll(async () => {
  syncline = await startSyncline({ config: { workerConcurrency: 1 }, limits: { slicePagesMax: slicePages, tickSeconds } });
});
afterAll(() => syncline?.close());

const object = 'contacts';

/** Customers connect first; the sync config that follows makes all their syncs due at the same moment. */
async function startTogether(sizes: Record<string, number>, pageRecordsMax = 1000) {
  const vendor = await syncline.createApplication();
  await vendor.setUpProvider({});
  for (const [account, size] of Object.entries(sizes)) {
    await syncline.control.setSize({ account, object, size });
    await syncline.control.configure({ account, pageRecordsMax });
    await vendor.connectCustomer({ customerId: account });
    await syncline.control.clearRequests({ account });
  }
  await vendor.call('POST', '/v1/sync-configs', { provider: 'sandbox', objects: [{ object, strategy: 'full_only' }] });
  const runs = new Map<string, Record<string, number | string>>();
  for (const sync of await vendor.list('/v1/syncs'))
    runs.set(sync.customer_id, await vendor.waitForRun({ syncId: sync.id, timeoutMs: waitMs }));
  return runs;
}

/** When each of its pages was asked for. */
async function pagesOf(account: string): Promise<number[]> {
  const log = await syncline.control.requests({ account });
  return log.filter(({ path }) => path === `/crm/v1/${object}`).map(({ at }) => Date.parse(at));
}

test('X16 a customer with 20,000 records takes no more than two turns before each of ten with 200, and goes on behind them', async () => {
  const smalls = Array.from({ length: 10 }, (_, i) => `small-${i}`);
  const runs = await startTogether({ big: 20_000, ...Object.fromEntries(smalls.map((name) => [name, 200])) });
  const big = await pagesOf('big');
  expect(runs.get('big')).toMatchObject({ status: 'succeeded', inserted: 20_000 });
  expect(big.length).toBeGreaterThanOrEqual(20);
  expect(Number(runs.get('big')!.slices)).toBeGreaterThanOrEqual(big.length / slicePages);
  const firsts: number[] = [];
  for (const name of smalls) {
    expect(runs.get(name)).toMatchObject({ status: 'succeeded', inserted: 200, slices: 1 });
    const [first] = await pagesOf(name);
    const before = big.filter((at) => at < first!).length;
    expect(before, name).toBeLessThanOrEqual(2 * slicePages);
    firsts.push(first!);
  }
  expect(big.at(-1)).toBeGreaterThan(Math.max(...firsts));
});

test('X16 two customers of the same size take turns', async () => {
  await startTogether({ 'even-a': 320, 'even-b': 320 }, 20);
  const [a, b] = await Promise.all([pagesOf('even-a'), pagesOf('even-b')]);
  // Neither is ever more than two turns ahead of the other.
  const lead = (mine: number[], theirs: number[]) => Math.max(...mine.map((at, i) => i + 1 - theirs.filter((other) => other < at).length));
  expect(lead(a, b)).toBeLessThanOrEqual(2 * slicePages);
  expect(lead(b, a)).toBeLessThanOrEqual(2 * slicePages);
});

test('a run that waits for its budget leaves its turn to others, and goes on when there is room, long before the next tick', async () => {
  const vendor = await syncline.createApplication();
  await vendor.setUpProvider({});
  for (const account of ['thrifty', 'free']) {
    await syncline.control.setSize({ account, object, size: 50 });
    await syncline.control.configure({ account, pageRecordsMax: 10 });
  }
  const thrifty = await vendor.connectCustomer({ customerId: 'thrifty' });
  await vendor.connectCustomer({ customerId: 'free' });
  await vendor.call('PATCH', `/v1/connections/${thrifty.connectionId}`, { rate_limits: [{ requests: 3, seconds: 4 }] });
  await vendor.call('POST', '/v1/sync-configs', { provider: 'sandbox', objects: [{ object, strategy: 'full_only' }] });
  for (const sync of await vendor.list('/v1/syncs'))
    expect(await vendor.waitForRun({ syncId: sync.id, timeoutMs: waitMs })).toMatchObject({ status: 'succeeded', inserted: 50 });
  const [waiting, free] = await Promise.all([pagesOf('thrifty'), pagesOf('free')]);
  expect(free.at(-1)).toBeLessThan(waiting.at(-1)!);
});
