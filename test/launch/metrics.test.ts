import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline } from '../support/syncline.ts';
import { startReceiver } from '../webhooks/support.ts';

let syncline: Awaited<ReturnType<typeof startSyncline>>;

beforeAll(async () => {
  syncline = await startSyncline();
});

afterAll(() => syncline.close());

test('/metrics tells of requests, slices, written rows, provider requests, webhooks and the queue, and of nobody by name', async () => {
  const receiver = await startReceiver();
  await syncline.call('POST', '/v1/webhook-endpoints', { url: `${receiver.url}/counted-receiver`, event_types: ['run.completed'] });
  await syncline.setUpProvider({ objects: ['contacts'] });
  const { connectionId } = await syncline.connectCustomer({ customerId: 'counted-customer' });
  const sync = await syncline.findSync({ connectionId, object: 'contacts' });
  const run = await syncline.waitForRun({ syncId: sync.id });
  const { text } = await syncline.request('GET', '/metrics');
  expect(text).toContain(`hub_write_rows_total{outcome="inserted"} ${run.inserted}`);
  expect(text).toMatch(/provider_requests_total\{host="sandbox\.test",status="200"\} \d+/);
  expect(text).toMatch(/sync_slice_duration_seconds_count\{outcome="succeeded"\} 1/);
  expect(text).toMatch(/http_request_duration_seconds_count\{method="GET",route="\/v1\/syncs",status="200"\} \d+/);
  expect(text).toMatch(/^queue_jobs \d+$/m);
  expect(text).not.toContain('counted-customer');

  const metricsNow = async () => (await syncline.request('GET', '/metrics')).text;
  await expect.poll(metricsNow, { timeout: 30_000 }).toMatch(/webhook_request_duration_seconds_count\{status="2xx"\} 1/);
  expect(await metricsNow()).not.toContain('host="other"');
  expect(await metricsNow()).not.toContain('counted-receiver');
  await receiver.close();
});
