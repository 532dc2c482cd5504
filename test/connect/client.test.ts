import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RequestSpec } from '../../src/kit/index.ts';
import { sandboxProvider } from './support/provider.ts';
import { createWorld, type World } from './support/world.ts';

/** A provider whose answers each test decides; API keys, so that nothing but the request itself is in play. */
let world: World;
let server: Server;
let answer: RequestListener;
let seen: { url: string; headers: Record<string, string | string[] | undefined> }[] = [];
let connectionId: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/account') return response.end('{"id":"12345678901234567890","name":"Odd"}');
    seen.push({ url: request.url ?? '', headers: request.headers });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const odd = sandboxProvider({
    name: 'odd',
    displayName: 'Odd',
    api: { baseUrl: 'https://api.odd.test', headers: { 'x-version': '7' } },
    account: { request: { method: 'GET', path: '/account' }, id: 'id' },
    limits: { docsUrl: 'https://odd.test/limits', concurrencyMax: 2, headers: { remaining: 'x-left', reset: 'x-reset' } },
    classifyError: ({ headers }) => (headers['x-busy'] ? { meaning: 'rate_limited', retryAfterSeconds: 3 } : undefined),
  });
  world = await createWorld({
    providers: [odd],
    originOverrides: { 'https://api.odd.test': url },
    limits: { requestTimeoutSeconds: 1, responseBytesMax: 100_000 },
  });
  await world.createProviderConfig({ provider: 'odd', authKind: 'api_key', clientId: undefined, clientSecret: undefined });
  connectionId = await connectByKey('acme');
});
afterAll(async () => {
  await world.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function connectByKey(customerId: string): Promise<string> {
  const session = await world.createSession({ provider: 'odd', customerId });
  const response = await fetch(session.url, { method: 'POST', body: new URLSearchParams({ api_key: 'the-key' }), redirect: 'manual' });
  return new URL(response.headers.get('location')!).searchParams.get('connection_id')!;
}

async function send(spec: Partial<RequestSpec> = {}, id = connectionId) {
  const client = await world.openClient(id);
  return client.request({ method: 'GET', path: '/things', ...spec }, { signal: AbortSignal.timeout(20_000) });
}

async function forget() {
  seen = [];
  await world.pool.query('delete from rate_budget');
}

test('an account id beyond 2^53 is kept as it is written', async () => {
  expect(await world.db.prisma.connection.findUniqueOrThrow({ where: { id: connectionId } })).toMatchObject({
    remoteAccountId: '12345678901234567890',
  });
});

test('a request carries the credentials, the provider’s headers and the real host; a spec cannot replace the credentials', async () => {
  await forget();
  answer = (_request, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync('{"data":[]}'));
  const { body, status } = await send({ query: { q: 'a b' }, headers: { 'x-api-key': 'stolen' } });
  expect(status).toBe(200);
  expect(body.toString()).toBe('{"data":[]}');
  expect(seen[0]).toMatchObject({
    url: '/things?q=a+b',
    headers: { 'x-api-key': 'the-key', 'x-version': '7', 'x-original-host': 'api.odd.test' },
  });
});

test.each([
  ['in a message', '{"message":"the key the-key is not known here"}'],
  ['in a body of no known form', '<p>bad header: the-key</p>'],
  ['at the end of what is kept', `{"message":"${'x'.repeat(484)}the-key"}`],
])('credentials that a provider repeats %s do not come back in its refusal', async (_where, body) => {
  await forget();
  answer = (_request, response) => response.writeHead(400).end(body);
  const refusal = await send().catch((error: Error) => error);
  expect(refusal).toMatchObject({ meaning: 'invalid', status: 400 });
  expect((refusal as Error).message).not.toMatch(/the-k/);
});

test('a next link to another origin is refused before anything is sent', async () => {
  await forget();
  await expect(send({ path: 'https://evil.example/next' })).rejects.toMatchObject({ meaning: 'invalid' });
  expect(seen).toEqual([]);
});

test('a redirect within the origin is followed, one to another origin gets no credentials', async () => {
  await forget();
  answer = (request, response) => {
    if (request.url === '/things') response.writeHead(302, { location: '/moved' }).end();
    else response.end('{}');
  };
  expect((await send()).status).toBe(200);
  expect(seen.map(({ url }) => url)).toEqual(['/things', '/moved']);

  await forget();
  answer = (_request, response) => response.writeHead(302, { location: 'https://evil.example/things' }).end();
  await expect(send()).rejects.toMatchObject({ meaning: 'invalid', message: expect.stringContaining('leads outside') });
  expect(seen).toHaveLength(1);
});

test('redirects in a circle end', async () => {
  await forget();
  answer = (_request, response) => response.writeHead(302, { location: '/things' }).end();
  await expect(send()).rejects.toMatchObject({ meaning: 'invalid' });
  expect(seen.length).toBeLessThanOrEqual(4);
});

test('an answer beyond the bound is refused while it streams, also when it is small before decompression', async () => {
  answer = (_request, response) => response.end('x'.repeat(200_000));
  await expect(send()).rejects.toMatchObject({ meaning: 'invalid', message: expect.stringContaining('larger than') });
  answer = (_request, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync('x'.repeat(10_000_000)));
  await expect(send()).rejects.toMatchObject({ meaning: 'invalid' });
});

test('P33 a silent provider, a cut connection and a 500 are unavailable; the caller’s own abort is not', async () => {
  answer = () => undefined;
  await expect(send()).rejects.toMatchObject({ meaning: 'unavailable', message: expect.stringContaining('within 1 seconds') });
  answer = (request) => request.socket.destroy();
  await expect(send()).rejects.toMatchObject({ meaning: 'unavailable', status: null });
  answer = (_request, response) => response.writeHead(200).write('{"half":', () => response.destroy());
  await expect(send()).rejects.toMatchObject({ meaning: 'unavailable' });
  answer = (_request, response) => response.writeHead(503).end('down');
  await expect(send()).rejects.toMatchObject({ meaning: 'unavailable', status: 503 });

  answer = () => undefined;
  const client = await world.openClient(connectionId);
  const stop = new AbortController();
  const asking = client.request({ method: 'GET', path: '/things' }, { signal: stop.signal });
  setTimeout(() => stop.abort(new Error('shutting down')), 100);
  await expect(asking).rejects.toThrow('shutting down');
});

test('B21 Retry-After holds the connection back across clients, without another call, and other connections go on', async () => {
  await forget();
  await world.pool.query(
    "insert into customer (application_id, id, created_at, updated_at) values ('app_one', 'other', now(), now()) on conflict do nothing",
  );
  const other = await connectByKey('other');
  answer = (_request, response) => response.writeHead(429, { 'retry-after': '2' }).end();
  const began = performance.now();
  await expect(send()).rejects.toMatchObject({ meaning: 'rate_limited', retryAfterSeconds: 2 });
  answer = (_request, response) => response.end('{}');
  await expect(send()).rejects.toMatchObject({ meaning: 'rate_limited', retryAfterSeconds: 2 });
  expect(seen).toHaveLength(1);
  expect((await send({}, other)).status).toBe(200);
  expect((await send({ category: 'search' })).status).toBe(200);
  await expect
    .poll(
      () =>
        send().then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 30_000 },
    )
    .toBe(200);
  expect(performance.now() - began).toBeGreaterThan(1900);
});

test.each<[string, Record<string, string>, number]>([
  ['a date by the provider’s own clock', { date: 'Fri, 20 Nov 2020 10:00:00 GMT', 'retry-after': 'Fri, 20 Nov 2020 10:00:05 GMT' }, 5],
  ['the provider’s own classification', { 'x-busy': '1' }, 3],
])('B21 a wait given as %s is obeyed', async (_what, headers, seconds) => {
  await forget();
  answer = (_request, response) => response.writeHead(429, headers).end();
  await expect(send()).rejects.toMatchObject({ retryAfterSeconds: seconds });
  await expect(send()).rejects.toMatchObject({ meaning: 'rate_limited' });
  expect(seen).toHaveLength(1);
});

test('a budget that reports itself empty is not asked again before its reset', async () => {
  await forget();
  answer = (_request, response) => response.writeHead(200, { 'x-left': '0', 'x-reset': '30' }).end('{}');
  expect((await send()).status).toBe(200);
  await expect(send()).rejects.toMatchObject({ meaning: 'rate_limited', retryAfterSeconds: 30 });
  expect(seen).toHaveLength(1);
  await forget();
});

test('a shorter wait never cuts a longer one', async () => {
  await forget();
  answer = (_request, response) => response.writeHead(429, { 'retry-after': '60' }).end();
  const [one, two] = [await world.openClient(connectionId), await world.openClient(connectionId)];
  const request = { method: 'GET' as const, path: '/things' };
  const signal = AbortSignal.timeout(5000);
  let retryAfter = 60;
  answer = (_request, response) => {
    response.writeHead(429, { 'retry-after': String(retryAfter) }).end();
    retryAfter = 1;
  };
  await Promise.allSettled([one.request(request, { signal }), two.request(request, { signal })]);
  await expect(send()).rejects.toSatisfy((error: { retryAfterSeconds: number }) => error.retryAfterSeconds > 50);
  await forget();
});

test('requests in flight per connection stay within the provider’s bound', async () => {
  await forget();
  let inFlight = 0;
  let highest = 0;
  answer = (_request, response) => {
    highest = Math.max(highest, ++inFlight);
    setTimeout(() => {
      inFlight--;
      response.end('{}');
    }, 30);
  };
  await Promise.all(Array.from({ length: 8 }, () => send()));
  expect(seen).toHaveLength(8);
  expect(highest).toBe(2);
});

test('one resource that says 401 while the account look-up accepts the credentials disconnects nobody', async () => {
  answer = (_request, response) => response.writeHead(401).end('{"message":"not for you"}');
  await expect(send()).rejects.toMatchObject({ meaning: 'forbidden', status: 401 });
  expect(await world.db.prisma.connection.findUniqueOrThrow({ where: { id: connectionId } })).toMatchObject({ status: 'active' });
});

test('a connection of another application does not exist', async () => {
  const stranger = world.ctxFor({ kind: 'system', id: 'test', applicationId: 'app_two' });
  const { openConnectionClient } = await import('../../src/connect/client.ts');
  await expect(openConnectionClient({ ctx: stranger, connectionId })).rejects.toMatchObject({ code: 'not_found' });
});

test('H12 every request that leaves takes a place in the budget: a refused one, and the look-up that follows it, too', async () => {
  await forget();
  await world.pool.query(`update connection set rate_limits = '[{"category":"all","requests":3,"seconds":600}]' where id = $1`, [
    connectionId,
  ]);
  try {
    answer = (_request, response) => response.writeHead(401).end('{}');
    await expect(send()).rejects.toMatchObject({ meaning: 'forbidden' });
    answer = (_request, response) => response.end('{}');
    expect((await send()).status).toBe(200);
    await expect(send({ category: 'search' })).rejects.toMatchObject({ meaning: 'rate_limited' });
    const { rows } = await world.pool.query('select category, rate_sum(counts) as used from rate_window where connection_id = $1', [
      connectionId,
    ]);
    expect(rows).toEqual([{ category: 'all', used: 3 }]);
    expect(seen).toHaveLength(2);
  } finally {
    await world.pool.query('update connection set rate_limits = null where id = $1', [connectionId]);
    await forget();
  }
});
