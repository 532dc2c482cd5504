import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { startCanary, startProviderInBetween } from './support/provider-in-between.ts';

/** A connected Salesforce whose API is in the hands of an attacker. */
let sandbox: RunningSandbox;
let syncline: TestSyncline;
let provider: Awaited<ReturnType<typeof startProviderInBetween>>;
let canary: Awaited<ReturnType<typeof startCanary>>;
let syncId: string;
const account = 'victim';
const size = 30;
const listing = '/v1/records/salesforce/Contact?page_size=1000';

beforeAll(async () => {
  sandbox = await startSandbox();
  [provider, canary] = await Promise.all([startProviderInBetween(sandbox.url), startCanary()]);
  const originOverrides = { ...sandbox.originOverrides, 'https://*.my.salesforce.com': `${provider.url}/salesforce` };
  syncline = await startSyncline({
    sandbox,
    config: { originOverrides },
    limits: { requestTimeoutSeconds: 3, responseBytesMax: 16 * 1024 * 1024, guardShareFromRows: 10 },
  });
  await sandbox.control.setSize({ dialect: 'salesforce', account, object: 'Contact', size });
  await syncline.setUpProvider({ provider: 'salesforce', objects: [{ object: 'Contact', strategy: 'full_only' }] });
  const { connectionId } = await syncline.connectCustomer({ customerId: 'acme', provider: 'salesforce', account });
  syncId = (await syncline.findSync({ connectionId, object: 'Contact' })).id;
  await syncline.waitForRun({ syncId });
}, 180_000);
beforeEach(() => provider.relent());
afterAll(async () => {
  await syncline.close();
  await sandbox.close();
  await Promise.all([provider.close(), canary.close()]);
});

const live = async () => (await syncline.call('GET', listing)).data.length as number;
const sendJson = (response: ServerResponse, body: string | Buffer, headers: Record<string, string> = {}) => {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body);
  return true;
};
const page = (records: unknown[], next?: string) =>
  JSON.stringify({ totalSize: records.length, done: next === undefined, records, ...(next === undefined ? {} : { nextRecordsUrl: next }) });
const contact = (id: string, rest: object = {}) => ({
  attributes: { type: 'Contact' },
  Id: id,
  SystemModstamp: '2026-01-01T00:00:00.000+0000',
  ...rest,
});

test('a next link to anywhere else is not followed, and gets no credentials', async () => {
  const links = [
    'https://evil.example/services/data/next',
    `${canary.url}/next`,
    canary.url.replace('http:', ''),
    `https://victim.my.salesforce.com@${new URL(canary.url).host}/next`,
    'https://victim.my.salesforce.com.evil.example/next',
    '\\\\evil.example\\next',
    'http://169.254.169.254/latest/meta-data/iam/security-credentials/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'not a link at all',
  ];
  for (const link of links) {
    provider.attackQueries((_request, response) => sendJson(response, page([contact('003000000000001AAA')], link)));
    const run = await syncline.runSync({ syncId, full: true });
    expect([run.status, run.error_code, run.deleted], link).toEqual(['failed', 'provider_rejected', 0]);
  }
  expect(canary.hits).toEqual([]);
  provider.relent();
  await syncline.runSync({ syncId, full: true });
  expect(await live()).toBe(size);
});

test('a redirect to another origin or to a metadata address is not followed, and gets no credentials', async () => {
  for (const status of [301, 302, 303, 307, 308])
    for (const location of [
      `${canary.url}/query`,
      'http://169.254.169.254/latest/meta-data/',
      'http://[::1]/',
      '//evil.example/x',
      'file:///etc/passwd',
    ]) {
      provider.attackQueries((_request, response) => {
        response.writeHead(status, { location }).end();
        return true;
      });
      const run = await syncline.runSync({ syncId, full: true });
      expect([run.status, run.error_code], `${status} ${location}`).toEqual(['failed', 'provider_rejected']);
    }
  expect(canary.hits).toEqual([]);
});

test.each<[string, string | Buffer, Record<string, string>?]>([
  ['nothing', ''],
  ['null', 'null'],
  ['a text', '"records"'],
  ['a list', '[[]]'],
  ['no records', '{"done":true}'],
  ['an object for the list', '{"records":{"0":{"Id":"x"}},"done":true}'],
  ['null for the list', '{"records":null,"done":true}'],
  ['HTML', '<html>maintenance</html>', { 'content-type': 'text/html' }],
  ['half an answer', '{"records":[{"Id":"003000000000001AAA"},{"Id":"0030'],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x7b])],
  ['20,000 levels', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ['something that says gzip and is none', 'plain', { 'content-encoding': 'gzip' }],
])('an answer that is %s is no page: it is asked again, and nothing is deleted', async (_what, body, headers) => {
  const before = await live();
  provider.attackQueries((_request, response) => sendJson(response, body, headers));
  expect(await syncline.runSync({ syncId, full: true })).toMatchObject({ status: 'succeeded', deleted: 0 });
  expect(await live()).toBe(before);
});

