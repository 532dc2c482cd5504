import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OAuth2Auth, ProviderDefinition } from '../../src/kit/index.ts';
import { createBrowser } from './support/browser.ts';
import { sandboxProvider } from './support/provider.ts';
import { createWorld, type World } from './support/world.ts';

interface Quirk {
  name: string;
  auth?: Partial<OAuth2Auth>;
  definition?: Partial<Omit<ProviderDefinition, 'auth'>>;
  config?: { clientId?: string; clientSecret?: string; scopes?: string[] };
  form?: Record<string, string>;
  /** What the provider adds to the callback. */
  callback?: Record<string, string>;
  token: { status?: number; type?: string; body: string };
  authorize?: (params: URLSearchParams, url: URL) => void;
  tokenRequest?: (request: { headers: IncomingHttpHeaders; body: string; url: string }) => void;
  apiRequest?: (request: { headers: IncomingHttpHeaders; host: string | undefined }) => void;
  saved?: object;
}

const json = (value: object) => ({ body: JSON.stringify(value) });
const plain = json({ access_token: 'at', token_type: 'Bearer', expires_in: 60, refresh_token: 'rt' });

const quirks: Quirk[] = [
  {
    name: 'pkce_and_body',
    token: plain,
    authorize: (params) => {
      expect(params.get('code_challenge_method')).toBe('S256');
      expect(params.get('code_challenge')).toMatch(/^[\w-]{43}$/);
      expect(params.get('scope')).toBe('a b');
    },
    tokenRequest: ({ headers, body }) => {
      const form = new URLSearchParams(body);
      expect(headers.authorization).toBeUndefined();
      expect([form.get('client_id'), form.get('client_secret')]).toEqual(['id', 'secret']);
      expect(form.get('code_verifier')).toMatch(/^[\w-]{43,128}$/);
      expect(form.get('grant_type')).toBe('authorization_code');
    },
  },
  {
    name: 'comma_scopes_no_pkce_extra_params',
    auth: {
      pkce: false,
      scopes: { default: ['read', 'write'], separator: ',' },
      authorizeParams: { access_type: 'offline', empty: '' },
      tokenParams: { audience: 'crm' },
    },
    config: { scopes: ['read', 'write'] },
    token: plain,
    authorize: (params) => {
      expect(params.get('scope')).toBe('read,write');
      expect(params.get('access_type')).toBe('offline');
      expect(params.has('empty')).toBe(false);
      expect(params.has('code_challenge')).toBe(false);
    },
    tokenRequest: ({ body }) => {
      const form = new URLSearchParams(body);
      expect(form.get('audience')).toBe('crm');
      expect(form.has('code_verifier')).toBe(false);
    },
  },
  {
    name: 'basic_escaped',
    auth: { clientAuth: 'basic' },
    config: { clientId: 'i:d', clientSecret: 'se cret' },
    token: plain,
    tokenRequest: ({ headers, body }) => {
      expect(headers.authorization).toBe(`Basic ${Buffer.from('i%3Ad:se+cret').toString('base64')}`);
      expect(body).not.toContain('client_secret');
    },
  },
  {
    name: 'basic_raw',
    auth: { clientAuth: 'basic_raw' },
    config: { clientId: 'id', clientSecret: 'se:cret+/=' },
    token: plain,
    tokenRequest: ({ headers }) => expect(headers.authorization).toBe(`Basic ${Buffer.from('id:se:cret+/=').toString('base64')}`),
  },
  {
    name: 'json_body_201_no_expires_in',
    auth: { tokenBody: 'json', defaultExpiresInSeconds: null },
    token: { status: 201, ...json({ access_token: 'at', refresh_token: null }) },
    tokenRequest: ({ headers, body }) => {
      expect(headers['content-type']).toBe('application/json');
      expect(JSON.parse(body)).toMatchObject({ grant_type: 'authorization_code', client_id: 'id', client_secret: 'secret' });
    },
    saved: { accessExpiresAt: null },
  },
  {
    name: 'form_answer_and_own_header',
    auth: { send: { header: 'x-access-token', prefix: '' } },
    token: { type: 'application/x-www-form-urlencoded', body: 'access_token=at&scope=a%2Cc' },
    apiRequest: ({ headers }) => {
      expect(headers['x-access-token']).toBe('at');
      expect(headers.authorization).toBeUndefined();
    },
    saved: { scopes: ['a', 'c'] },
  },
  {
    name: 'bot_and_nested_token',
    auth: { tokenPaths: { accessToken: 'authed_user.access_token' } },
    token: json({ ok: true, token_type: 'bot', access_token: 'bot', authed_user: { access_token: 'user' } }),
    apiRequest: ({ headers }) => expect(headers.authorization).toBe('Bearer user'),
  },
  {
    name: 'captured_from_token',
    definition: {
      api: { baseUrl: '{instance_url}' },
      captured: {
        instance_url: { from: 'token', path: 'instance_url', pattern: 'https://[a-z0-9-]+\\.crm\\.quirk\\.test', required: true },
      },
    },
    token: json({ access_token: 'at', instance_url: 'https://acme.crm.quirk.test' }),
    apiRequest: ({ host }) => expect(host).toBe('acme.crm.quirk.test'),
    saved: { captured: { instance_url: 'https://acme.crm.quirk.test' } },
  },
  {
    name: 'captured_from_callback',
    auth: { tokenUrl: 'https://{region}.crm.quirk.test/token' },
    definition: {
      api: { baseUrl: 'https://api.quirk.test', headers: { 'x-tenant': '{realm}' } },
      captured: {
        realm: { from: 'callback', path: 'realmId', pattern: '\\d{1,20}', required: true },
        region: { from: 'callback', path: 'region', pattern: 'eu|us', required: true },
      },
    },
    callback: { realmId: '9130', region: 'eu' },
    token: plain,
    tokenRequest: ({ headers }) => expect(headers['x-original-host']).toBe('eu.crm.quirk.test'),
    apiRequest: ({ headers }) => expect(headers['x-tenant']).toBe('9130'),
    saved: { captured: { realm: '9130', region: 'eu' } },
  },
  {
    name: 'captured_from_form',
    auth: { authorizeUrl: 'https://{subdomain}.crm.quirk.test/authorize', tokenUrl: 'https://{subdomain}.crm.quirk.test/token' },
    definition: {
      api: { baseUrl: 'https://{subdomain}.crm.quirk.test' },
      captured: {
        subdomain: { from: 'form', path: 'subdomain', pattern: '[a-z0-9-]{1,63}', required: true, title: 'Subdomain', example: 'acme' },
      },
    },
    form: { subdomain: 'acme' },
    token: plain,
    tokenRequest: ({ headers }) => expect(headers['x-original-host']).toBe('acme.crm.quirk.test'),
    apiRequest: ({ host }) => expect(host).toBe('acme.crm.quirk.test'),
    saved: { captured: { subdomain: 'acme' } },
  },
];

