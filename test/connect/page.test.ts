import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBrowser } from './support/browser.ts';
import { sandboxProvider } from './support/provider.ts';
import { createWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({ providers: [sandboxProvider(), sandboxProvider({ name: 'keyed', displayName: 'Keyed <CRM>' })] });
  await world.createProviderConfig();
  await world.createProviderConfig({ provider: 'keyed', authKind: 'api_key', clientId: undefined, clientSecret: undefined });
});
afterAll(() => world.close());

test('the page says who asks, for what, and needs no script', async () => {
  const { url } = await world.createSession();
  const { status, text, headers } = await createBrowser().open(url);
  expect(status).toBe(200);
  expect(text).toContain('<html lang="en">');
  expect(text).toContain('<h1>Connect Sandbox CRM to Vendor &amp; Sons</h1>');
  expect(text).toContain('<li>Contacts</li><li>Deals</li>');
  expect(text).not.toContain('<script');
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
});

test('what the vendor’s sync configs read is what the customer is told', async () => {
  await world.pool.query(
    "insert into destination (id, application_id, name, kind, schema, created_at) values ('dst_1', 'app_one', 'hosted', 'hosted', 'hub_x', now())",
  );
  await world.pool.query(
    `insert into sync_config (id, application_id, provider_config_id, provider, destination_id, objects, status, created_at, updated_at)
     select 'scfg_' || o, 'app_one', id, 'sandbox', 'dst_1', jsonb_build_array(jsonb_build_object('object', o)), s, n::timestamptz, now()
     from provider_config, (values ('deals', 'enabled', '2026-01-01'), ('Custom__c', 'enabled', '2026-01-02'), ('contacts', 'disabled', '2026-01-03')) as v (o, s, n)
     where provider = 'sandbox'`,
  );
  const { text } = await createBrowser().open((await world.createSession()).url);
  expect(text.match(/<li>[^<]*<\/li>/g)).toEqual(['<li>Deals</li>', '<li>Custom__c</li>']);
  await world.pool.query('delete from sync_config');
});

test('every page of the flow tells nobody where it was, stands in no frame and is not kept', async () => {
  const { url } = await world.createSession();
  const browser = createBrowser();
  const pages = [
    await browser.open(url),
    await browser.open(`${url}/start`, { form: {} }),
    await browser.open(`${world.publicUrl}/connect/unknown`),
    await browser.open(`${world.publicUrl}/oauth/callback?state=x&code=y`),
  ];
  for (const { headers } of pages) {
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
  for (const { headers } of [pages[0]!, pages[2]!, pages[3]!])
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  for (const { headers } of [pages[0]!, pages[2]!, pages[3]!])
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
});

test('names and entered values cannot become markup', async () => {
  await world.pool.query("update application set name = '<img src=x onerror=alert(1)> \" Ltd'");
  const { url } = await world.createSession({ provider: 'keyed' });
  const page = await createBrowser().open(`${url}?mode=%22%3E%3Cscript%3E`);
  await world.pool.query("update application set name = 'Vendor & Sons'");
  expect(page.text).not.toContain('<img');
  expect(page.text).not.toContain('<script');
  expect(page.text).toContain('Keyed &lt;CRM&gt;');
});

test('every field has a label, its help, and a secret is never shown or completed', async () => {
  const { url } = await world.createSession({ provider: 'keyed' });
  const { text } = await createBrowser().open(url);
  expect(text).toContain('<label for="field-api_key">API key</label>');
  expect(text).toMatch(
    /<input id="field-api_key" name="api_key" type="password" autocomplete="off"[^>]*required[^>]*aria-describedby="field-api_key-help"/,
  );
  expect(text).toContain('<p class="help" id="field-api_key-help">Under Settings, API.</p>');
});

test('the state is bound to the browser by a cookie that scripts cannot read and that comes back from the provider', async () => {
  const { url } = await world.createSession();
  const started = await createBrowser().open(`${url}/start`, { form: {} });
  const cookie = started.headers.getSetCookie()[0]!;
  expect(cookie).toMatch(/^syncline_connect=[\w-]{43};/);
  expect(cookie).toMatch(/HttpOnly/i);
  expect(cookie).toMatch(/SameSite=Lax/i);
  expect(cookie).toMatch(/Path=\//i);
});

test('over https the cookie is Secure and bound to the host', async () => {
  const { createConnectPages } = await import('../../src/portal/connect/index.ts');
  const pages = createConnectPages({ ctx: { ...world.shared, publicUrl: 'https://connect.vendor.example' } });
  const { url } = await world.createSession();
  const answer = await pages.request(`${new URL(url).pathname}/start`, { method: 'POST', body: new URLSearchParams() });
  const cookie = answer.headers.getSetCookie()[0]!;
  expect(cookie).toMatch(/^__Host-syncline_connect=/);
  expect(cookie).toMatch(/Secure/);
  expect(cookie).not.toMatch(/Domain/i);
  const authorize = new URL(answer.headers.get('location')!);
  expect(authorize.searchParams.get('redirect_uri')).toBe('https://connect.vendor.example/oauth/callback');
});

test('a form beyond its bound is refused before it is read', async () => {
  const { url } = await world.createSession({ provider: 'keyed' });
  expect((await createBrowser().open(url, { form: { api_key: 'x'.repeat(70_000) } })).status).toBe(413);
});

test('the script of the vendor’s page is served to other origins', async () => {
  const { status, text, headers } = await createBrowser().open(`${world.publicUrl}/connect.js`);
  expect(status).toBe(200);
  expect(headers.get('content-type')).toMatch(/^text\/javascript/);
  expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
  expect(text).toContain('window.Syncline');
});

test('a popup’s result page speaks to the exact origin of the session, and to nobody when there is none', async () => {
  const origin = 'https://app.vendor.example';
  const browser = createBrowser();
  const { url } = await world.createSession({ origin });
  const answer = await browser.open(await world.begin({ url, browser, account: 'popup', form: { mode: 'popup' } }));
  expect(answer.status).toBe(200);
  expect(answer.text).toContain(`postMessage({"type":"syncline:connect","status":"connected","connectionId":"conn_`);
  expect(answer.text).toContain(`}, "${origin}")`);
  const nonce = answer.headers.get('content-security-policy')!.match(/script-src 'nonce-([^']+)'/)![1]!;
  expect(answer.text).toContain(`<script nonce="${nonce}">`);

  const plain = await world.createSession({ returnUrl: undefined });
  const silent = await browser.open(await world.begin({ url: plain.url, browser, account: 'popup', form: { mode: 'popup' } }));
  expect(silent.status).toBe(200);
  expect(silent.text).not.toContain('postMessage');
  expect(silent.text).toContain('Sandbox CRM is connected to Vendor &amp; Sons');
});
