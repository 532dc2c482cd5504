import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';

let syncline: Awaited<ReturnType<typeof startSyncline>>;
let server: Server;
let url: string;

beforeAll(async () => {
  syncline = await startSyncline({ worker: false });
  const answer = getRequestListener((request) => syncline.syncline.fetch(request));
  server = createServer((request, response) => {
    // The vendor's own server: Syncline is one of the things it serves.
    if (request.url === '/vendor') response.end('the vendor');
    else void answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await syncline.close();
});

test("createSyncline mounts in another Node server: the vendor's pages and the API stand side by side", async () => {
  expect(await (await fetch(`${url}/vendor`)).text()).toBe('the vendor');
  const headers = { authorization: `Bearer ${syncline.apiKey}` };
  const answer = await fetch(`${url}/v1/customers`, { headers });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ data: [] });
});

test('the worker of an embedded product runs in the same process and works off a sync', async () => {
  await syncline.syncline.startWorker();
  await syncline.setUpProvider({ objects: ['contacts'] });
  await connectAndRead(syncline);
});

async function connectAndRead({ connectCustomer, findSync, waitForRun, call, control }: TestSyncline) {
  const { connectionId } = await connectCustomer({ customerId: 'embedded' });
  const sync = await findSync({ connectionId, object: 'contacts' });
  expect(await waitForRun({ syncId: sync.id })).toMatchObject({ status: 'succeeded' });
  const { count } = await control.list({ account: 'embedded', object: 'contacts' });
  const page = await call('GET', '/v1/records/sandbox/contacts?customer_id=embedded&page_size=1000');
  expect(page.data).toHaveLength(count);
}
