import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startProcesses } from '../support/syncline.ts';

type Processes = Awaited<ReturnType<typeof startProcesses>>;
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 });
const contacts = 3_000;
let syncline: Processes;

beforeAll(async () => {
  syncline = await startProcesses({ workers: 2, limits: { slicePagesMax: 1, leaseSeconds: 2 } });
});

afterAll(() => syncline.close());

test('API and workers run apart on one database, and a worker that is killed costs seconds', async () => {
  await syncline.control.setSize({ account: 'apart', object: 'contacts', size: contacts });
  await syncline.setUpProvider({ objects: ['contacts'] });
  const { connectionId } = await syncline.connectCustomer({ customerId: 'apart' });
  const sync = await syncline.findSync({ connectionId, object: 'contacts' });
  await syncline.workers[0]!.kill('SIGKILL');
  const run = await syncline.waitForRun({ syncId: sync.id });
  expect(run).toMatchObject({ status: 'succeeded' });
  const records = await syncline.list(`/v1/records/sandbox/contacts?customer_id=apart&page_size=1000`);
  expect(new Set(records.map((record) => record.record_id)).size).toBe(contacts);
});

test('the clock of all processes can be set together', async () => {
  const hourMs = 3_600_000;
  await syncline.setClock(hourMs);
  const created = await syncline.call('PUT', '/v1/customers/from-the-future', {});
  expect(Date.parse(created.created_at) - Date.now()).toBeGreaterThan(hourMs / 2);
  await syncline.setClock(0);
});

test('an idle connection is kept for longer than load balancers keep theirs', async () => {
  const { headers } = await fetch(`${syncline.url}/healthz`);
  expect(headers.get('keep-alive')).toBe('timeout=75');
});

test('SIGTERM ends API and worker cleanly', async () => {
  for (const running of [syncline.api, syncline.workers[1]!]) expect(await running.kill('SIGTERM')).toBe(0);
  await expect(fetch(`${syncline.url}/healthz`)).rejects.toThrow();
});
