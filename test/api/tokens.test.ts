import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTokenKeys } from '../../src/tenancy/index.ts';
import { callerOf, newApplication, startApi, type TestApi } from './support/api.ts';

const origin = 'https://app.example.com';
let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

async function withToken(input: Record<string, unknown> = {}) {
  const application = await newApplication(api, { origins: [origin] });
  await application.call('PUT', '/v1/customers/acme', {});
  const { status, body } = await application.call('POST', '/v1/customer-tokens', { customer_id: 'acme', ...input });
  expect(status).toBe(201);
  return { ...application, token: body.token as string, created: body, byToken: callerOf(api, body.token) };
}

describe('customer tokens', () => {
  test('a token reads what its scopes allow and nothing else', async () => {
    const { byToken, created } = await withToken({ scopes: ['connections:read'] });
    expect(created).toMatchObject({ customer_id: 'acme', scopes: ['connections:read'] });
    expect((await byToken('GET', '/v1/syncs')).body.code).toBe('scope_missing');
    for (const [method, path, body] of [
      ['GET', '/v1/customers'],
      ['GET', '/v1/application'],
      ['PUT', '/v1/customers/acme', {}],
      ['POST', '/v1/customer-tokens', { customer_id: 'acme' }],
      ['GET', '/v1/events'],
      ['GET', '/v1/audit'],
    ] as const)
      expect((await byToken(method, path, body)).body.code, `${method} ${path}`).toBe('scope_missing');
  });

  test('a token lives an hour at most, and ends with its customer', async () => {
    const { byToken, call, created } = await withToken();
    expect(new Date(created.expires_at).getTime() - Date.now()).toBeLessThanOrEqual(3600_000);
    expect((await byToken('GET', '/v1/syncs')).status).toBe(200);
    expect((await call('POST', '/v1/customer-tokens', { customer_id: 'acme', ttl_seconds: 3601 })).status).toBe(400);
    api.clock.move(3600_000 + 6000);
    expect((await byToken('GET', '/v1/syncs')).body.code).toBe('unauthenticated');
    api.clock.move(-3600_000 - 6000);
    await call('DELETE', '/v1/customers/acme');
    expect((await byToken('GET', '/v1/syncs')).body.code).toBe('unauthenticated');
  });

  test('a token of a deleted customer stays ended when the vendor uses the id again', async () => {
    const { byToken, call } = await withToken();
    await call('DELETE', '/v1/customers/acme');
    await call('PUT', '/v1/customers/acme', {});
    expect((await byToken('GET', '/v1/syncs')).body.code).toBe('unauthenticated');
    const { body } = await call('POST', '/v1/customer-tokens', { customer_id: 'acme' });
    expect((await callerOf(api, body.token)('GET', '/v1/syncs')).status).toBe(200);
    await call('PUT', '/v1/customers/acme', { name: 'Renamed' });
    expect((await callerOf(api, body.token)('GET', '/v1/syncs')).status).toBe(200);
  });

  test('an unknown customer gets none', async () => {
    const { call } = await newApplication(api);
    expect((await call('POST', '/v1/customer-tokens', { customer_id: 'nobody' })).body.code).toBe('not_found');
  });

  test('a changed, foreign or home-made token is nobody', async () => {
    const { token, id } = await withToken();
    const [head, payload, signature] = token.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const sign = (overrides: Record<string, unknown>, header: Record<string, unknown> = {}, key = Buffer.alloc(32, 7)) => {
      const { signing } = createTokenKeys([{ id: 'k1', key }]);
      return new SignJWT({ ...claims, ...overrides }).setProtectedHeader({ alg: 'HS256', kid: 'k1', ...header }).sign(signing.secret);
    };
    const genuine = await sign({});
    expect((await callerOf(api, genuine)('GET', '/v1/syncs')).status).toBe(200);
    const forged = {
      'another customer': `${head}.${encode({ ...claims, sub: 'other' })}.${signature}`,
      'another application': `${head}.${encode({ ...claims, app: `${id}x` })}.${signature}`,
      'no algorithm': `${encode({ alg: 'none', kid: 'k1' })}.${payload}.`,
      'no signature': `${head}.${payload}.`,
      'another key': await sign({}, {}, Buffer.alloc(32, 8)),
      'an unknown key id': await sign({}, { kid: 'k9' }),
      'another audience': await sign({ aud: 'somebody' }),
      'another issuer': await sign({ iss: 'somebody' }),
      'a life of a day': await sign({ iat: claims.iat - 7200, exp: claims.exp + 86_400 }),
      'no end': await sign({ exp: undefined }),
      'a customer that does not exist': await sign({ sub: 'nobody' }),
    };
    for (const [what, made] of Object.entries(forged)) expect((await callerOf(api, made)('GET', '/v1/syncs')).status, what).toBe(401);
  });

  test('scopes that no token may carry are not granted by a claim', async () => {
    const { token } = await withToken();
    const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
    const { signing } = createTokenKeys([{ id: 'k1', key: Buffer.alloc(32, 7) }]);
    const made = await new SignJWT({ ...claims, scope: 'all customers:write records:read' })
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .sign(signing.secret);
    expect((await callerOf(api, made)('PUT', '/v1/customers/acme', {})).body.code).toBe('scope_missing');
  });
});

describe('CORS', () => {
  const preflight = (from: string) =>
    fetch(`${api.url}/v1/syncs`, {
      method: 'OPTIONS',
      headers: { origin: from, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
    });

  test('a preflight succeeds for an origin of some application, and for no other', async () => {
    await withToken();
    const allowed = await preflight(origin);
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
    expect(allowed.headers.get('access-control-allow-headers')).toBe('authorization, if-none-match, last-event-id');
    for (const other of [
      'https://evil.example',
      'null',
      `${origin}.evil.example`,
      'https://app.example.com:8443',
      'http://app.example.com',
    ]) {
      const refused = await preflight(other);
      expect([refused.status, refused.headers.get('access-control-allow-origin')], other).toEqual([403, null]);
    }
  });

  test('a token is readable on its application’s origins, and refused on others', async () => {
    const { byToken } = await withToken();
    const own = await byToken('GET', '/v1/syncs', undefined, { origin });
    expect([own.status, own.headers.get('access-control-allow-origin'), own.headers.get('vary')]).toEqual([200, origin, 'Origin']);
    await newApplication(api, { origins: ['https://other.example'] });
    const foreign = await byToken('GET', '/v1/syncs', undefined, { origin: 'https://other.example' });
    expect([foreign.status, foreign.body.code, foreign.headers.get('access-control-allow-origin')]).toEqual([
      403,
      'origin_not_allowed',
      null,
    ]);
  });

  test('an API key’s answers are not readable by any page', async () => {
    const { call } = await withToken();
    const { status, headers } = await call('GET', '/v1/customers', undefined, { origin });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, null]);
  });

  test('a page can read why its token is refused', async () => {
    await withToken();
    const { status, headers } = await callerOf(api, 'a.b.c')('GET', '/v1/syncs', undefined, { origin });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([401, origin]);
  });
});
