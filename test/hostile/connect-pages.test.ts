import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';

let syncline: TestSyncline;
let link: string;
beforeAll(async () => {
  syncline = await startSyncline({ worker: false });
  await syncline.setUpProvider({});
  await syncline.call('PUT', '/v1/customers/acme', {});
  ({ url: link } = await syncline.call('POST', '/v1/connect-sessions', { customer_id: 'acme', provider: 'sandbox' }));
});
afterAll(() => syncline.close());

const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) });
const long = 'x'.repeat(6000);

test.each<[string, () => [url: string, init?: RequestInit]]>([
  ['an endless token', () => [`${syncline.url}/connect/${long}`]],
  ['an endless token to start with', () => [`${syncline.url}/connect/${long}/start`, form({})]],
  ['an endless token to save with', () => [`${syncline.url}/connect/${long}`, form({ api_key: 'x' })]],
  ['a field beyond its bound', () => [`${link}/start`, form({ login_host: long })]],
  ['a field name beyond its bound', () => [`${link}/start`, form({ [long]: 'x' })]],
  ['a cookie beyond its bound', () => [`${syncline.url}/oauth/callback?state=x`, { headers: { cookie: `syncline_connect=${long}` } }]],
  ['an endless query', () => [`${syncline.url}/oauth/callback?state=${long}&code=${long}`]],
  ['a field of the prototype', () => [link, form({ __proto__: 'x', constructor: 'x', api_key: 'x' })]],
  ['a file as a field', () => [link, { method: 'POST', body: fileForm() }]],
  ['a form of another type', () => [link, { method: 'POST', body: '{"api_key":"x"}', headers: { 'content-type': 'application/json' } }]],
])('X17 %s is refused with a page, not a failure on our side', async (_what, request) => {
  const [url, init] = request();
  const response = await fetch(url, { redirect: 'manual', ...init });
  expect(response.status, await response.clone().text()).toBeGreaterThanOrEqual(400);
  expect(response.status).toBeLessThan(500);
  expect(response.headers.get('content-type')).toMatch(/^text\/html/);
  expect(await syncline.list('/v1/connections')).toEqual([]);
});

function fileForm(): FormData {
  const data = new FormData();
  data.set('api_key', new File(['x'], 'key.txt'));
  return data;
}

test('X17 an origin, a return URL and a mode that were made up lead nowhere', async () => {
  const hostile = [
    'javascript:alert(1)',
    'data:text/html,x',
    '//evil.example',
    'https://vendor.test.evil.example/x',
    'https://vendor.test@evil.example/',
  ];
  for (const returnUrl of hostile) {
    const { status, body } = await syncline.request('POST', '/v1/connect-sessions', {
      customer_id: 'acme',
      provider: 'sandbox',
      return_url: returnUrl,
    });
    expect(status, returnUrl).toBe(400);
    expect(['return_url_not_allowed', 'input_invalid'], returnUrl).toContain(body.code);
  }
  const page = await (await fetch(`${link}?mode=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&return_url=https://evil.example`)).text();
  expect(page).not.toMatch(/<script>alert|evil\.example/);
});
