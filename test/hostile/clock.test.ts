import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { authorize } from '../../sandbox/authorize.ts';
import { createBrowser } from '../connect/support/browser.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';

let syncline: TestSyncline;
const hourMs = 3600_000;
beforeAll(async () => {
  syncline = await startSyncline({ limits: { slicePagesMax: 1 } });
  await syncline.setUpProvider({ objects: ['contacts'] });
}, 180_000);
afterEach(() => syncline.setClock(0));
afterAll(() => syncline.close());

/** A customer who has consented and whose browser is about to come back. */
async function atTheCallback(customerId: string) {
  const { call, url } = syncline;
  await call('PUT', `/v1/customers/${customerId}`, {});
  const { url: link } = await call('POST', '/v1/connect-sessions', { customer_id: customerId, provider: 'sandbox' });
  const browser = createBrowser();
  await browser.open(link);
  const { location } = await browser.open(`${link}/start`, { form: {} });
  const callback = await authorize({ url: location!, account: customerId, isCallback: (at) => at.startsWith(`${url}/oauth/callback`) });
  return { browser, callback, link };
}

test('a clock that jumps ahead ends states and links; set back, a used state stays used', async () => {
  const late = await atTheCallback('late');
  await syncline.setClock(hourMs);
  expect((await late.browser.open(late.callback)).status).toBe(400);
  expect((await late.browser.open(late.link)).status).toBe(410);
  await syncline.setClock(0);
  const used = await atTheCallback('used');
  expect((await used.browser.open(used.callback)).status).toBe(200);
  await syncline.setClock(-hourMs);
  expect((await used.browser.open(used.callback)).status).toBe(400);
  expect(await syncline.list('/v1/connections?customer_id=used')).toHaveLength(1);
  expect(await syncline.list('/v1/connections?customer_id=late')).toEqual([]);
});

test.each([
  ['ahead', 2 * hourMs],
  ['back', -2 * hourMs],
  ['ahead by a year', 365 * 24 * hourMs],
])(
  'a clock that jumps %s while a run holds its lease loses nothing and doubles nothing',
  async (way, offsetMs) => {
    const account = `jump-${way.replaceAll(' ', '-')}`;
    const { control } = syncline;
    await control.setSize({ account, object: 'contacts', size: 3000 });
    await control.fault({ match: { account, object: 'contacts' }, fault: { kind: 'slow', delayMs: 1500 }, skip: 1 });
    const { connectionId } = await syncline.connectCustomer({ customerId: account });
    const { id: syncId } = await syncline.findSync({ connectionId, object: 'contacts' });
    // The second page is on its way.
    await expect
      .poll(async () => (await control.requests({ account })).filter(({ path }) => path.endsWith('/contacts')).length, { timeout: 30_000 })
      .toBe(2);
    await syncline.setClock(offsetMs);
    await expect.poll(async () => (await syncline.call('GET', `/v1/syncs/${syncId}`)).last_success_at, { timeout: 20_000 }).not.toBeNull();
    await syncline.setClock(0);
    expect(await syncline.runSync({ syncId, full: true })).toMatchObject({ status: 'succeeded', unchanged: 3000, inserted: 0, deleted: 0 });
  },
  60_000,
);

test('what is written while the clock is wrong is found, whichever way it was wrong', async () => {
  const account = 'wrong-hours';
  const { connectionId } = await syncline.connectCustomer({ customerId: account });
  const { id: syncId } = await syncline.findSync({ connectionId, object: 'contacts' });
  await syncline.waitForRun({ syncId });
  for (const offsetMs of [hourMs, -hourMs, 5 * hourMs, 0]) {
    await syncline.setClock(offsetMs);
    await syncline.control.expireTokens({ account });
    const { ids } = await syncline.control.update({ account, object: 'contacts', count: 3, fields: { name: `at ${offsetMs}` } });
    expect(await syncline.runSync({ syncId })).toMatchObject({ status: 'succeeded' });
    const { data } = await syncline.call('GET', `/v1/records/sandbox/contacts?connection_id=${connectionId}&page_size=1000`);
    const found = data.filter(({ record_id }: { record_id: string }) => ids.includes(record_id));
    expect(found.map(({ record }: { record: { name: string } }) => record.name)).toEqual(Array(3).fill(`at ${offsetMs}`));
  }
});
