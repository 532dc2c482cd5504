import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodiesOf, createWorld, pathOf, type World } from '../api/support/world.ts';
import { type Operation, operations } from '../support/openapi.ts';
import { type RawRequest, sendRaw } from './support/raw-request.ts';

let world: World;
let before: string;
let bodies: ReturnType<typeof bodiesOf>;
beforeAll(async () => {
  world = await createWorld();
  before = await world.snapshot();
  bodies = bodiesOf(world.ids);
});
afterAll(() => world.close());

const named = operations.map((operation) => [operation.operationId, operation] as const);
const withBody = named.filter(([, { body }]) => body !== undefined);
const withQuery = named.filter(([, { parameters }]) => parameters.some((parameter) => parameter.in === 'query'));

function sentTo(operation: Operation, rest: Partial<RawRequest> = {}): RawRequest {
  const isOperators = operation.security.some((scheme) => 'operatorKey' in scheme);
  const key = isOperators ? world.syncline.operatorKey : world.syncline.apiKey;
  return {
    method: operation.method,
    path: pathOf(operation, world.ids),
    ...rest,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...rest.headers },
  };
}

async function expectRefused(request: RawRequest, what: string, statuses = [400]) {
  const answer = await sendRaw(world.syncline.url, request);
  expect(statuses, `${what}: ${answer.status} ${answer.text.slice(0, 300)}`).toContain(answer.status);
  expect(answer.code, what).not.toBeNull();
}

const megabyte = 1024 * 1024;
/** Bytes that are no JSON object, whatever the operation. */
const brokenBodies: [string, (string | Buffer)[]][] = [
  ['half an object', ['{"name":']],
  ['two objects', ['{}{}']],
  ['a NUL', ['\0']],
  ['bytes that are not UTF-8', [Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])]],
  ['single quotes', ["{'name': 'x'}"]],
  ['a comment', ['{/* */}']],
  ['NaN', ['NaN']],
  ['a number beyond all numbers', ['{"name":1e999999}']],
  ['100,000 levels', ['['.repeat(100_000), ']'.repeat(100_000)]],
  ['100,000 levels of objects', ['{"a":'.repeat(100_000), '1', '}'.repeat(100_000)]],
  ['the whole prototype', ['{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}']],
  ['10,000 unknown fields', [JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`f${n}`, n])))]],
  ['UTF-16', [Buffer.from('\ufeff{"name":"x"}', 'utf16le')]],
];

describe('X17 bodies', () => {
  test.each(withBody)('%s refuses what is no JSON object of its own, and does nothing', async (_id, operation) => {
    for (const [what, body] of brokenBodies) await expectRefused(sentTo(operation, { body }), what);
  });

  test.each(withBody)('%s refuses a body beyond its bound, announced or not', async (_id, operation) => {
    const large = Buffer.alloc(megabyte + 1, ' ');
    await expectRefused(sentTo(operation, { body: [large], headers: { 'content-length': `${large.length}` } }), 'announced', [413]);
    await expectRefused(sentTo(operation, { body: [large.subarray(0, megabyte), large.subarray(megabyte - 1)] }), 'in chunks', [413]);
  });

  test.each(withBody)('%s refuses every content type but JSON', async (id, operation) => {
    const body = [JSON.stringify(bodies[id])];
    const types = [
      'text/plain',
      'text/html',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
      'application/jsonp',
      'x',
    ];
    for (const type of types) await expectRefused(sentTo(operation, { body, headers: { 'content-type': type } }), type, [400, 415]);
  });

  test.each(withBody)('%s takes no compressed body for JSON', async (id, operation) => {
    const body = [gzipSync(JSON.stringify(bodies[id]))];
    await expectRefused(sentTo(operation, { body, headers: { 'content-encoding': 'gzip' } }), 'gzip', [400, 415]);
  });
});

describe('X17 queries', () => {
  test.each(withQuery)('%s refuses a parameter that is given twice', async (_id, operation) => {
    const path = pathOf(operation, world.ids);
    for (const { name, in: place } of operation.parameters)
      if (place === 'query') await expectRefused(sentTo(operation, { path: `${path}?${name}=1&${name}=2` }), name);
  });

  test.each(withQuery)('%s answers broken encodings and odd names without a failure on our side', async (_id, operation) => {
    const path = pathOf(operation, world.ids);
    const names = operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
    const odd = ['%', '%zz', '%00', '%c0%af', '%ed%a0%80', '%ff', '%u0041', '+', '%2b', '&&&', '=', '=1', ';'];
    for (const query of [...names.flatMap((name) => odd.map((value) => `${name}=${value}`)), ...names.map((name) => `${name}[]=1`)]) {
      const answer = await sendRaw(world.syncline.url, sentTo(operation, { path: `${path}?${query}` }));
      expect(answer.status, `${query}: ${answer.text.slice(0, 300)}`).toBeLessThan(500);
    }
    for (const query of ['__proto__=1', 'constructor=1', 'toString=1', '%00=1', `${names[0]}[$ne]=1`])
      await expectRefused(sentTo(operation, { path: `${path}?${query}` }), query);
  });
});

