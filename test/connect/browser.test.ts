import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchChromium } from './support/chromium.ts';
import { createWorld, type World } from './support/world.ts';

/** The vendor's page stands on an origin of its own and embeds the connect flow with one script tag. */
let world: World;
let vendor: Server;
let vendorOrigin: string;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  world = await createWorld();
  await world.createProviderConfig();
  vendor = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end(`<!doctype html><title>Vendor</title>
      <script src="${world.publicUrl}/connect.js"></script>
      <button>Connect</button><output></output>
      <script>
        document.querySelector('button').onclick = async () => {
          const result = await Syncline.connect({ url: window.connectUrl, mode: window.connectMode ?? 'popup' });
          document.querySelector('output').textContent = JSON.stringify(result);
        };
        window.heard = [];
        window.addEventListener('message', (event) => window.heard.push(event.data));
      </script>`);
  });
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  vendorOrigin = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`;
  await world.pool.query('update application set origins = $1, return_urls = $2', [
    [vendorOrigin, 'https://elsewhere.example'],
    [`${vendorOrigin}/`],
  ]);
  browser = await launchChromium();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  vendor.closeAllConnections();
  await new Promise((resolve) => vendor.close(resolve));
  await world.close();
});

beforeEach(async () => {
  context = await browser.newContext();
  page = await context.newPage();
});
afterEach(() => context.close());

const sessionOf = (input: object = {}) => world.createSession({ returnUrl: undefined, origin: vendorOrigin, ...input });

async function openPopup(url: string): Promise<Page> {
  await page.goto(vendorOrigin);
  await page.evaluate((value) => Object.assign(window, { connectUrl: value }), url);
  const [popup] = await Promise.all([page.waitForEvent('popup'), page.click('button')]);
  return popup;
}

async function allow(where: Page, account: string): Promise<void> {
  await where.click('text=Continue to Sandbox CRM');
  await where.fill('#account', account);
  await where.click('text=Allow');
}

const result = async () => JSON.parse((await page.locator('output:not(:empty)').textContent({ timeout: 30_000 })) ?? '') as object;

test('connect.js opens a popup from another origin, the customer consents, and the page hears of the connection', async () => {
  const { url, id } = await sessionOf();
  const popup = await openPopup(url);
  await allow(popup, 'browser-account');
  expect(await result()).toEqual({ status: 'connected', connectionId: expect.stringMatching(/^conn_/) });
  await expect.poll(() => popup.isClosed()).toBe(true);
  const session = await world.db.prisma.connectSession.findUniqueOrThrow({ where: { id } });
  expect(await result()).toEqual({ status: 'connected', connectionId: session.connectionId });
});

test('a popup that the customer closes is reported as closed', async () => {
  const { url } = await sessionOf();
  const popup = await openPopup(url);
  await popup.waitForSelector('text=Continue to Sandbox CRM');
  await popup.close();
  expect(await result()).toEqual({ status: 'closed', connectionId: null });
});

test('one browser connects several accounts of the provider one after the other, and again the first', async () => {
  for (const account of ['first-account', 'second-account', 'first-account']) {
    const { url, id } = await sessionOf();
    const popup = await openPopup(url);
    await allow(popup, account);
    expect(await result()).toMatchObject({ status: 'connected' });
    const { connectionId } = await world.db.prisma.connectSession.findUniqueOrThrow({ where: { id } });
    const connection = await world.db.prisma.connection.findUniqueOrThrow({ where: { id: connectionId! } });
    expect(connection.remoteAccountId).toBe(account);
  }
});

test('a page whose origin the session does not name hears nothing', async () => {
  const { url, id } = await sessionOf({ origin: 'https://elsewhere.example' });
  const popup = await openPopup(url);
  await allow(popup, 'not-for-you');
  expect(await result()).toEqual({ status: 'closed', connectionId: null });
  expect(await page.evaluate(() => (window as unknown as { heard: unknown[] }).heard)).toEqual([]);
  expect(await world.db.prisma.connectSession.findUniqueOrThrow({ where: { id } })).toMatchObject({ status: 'used' });
});

test('a message that another window forges is not believed', async () => {
  const { url } = await sessionOf();
  const popup = await openPopup(url);
  await popup.waitForSelector('text=Continue to Sandbox CRM');
  await page.evaluate(() => window.postMessage({ type: 'syncline:connect', status: 'connected', connectionId: 'conn_forged' }, '*'));
  await popup.close();
  expect(await result()).toEqual({ status: 'closed', connectionId: null });
});

test('in redirect mode the browser comes back to the return URL with the connection', async () => {
  const { url } = await sessionOf({ returnUrl: `${vendorOrigin}/done` });
  await page.goto(vendorOrigin);
  await page.evaluate((value) => Object.assign(window, { connectUrl: value, connectMode: 'redirect' }), url);
  await page.click('button');
  await allow(page, 'redirected');
  await page.waitForURL(/\/done\?/);
  const { searchParams } = new URL(page.url());
  expect(searchParams.get('status')).toBe('connected');
  expect(await world.db.prisma.connection.findUniqueOrThrow({ where: { id: searchParams.get('connection_id')! } })).toMatchObject({
    status: 'active',
  });
});

test('the whole flow works without script and by keyboard', async () => {
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const tab = await plain.newPage();
  const { url } = await sessionOf({ returnUrl: `${vendorOrigin}/done` });
  await tab.goto(url);
  await tab.keyboard.press('Tab');
  await tab.keyboard.press('Enter');
  await tab.fill('#account', 'keyboard');
  await tab.keyboard.press('Enter');
  await tab.waitForURL(/\/done\?status=connected/);
  await plain.close();
});