let world: World;
let server: Server;
let current: Quirk;
let checks: unknown[] = [];
let tokenRequests = 0;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { headers, url = '' } = request;
    const check = (look: () => void) => {
      try {
        look();
      } catch (error) {
        checks.push(error);
      }
    };
    if (url.startsWith('/token')) {
      tokenRequests++;
      check(() => current.tokenRequest?.({ headers, body, url }));
      response.writeHead(current.token.status ?? 200, { 'content-type': current.token.type ?? 'application/json' }).end(current.token.body);
    } else {
      check(() => current.apiRequest?.({ headers, host: headers['x-original-host'] as string }));
      response.end('{"id":"account-1"}');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const local = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  world = await createWorld({
    providers: quirks.map(({ name, auth, definition }) =>
      sandboxProvider({
        name,
        api: { baseUrl: 'https://api.quirk.test' },
        ...definition,
        auth: { authorizeUrl: 'https://quirk.test/authorize', tokenUrl: 'https://quirk.test/token', issuer: 'https://quirk.test', ...auth },
      }),
    ),
    originOverrides: { 'https://quirk.test': local, 'https://api.quirk.test': local, 'https://*.crm.quirk.test': local },
  });
});
afterAll(async () => {
  await world.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** From the page to the answer of the callback; the provider's consent is the line that builds the callback. */
async function connect(quirk: Quirk, form = quirk.form ?? {}, callback = quirk.callback ?? {}) {
  current = quirk;
  checks = [];
  const { url } = await world.createSession({ provider: quirk.name });
  const browser = createBrowser();
  const started = await browser.open(`${url}/start`, { form });
  if (started.location === null) return { started, answer: started, connectionId: null };
  const authorize = new URL(started.location);
  const query = new URLSearchParams({ code: 'the-code', state: authorize.searchParams.get('state')!, ...callback });
  quirk.authorize?.(authorize.searchParams, authorize);
  const answer = await browser.open(`${world.publicUrl}/oauth/callback?${query}`);
  const connectionId = answer.location === null ? null : new URL(answer.location).searchParams.get('connection_id');
  return { started, answer, connectionId };
}

const ensureConfig = async (quirk: Quirk) => {
  if ((await world.db.prisma.providerConfig.count({ where: { provider: quirk.name } })) === 0)
    await world.createProviderConfig({ provider: quirk.name, clientId: 'id', clientSecret: 'secret', scopes: ['a', 'b'], ...quirk.config });
};

test.each(quirks)('a provider of the kind $name is connected by its declaration alone', async (quirk) => {
  await ensureConfig(quirk);
  const { answer, connectionId } = await connect(quirk);
  expect(checks).toEqual([]);
  expect(answer.status, answer.text).toBe(303);
  const row = await world.db.prisma.connection.findUniqueOrThrow({ where: { id: connectionId! } });
  expect(row).toMatchObject({ status: 'active', remoteAccountId: 'account-1', ...quirk.saved });
});

test.each([
  'https://evil.example',
  'https://acme.crm.quirk.test.evil.example',
  'http://acme.crm.quirk.test',
  'https://a.crm.quirk.test@evil.example',
])('B25 the captured host %s is refused, and nothing is connected', async (instance_url) => {
  const quirk = quirks.find(({ name }) => name === 'captured_from_token')!;
  await ensureConfig(quirk);
  const before = await world.db.prisma.connection.count();
  const hostile: Quirk = {
    ...quirk,
    token: json({ access_token: 'at', instance_url }),
    apiRequest: () => expect.unreachable('no credentials may go there'),
  };
  const { answer } = await connect(hostile);
  expect(answer.status).toBe(422);
  expect(checks).toEqual([]);
  expect(await world.db.prisma.connection.count()).toBe(before);
});

test.each(['evil.example/', 'acme.evil.example#', 'acme@evil.example', '../x', 'a b', ''])(
  'B25 the token host never comes from user input: the subdomain %j is refused on the page',
  async (subdomain) => {
    const quirk = quirks.find(({ name }) => name === 'captured_from_form')!;
    await ensureConfig(quirk);
    tokenRequests = 0;
    const { started } = await connect(quirk, { subdomain });
    expect(started.status).toBe(400);
    expect(started.text).toMatch(/Subdomain (does not look right; an example: acme|is missing)/);
    expect(tokenRequests).toBe(0);
  },
);

test('B25 a callback that brings an undeclared region reaches no token endpoint', async () => {
  const quirk = quirks.find(({ name }) => name === 'captured_from_callback')!;
  await ensureConfig(quirk);
  tokenRequests = 0;
  const { answer } = await connect(quirk, {}, { realmId: '1', region: 'evil.example/' });
  expect(answer.status).toBe(422);
  expect(tokenRequests).toBe(0);
});

test('a captured host that no longer matches its pattern is not used, whatever the row says', async () => {
  const quirk = quirks.find(({ name }) => name === 'captured_from_token')!;
  await ensureConfig(quirk);
  const { connectionId } = await connect(quirk);
  await world.db.prisma.connection.update({ where: { id: connectionId! }, data: { captured: { instance_url: 'https://evil.example' } } });
  current = { ...quirk, apiRequest: () => expect.unreachable('no credentials may go there') };
  const client = await world.openClient(connectionId!);
  await expect(client.request({ method: 'GET', path: '/x' }, { signal: AbortSignal.timeout(5000) })).rejects.toMatchObject({
    meaning: 'config',
  });
  expect(checks).toEqual([]);
});

test.each<[string, Quirk['token'], number]>([
  ['200 with ok: false', json({ ok: false, error: 'invalid_code' }), 422],
  ['400 with errorCode', { status: 400, ...json({ errorCode: 'NO' }) }, 422],
  ['HTML', { type: 'text/html', body: '<h1>maintenance</h1>' }, 502],
])('a token endpoint that answers %s connects nobody', async (_what, token, status) => {
  const quirk = { ...quirks[0]!, token };
  await ensureConfig(quirk);
  const before = await world.db.prisma.connection.count();
  expect((await connect(quirk)).answer.status).toBe(status);
  expect(await world.db.prisma.connection.count()).toBe(before);
});

test('what a token endpoint repeats of our secrets stands neither in the refusal nor in its causes', async () => {
  const given = json({ access_token: 'at', token_type: 'Bearer', expires_in: 60, refresh_token: 'refresh/token+1' });
  const quirk: Quirk = { ...quirks[0]!, token: given };
  await ensureConfig(quirk);
  const { connectionId } = await connect(quirk);
  await world.db.prisma.connection.update({ where: { id: connectionId! }, data: { accessExpiresAt: new Date(0) } });
  const said = 'refresh/token+1 (refresh%2Ftoken%2B1) of the client id with secret is too busy';
  const { tokenRequest: _, ...rest } = quirk;
  current = { ...rest, token: { status: 400, ...json({ error: 'busy', error_description: said }) } };
  const client = await world.openClient(connectionId!);
  const refusal = await client
    .request({ method: 'GET', path: '/x' }, { signal: AbortSignal.timeout(10_000) })
    .catch((error: Error) => error);
  expect((refusal as Error).message).toContain('[sealed] ([sealed]) of the client id with [sealed] is too busy');
  expect(inspect(refusal, { depth: 10, showHidden: true })).not.toMatch(/refresh(\/|%2F)token/);
});