describe('X17 paths and headers', () => {
  const hostilePaths = [
    '/v1/customers/%00',
    '/v1/../v1/customers',
    '/v1//customers',
    '//v1/customers',
    '/v1/customers/',
    '/v1/syncs/%2e%2e:trigger',
    '/v1/syncs/x:trigger:trigger',
    '/v1/syncs/x/~trigger',
    `/v1/customers/${'a'.repeat(8000)}`,
    '/v1/records/sandbox/__proto__',
    '/v1/records/__proto__/contacts',
    '/v1/records/sandbox/contacts%27%20or%201=1',
    '/connect/__proto__',
    '/connect/%00',
    `/connect/${'x'.repeat(5000)}`,
    `/connect/${'x'.repeat(5000)}/start`,
    '/oauth/callback?state=%00&code=%00',
    '/oauth/callback?state[]=1',
    `/oauth/callback?state=${'x'.repeat(10_000)}`,
    '/openapi.json/../../etc/passwd',
    '/docs/..%2f..%2f..%2fpackage.json',
    '/connect.js%00.html',
  ];

  test.each(hostilePaths.map((path) => [path.slice(0, 60), path]))(
    '%s is no failure on our side, and shows no file',
    async (_shown, path) => {
      const headers = { authorization: `Bearer ${world.syncline.apiKey}` };
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
        const answer = await sendRaw(world.syncline.url, { method, path, headers });
        expect(answer.status, `${method} ${answer.text.slice(0, 200)}`).toBeLessThan(500);
        expect(answer.text).not.toMatch(/root:|"dependencies"/);
      }
    },
  );

  test.each(['%', '%zz', '%c0%ae%c0%ae', '%ff%fe', '%ed%a0%80', 'a%'])('the broken percent-encoding %s names no customer', async (id) => {
    const headers = { authorization: `Bearer ${world.syncline.apiKey}`, 'content-type': 'application/json' };
    for (const method of ['GET', 'PUT', 'DELETE'])
      await expectRefused({ method, path: `/v1/customers/${id}`, headers, ...(method === 'PUT' ? { body: ['{}'] } : {}) }, method);
  });

  test('odd credentials are nobody, whatever they look like', async () => {
    const { apiKey } = world.syncline;
    const odd: (string | undefined)[] = [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      apiKey,
      `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`,
      `Bearer ${apiKey}x`,
      `Bearer ${apiKey.slice(0, -1)}`,
      `Bearer ${apiKey} ${apiKey}`,
      `Bearer ${apiKey},${apiKey}`,
      `Bearer ${apiKey.toUpperCase()}`,
      `Bearer ${'x'.repeat(8000)}`,
      "Bearer ' or 1=1 --",
      'Bearer sk_\u00e9',
      'Bearer null',
    ];
    for (const authorization of odd) {
      const headers: RawRequest['headers'] = authorization === undefined ? {} : { authorization };
      const answer = await sendRaw(world.syncline.url, { method: 'GET', path: '/v1/customers', headers });
      expect([answer.status, answer.code], authorization).toEqual([401, 'unauthenticated']);
    }
    const inOtherPlaces: Pick<RawRequest, 'path' | 'headers'>[] = [
      { path: `/v1/customers?api_key=${apiKey}`, headers: {} },
      { path: `/v1/customers?access_token=${apiKey}`, headers: {} },
      { path: '/v1/customers', headers: { 'x-api-key': apiKey } },
      { path: '/v1/customers', headers: { cookie: `authorization=Bearer ${apiKey}` } },
    ];
    for (const request of inOtherPlaces) expect((await sendRaw(world.syncline.url, { method: 'GET', ...request })).status).toBe(401);
  });

  test('headers that name another host, client or method change nothing', async () => {
    // In an application of its own, so that nothing of ours changes.
    const vendor = await world.syncline.createApplication();
    await vendor.setUpProvider({});
    await vendor.call('PUT', '/v1/customers/acme', {});
    const headers = {
      authorization: `Bearer ${vendor.apiKey}`,
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-http-method-override': 'DELETE',
      'x-original-url': '/v1/applications',
      host: 'evil.example',
    };
    expect((await sendRaw(world.syncline.url, { method: 'GET', path: '/v1/customers/acme', headers })).status).toBe(200);
    expect((await vendor.request('GET', '/v1/customers/acme')).status).toBe(200);
    const session = await sendRaw(world.syncline.url, {
      method: 'POST',
      path: '/v1/connect-sessions',
      headers: { ...headers, 'content-type': 'application/json' },
      body: [JSON.stringify({ customer_id: 'acme', provider: 'sandbox' })],
    });
    expect(session.status).toBe(201);
    expect(session.text).not.toContain('evil.example');
  });
});

test('X17 nothing has changed by all of that, and the prototype is clean', async () => {
  const changed = (text: string, other: string) => text.split('\n').filter((line) => !other.includes(line));
  const after = await world.snapshot();
  expect([changed(after, before), changed(before, after)]).toEqual([[], []]);
  expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
});
