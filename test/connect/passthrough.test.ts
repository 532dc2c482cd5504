import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sendPassthrough } from '../../src/connect/send-passthrough.ts';
import { sandboxProvider } from './support/provider.ts';
import { createWorld, type World } from './support/world.ts';

/** A provider whose answers each test decides; its base URL has a path that belongs to one account. */
let world: World;
let server: Server;
let answer: RequestListener;
let seen: { method: string; url: string; headers: Record<string, string | string[] | undefined>; body: string }[] = [];
let connectionId: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/accounts/7/me') return response.end('{"id":"7","name":"Odd"}');
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      seen.push({ method: request.method!, url: request.url!, headers: request.headers, body });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const odd = sandboxProvider({
    name: 'odd',
    displayName: 'Odd',
    api: { baseUrl: 'https://api.odd.test/accounts/7' },
    account: { request: { method: 'GET', path: '/me' }, id: 'id' },
    limits: { docsUrl: 'https://odd.test/limits', concurrencyMax: 2 },
  });
  world = await createWorld({ providers: [odd], originOverrides: { 'https://api.odd.test': url }, limits: { requestTimeoutSeconds: 2 } });
  await world.createProviderConfig({ provider: 'odd', authKind: 'api_key', clientId: undefined, clientSecret: undefined });
  const session = await world.createSession({ provider: 'odd', customerId: 'acme' });
  const connected = await fetch(session.url, { method: 'POST', body: new URLSearchParams({ api_key: 'the-key' }), redirect: 'manual' });
  connectionId = new URL(connected.headers.get('location')!).searchParams.get('connection_id')!;
});
afterAll(async () => {
  await world.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  seen = [];
  answer = (_request, response) => response.end('{}');
});

const send = (input: Record<string, unknown>, ctx = world.ctx) =>
  sendPassthrough({ ctx, input: { connectionId, method: 'GET', path: '/things', ...input } });

test('a request goes out with the connection’s credentials, below its base, and is audited', async () => {
  answer = (_request, response) => response.writeHead(201, { 'content-type': 'application/json', 'set-cookie': 'a=b' }).end('{"n":1.10}');
  const json = { ids: ['1'], ü: '\u0000' };
  const sent = await send({ method: 'POST', path: '/things/batch', query: { q: 'a&b=c', é: '#' }, headers: { 'X-Trace': 'one' }, json });
  expect(sent).toMatchObject({ status: 201, headers: { 'content-type': 'application/json' } });
  expect(sent.body.toString()).toBe('{"n":1.10}');
  expect(sent.headers).not.toHaveProperty('set-cookie');
  expect(seen).toEqual([
    expect.objectContaining({
      method: 'POST',
      url: '/accounts/7/things/batch?q=a%26b%3Dc&%C3%A9=%23',
      headers: expect.objectContaining({
        'x-api-key': 'the-key',
        'x-trace': 'one',
        'content-type': 'application/json',
        'x-original-host': 'api.odd.test',
      }),
      body: JSON.stringify(json),
    }),
  ]);
  const { rows } = await world.pool.query(`select actor, target from audit_entry where action = 'connection.passed_through'`);
  expect(rows).toContainEqual({ actor: 'system:test', target: `${connectionId} POST /things/batch` });
});

test.each([400, 403, 404, 409, 422, 429, 500, 503])(
  'the provider’s %i is an answer, without the credentials that it repeats',
  async (status) => {
    answer = (_request, response) =>
      response.writeHead(status, { 'retry-after': '0' }).end(`{"message":"the key the-key is odd","code":${status}}`);
    const refused = await send({});
    expect(refused).toMatchObject({ status, headers: { 'retry-after': '0' } });
    expect(refused.body.toString()).toContain(`"code":${status}`);
    expect(refused.body.toString()).not.toContain('the-key');
    await world.pool.query('delete from rate_budget');
  },
);

test('a resource that says 401 while the credentials are good is an answer, and the customer stays connected', async () => {
  answer = (_request, response) => response.writeHead(401).end('{"message":"not this one"}');
  expect(await send({})).toMatchObject({ status: 401 });
  expect(await world.db.prisma.connection.findUniqueOrThrow({ where: { id: connectionId } })).toMatchObject({ status: 'active' });
});

test('no answer, one that is cut and one that is too large are errors; nothing is sent a second time', async () => {
  answer = () => undefined;
  await expect(send({ method: 'DELETE' })).rejects.toMatchObject({ meaning: 'unavailable' });
  answer = (_request, response) => response.writeHead(200).write('{"half":', () => response.destroy());
  await expect(send({ method: 'POST', json: {} })).rejects.toMatchObject({ meaning: 'unavailable' });
  answer = (_request, response) => response.end('x'.repeat(6 * 1024 * 1024 + 1));
  await expect(send({})).rejects.toMatchObject({ code: 'provider_rejected' });
  expect(seen.map(({ method }) => method)).toEqual(['DELETE', 'POST', 'GET']);
});

test.each([
  ...[
    'https://evil.example/',
    'HTTP://evil.example',
    '//evil.example/x',
    '/\\evil.example',
    '\\\\evil.example',
    '@evil.example/',
    ':80/x',
    'things',
  ],
  ...['/../8/things', '/a/../../8', '/%2e%2e/8', '/.%2E/8', '/./x', '/a/..', '/a\\..\\..\\8', '/things?x=1', '/things#x'],
  ...['/a b', '/a\r\nx-evil: 1', '/a\u0000', '/ü', ''],
])('the path %j is refused before anything is sent', async (path) => {
  await expect(send({ path })).rejects.toThrow();
  expect(seen).toEqual([]);
});

test.each([
  ...[
    'Authorization',
    'authorization',
    'HOST',
    'Cookie',
    'content-length',
    'Transfer-Encoding',
    'Connection',
    'X-Forwarded-For',
    'x-original-host',
  ],
  ...['X-API-Key', 'proxy-authorization', 'content-type', 'expect', 'bad name', 'x:y', 'x\r\ny', ''],
])('the header %j is refused', async (name) => {
  await expect(send({ headers: { [name]: 'x' } })).rejects.toThrow();
  expect(seen).toEqual([]);
});

test.each(['a\r\nx-evil: 1', 'a\nb', 'a\u0000', 'ü→'])('the header value %j is refused', async (value) => {
  await expect(send({ headers: { 'x-one': value } })).rejects.toThrow();
  expect(seen).toEqual([]);
});

test('a redirect to another origin gets no credentials, wherever it leads', async () => {
  for (const location of ['https://evil.example/', 'http://169.254.169.254/latest/meta-data', '//evil.example/x']) {
    answer = (_request, response) => response.writeHead(302, { location }).end();
    await expect(send({})).rejects.toMatchObject({ meaning: 'invalid' });
  }
  expect(seen).toHaveLength(3);
});

test('only who may: another application’s connection does not exist, a token may not', async () => {
  const foreign = world.ctxFor({ kind: 'system', id: 'other', applicationId: 'app_two' });
  await expect(send({}, foreign)).rejects.toMatchObject({ code: 'not_found' });
  const token = world.ctxFor({
    kind: 'customer',
    id: 'acme',
    applicationId: 'app_one',
    customerId: 'acme',
    scopes: ['records:read'],
  } as never);
  await expect(send({}, token)).rejects.toMatchObject({ code: 'scope_missing' });
  expect(seen).toEqual([]);
});