test('elements that are no records are set aside, and prove nothing about the others', async () => {
  const before = await live();
  provider.attackQueries((_request, response) =>
    sendJson(response, '{"done":true,"records":[null,1,"x",[],{},{"Id":null},{"Id":{}},{"Id":""}]}'),
  );
  const run = await syncline.runSync({ syncId, full: true });
  expect(run).toMatchObject({ status: 'succeeded', deleted: 0, quarantined: 8 });
  expect(await live()).toBe(before);
});

test('an answer that is small on the wire and endless in memory is refused', async () => {
  const bomb = gzipSync(Buffer.alloc(256 * 1024 * 1024, ' '));
  expect(bomb.length).toBeLessThan(1024 * 1024);
  const rssBefore = process.memoryUsage().rss;
  provider.attackQueries((_request, response) => sendJson(response, bomb, { 'content-encoding': 'gzip' }), { times: 10 });
  expect(await syncline.runSync({ syncId, full: true })).toMatchObject({ status: 'failed', error_code: 'provider_rejected', deleted: 0 });
  expect(process.memoryUsage().rss - rssBefore).toBeLessThan(200 * 1024 * 1024);
});

test('records named after the prototype are stored as they came, and change nothing of ours', async () => {
  const hostile = `{"attributes":{"type":"Contact"},"Id":"003000000000009AAA","__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},"toString":"x","hasOwnProperty":1,"":"empty","SystemModstamp":"2026-01-01T00:00:00.000+0000"}`;
  provider.attackQueries((_request, response) =>
    sendJson(response, `{"done":false,"nextRecordsUrl":"/services/data/v60.0/query?q=SELECT+Id+FROM+Contact","records":[${hostile}]}`),
  );
  await syncline.runSync({ syncId, full: true });
  const { text } = await syncline.request('GET', listing);
  const row = JSON.parse(text, (key, value) => (key === '__proto__' ? undefined : value)).data.find(
    (one: { record_id: string }) => one.record_id === '003000000000009AAA',
  );
  expect(row.record).toMatchObject({ toString: 'x', hasOwnProperty: 1, '': 'empty' });
  expect(text).toContain('"__proto__": {"isAdmin": true}');
  expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
});

test('a record of ten megabytes is set aside, and its neighbours are stored', async () => {
  const records = [
    contact('003000000000010AAA'),
    contact('003000000000011AAA', { Description: 'x'.repeat(10 * 1024 * 1024) }),
    contact('003000000000012AAA'),
  ];
  provider.attackQueries((_request, response) => sendJson(response, page(records, '/services/data/v60.0/query?q=SELECT+Id+FROM+Contact')));
  await syncline.runSync({ syncId, full: true });
  const ids = (await syncline.call('GET', listing)).data.map((row: { record_id: string }) => row.record_id);
  expect(ids).toEqual(expect.arrayContaining(['003000000000010AAA', '003000000000012AAA']));
  expect(ids).not.toContain('003000000000011AAA');
});

test('pages that go in circles are ended; pages without end keep nobody else waiting, and a pause ends them', async () => {
  const link = (n: number) => `/services/data/v60.0/query/01g-${n}`;
  provider.attackQueries((_request, response) => sendJson(response, page([contact('003000000000001AAA')], link(1))), { times: 100 });
  expect(await syncline.runSync({ syncId, full: true })).toMatchObject({ status: 'failed', error_code: 'pagination_endless' });

  let asked = 0;
  provider.attackQueries((_request, response) => sendJson(response, page([contact('003000000000001AAA')], link(++asked))), {
    times: Number.POSITIVE_INFINITY,
  });
  await syncline.call('POST', `/v1/syncs/${syncId}:trigger`, { full: true });
  await expect.poll(() => asked, { timeout: 30_000 }).toBeGreaterThan(20);
  const other = await syncline.createApplication();
  await other.setUpProvider({ objects: ['contacts'] });
  const { connectionId } = await other.connectCustomer({ customerId: 'patient' });
  const sync = await other.findSync({ connectionId, object: 'contacts' });
  expect(await other.waitForRun({ syncId: sync.id })).toMatchObject({ status: 'succeeded' });
  await syncline.call('POST', `/v1/syncs/${syncId}:pause`);
  await expect.poll(async () => (await syncline.list(`/v1/runs?sync_id=${syncId}&status=running`)).length, { timeout: 30_000 }).toBe(0);
  provider.relent();
  await syncline.call('POST', `/v1/syncs/${syncId}:resume`);
}, 180_000);

test('a provider that asks for a thousand years of patience gets a day', async () => {
  await syncline.call('POST', `/v1/syncs/${syncId}:reset`);
  provider.attackQueries((_request, response) => {
    response.writeHead(429, { 'retry-after': '99999999999' }).end('{}');
    return true;
  });
  await syncline.call('POST', `/v1/syncs/${syncId}:trigger`, { full: true });
  await expect.poll(async () => (await syncline.call('GET', `/v1/syncs/${syncId}`)).health, { timeout: 30_000 }).toBe('delayed');
  const { next_run_at: next } = await syncline.call('GET', `/v1/syncs/${syncId}`);
  expect(Date.parse(next) - Date.now()).toBeLessThanOrEqual(24 * 3600_000 + 1000);
});
