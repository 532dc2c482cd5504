import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createBrowser } from './support/browser.ts';
import { createWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.createProviderConfig();
});
afterAll(() => world.close());

let before: number;
beforeEach(async () => {
  before = await world.db.prisma.connection.count();
});

/** Refused with a page that names nobody, and nothing is changed. */
async function expectRefused(answer: { status: number; text: string }) {
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('This sign-in cannot be used');
  expect(await world.db.prisma.connection.count()).toBe(before);
}

test('B25 a replayed callback is refused and changes nothing', async () => {
  const browser = createBrowser();
  const { callback, answer } = await world.connect({ account: 'replayed', browser });
  expect(answer.status).toBe(303);
  before += 1;
  await expectRefused(await browser.open(callback));
});

test('B25 of two callbacks at once with one state only one connects', async () => {
  const browser = createBrowser();
  const { url } = await world.createSession();
  const callback = await world.begin({ url, browser, account: 'twice' });
  const answers = await Promise.all([browser.open(callback), browser.open(callback)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 400]);
  expect(await world.db.prisma.connection.count()).toBe(before + 1);
});

test('B25 a callback in another browser is refused, and the right browser still connects', async () => {
  const browser = createBrowser();
  const { url } = await world.createSession();
  const callback = await world.begin({ url, browser, account: 'foreign' });
  await expectRefused(await createBrowser().open(callback));
  const stranger = createBrowser();
  const other = await world.createSession();
  await world.begin({ url: other.url, browser: stranger, account: 'stranger' });
  await expectRefused(await stranger.open(callback));
  expect((await browser.open(callback)).status).toBe(303);
});

test('B25 an expired state is refused', async () => {
  const browser = createBrowser();
  const { url } = await world.createSession();
  const callback = await world.begin({ url, browser, account: 'late' });
  await world.pool.query("update oauth_state set expires_at = syncline_now() - interval '1 second' where used_at is null");
  await expectRefused(await browser.open(callback));
});

test.each<[string, (url: URL) => void]>([
  [
    'a changed state',
    (url) =>
      url.searchParams.set(
        'state',
        url.searchParams.get('state')!.replace(/^./, (char) => (char === 'A' ? 'B' : 'A')),
      ),
  ],
  ['an unknown state', (url) => url.searchParams.set('state', 'x'.repeat(43))],
  ['no state', (url) => url.searchParams.delete('state')],
  ['two states', (url) => url.searchParams.append('state', 'y'.repeat(43))],
  ['another issuer (RFC 9207)', (url) => url.searchParams.set('iss', 'https://login.salesforce.com')],
  ['two issuers', (url) => url.searchParams.append('iss', 'https://sandbox.test')],
  ['no code', (url) => url.searchParams.delete('code')],
  ['two codes', (url) => url.searchParams.append('code', 'another')],
])('B25 a callback with %s is refused', async (_what, tamper) => {
  const browser = createBrowser();
  const { url } = await world.createSession();
  const callback = new URL(await world.begin({ url, browser, account: 'tampered' }));
  tamper(callback);
  await expectRefused(await browser.open(callback.href));
});

test('B25 a code that was not given for this state is refused by the provider, and nothing is changed', async () => {
  const browser = createBrowser();
  const [first, second] = [await world.createSession(), await world.createSession()];
  const [one, two] = [await world.begin({ ...first, browser, account: 'one' }), await world.begin({ ...second, browser, account: 'two' })];
  const mixed = new URL(one);
  mixed.searchParams.set('code', new URL(two).searchParams.get('code')!);
  const answer = await browser.open(mixed.href);
  expect(answer.status).toBe(422);
  expect(await world.db.prisma.connection.count()).toBe(before);
});

test('B25 a session that another tab used up refuses the late callback', async () => {
  const browser = createBrowser();
  const { url } = await world.createSession();
  const [early, late] = [await world.begin({ url, browser, account: 'tabs' }), await world.begin({ url, browser, account: 'tabs' })];
  expect((await browser.open(early)).status).toBe(303);
  const answer = await browser.open(late);
  expect(answer.status).toBe(410);
  expect(await world.db.prisma.connection.count()).toBe(before + 1);
});

test('an expired connect link opens nothing', async () => {
  const { url, id } = await world.createSession();
  await world.pool.query("update connect_session set expires_at = syncline_now() - interval '1 second' where id = $1", [id]);
  const browser = createBrowser();
  for (const answer of [await browser.open(url), await browser.open(`${url}/start`, { form: {} })]) {
    expect(answer.status).toBe(410);
    expect(answer.text).toContain('This link has expired');
  }
});

test('a form that another site sends in the customer’s name starts nothing', async () => {
  const { url } = await world.createSession();
  const answer = await createBrowser().open(`${url}/start`, { form: {}, headers: { 'sec-fetch-site': 'cross-site' } });
  expect(answer.status).toBe(403);
  expect(answer.location).toBeNull();
});

test('a link cannot be started without end', async () => {
  const { url, id } = await world.createSession();
  await world.pool.query(
    `insert into oauth_state (state_hash, application_id, connect_session_id, browser_hash, sealed, sealed_key_id, issuer, redirect_uri, expires_at, created_at)
     select sha256(n::text::bytea), application_id, id, '', '', 'k1', '', '', now() + interval '1 hour', now()
     from connect_session, generate_series(1, 50) n
     where id = $1`,
    [id],
  );
  expect((await createBrowser().open(`${url}/start`, { form: {} })).status).toBe(409);
});
