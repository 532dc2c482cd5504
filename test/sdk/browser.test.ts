import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../connect/support/chromium.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { buildSdk } from './support/build.ts';

/** The vendor's page, on an origin of its own, with the built SDK beside it. */
let server: TestSyncline;
let sdk: Awaited<ReturnType<typeof buildSdk>>;
let pages: Server[];
let browser: Browser;
let page: Page;
let ownOrigin: string;
let foreignOrigin: string;
beforeAll(async () => {
  [server, sdk, browser] = await Promise.all([startSyncline(), buildSdk(), launchChromium()]);
  pages = [await servePages(sdk.folder), await servePages(sdk.folder)];
  [ownOrigin, foreignOrigin] = pages.map((one) => `http://127.0.0.1:${(one.address() as AddressInfo).port}`) as [string, string];
  await server.call('PATCH', '/v1/application', { origins: [ownOrigin] });
  await server.setUpProvider({ objects: ['contacts'] });
  const { connectionId } = await server.connectCustomer({ customerId: 'acme', account: 'acme-crm' });
  const sync = await server.findSync({ connectionId, object: 'contacts' });
  await server.waitForRun({ syncId: sync.id });
  page = await browser.newPage();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  for (const one of pages ?? []) {
    one.closeAllConnections();
    await new Promise((resolve) => one.close(resolve));
  }
  await sdk?.remove();
  await server?.close();
});

async function servePages(folder: string): Promise<Server> {
  const started = createServer(async (request, response) => {
    if (!request.url?.startsWith('/dist/'))
      return response.setHeader('content-type', 'text/html').end('<!doctype html><title>Vendor</title>');
    const file = await readFile(path.join(folder, request.url)).catch(() => null);
    return file ? response.setHeader('content-type', 'text/javascript').end(file) : response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return started;
}

/** Lists in the page, as its script would; what it threw comes back as text. A string, so that nothing transforms its import. */
function listInPage(credentials: { apiKey?: string; customerToken?: string }): Promise<string> {
  const options = JSON.stringify({ baseUrl: server.url, ...credentials, retry: { attemptsMax: 1 } });
  return page.evaluate(`(async () => {
    try {
      const { createSyncline } = await import('/dist/index.js');
      const syncline = createSyncline(${options});
      let count = 0;
      for await (const { customer_id } of syncline.records.list('sandbox', 'contacts', { page_size: 100 })) if (customer_id === 'acme') count++;
      return count + ' records';
    } catch (error) {
      return String(error);
    }
  })()`);
}

async function newToken(): Promise<string> {
  return (await server.call('POST', '/v1/customer-tokens', { customer_id: 'acme' })).token;
}

describe('the SDK in a real browser', () => {
  test('lists the customer’s records with a customer token, across origins', async () => {
    await page.goto(ownOrigin);
    expect(await listInPage({ customerToken: await newToken() })).toBe('120 records');
  });

  test('reads why a token is refused', async () => {
    await page.goto(ownOrigin);
    expect(await listInPage({ customerToken: 'ended' })).toContain('unauthenticated');
  });

  test('is not served on an origin that the application does not name', async () => {
    await page.goto(foreignOrigin);
    expect(await listInPage({ customerToken: await newToken() })).toContain('No answer came');
  });

  test('refuses an API key before it leaves the page', async () => {
    await page.goto(ownOrigin);
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.url()));
    expect(await listInPage({ apiKey: server.apiKey })).toContain('must not be used in a browser');
    expect(sent.filter((url) => url.startsWith(server.url))).toEqual([]);
  });
});
