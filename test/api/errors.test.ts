import { request as rawRequest } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApi } from '../../src/api/index.ts';
import { ProviderError } from '../../src/kit/index.ts';
import { type Call, callerOf, newApplication, startApi, type TestApi, unusedDeps } from './support/api.ts';

let api: TestApi;
let call: Call;
beforeAll(async () => {
  api = await startApi();
  ({ call } = await newApplication(api));
});
afterAll(() => api.close());
beforeEach(() => {
  api.lines.length = 0;
});

describe('refusals', () => {
  test('every refusal is a problem with a code, a sentence and the request’s id', async () => {
    const { status, headers, body } = await call('GET', '/v1/customers/nobody');
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body).toEqual({
      type: 'urn:syncline:problem:not_found',
      title: 'Not found',
      status,
      code: 'not_found',
      detail: 'No customer "nobody" exists in this application.',
      request_id: headers.get('x-request-id'),
    });
    expect(body.request_id).toMatch(/^req_[0-9a-z]{26}$/);
  });

  test('refused input is 400 with every place', async () => {
    const { status, body } = await call('POST', '/v1/customer-tokens', { customer_id: 7, ttl_seconds: 3601, nonsense: true });
    expect([status, body.code]).toEqual([400, 'input_invalid']);
    expect(body.errors.map((error: { in: string; path: string }) => `${error.in} ${error.path}`).sort()).toEqual([
      'body customer_id',
      'body nonsense',
      'body ttl_seconds',
    ]);
  });

  test.each([
    ['GET', '/v1/customers?page_size=0', 'query page_size'],
    ['GET', '/v1/customers?page_size=1001', 'query page_size'],
    ['GET', '/v1/customers?page_size=ten', 'query page_size'],
    ['GET', '/v1/customers?pagesize=1', 'query pagesize'],
    ['GET', '/v1/customers?cursor=a&cursor=b', 'query cursor'],
    ['GET', '/v1/application?x=1', 'query x'],
    ['GET', '/v1/customers/%00', 'path customer_id'],
  ])('%s %s is refused by its place', async (method, path, place) => {
    const { status, body } = await call(method, path);
    expect([status, `${body.errors[0].in} ${body.errors[0].path}`]).toEqual([400, place]);
  });

  test.each([
    ['broken JSON', '{', 'input_invalid', 400],
    ['nothing', '', 'input_invalid', 400],
    ['null', 'null', 'input_invalid', 400],
    ['a list', '[]', 'input_invalid', 400],
    ['a text', '"text"', 'input_invalid', 400],
    ['a megabyte', `{"name":"${'x'.repeat(1024 * 1024)}"}`, 'body_too_large', 413],
    ['a nesting of 200,000', `${'['.repeat(200_000)}${']'.repeat(200_000)}`, 'input_invalid', 400],
    ['a prototype', '{"__proto__":{"name":"x"}}', 'input_invalid', 400],
    ['a constructor', '{"constructor":1}', 'input_invalid', 400],
  ])('%s as a body is refused', async (_what, text, code, status) => {
    const answer = await call('PATCH', '/v1/application', text);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test('another content type is refused', async () => {
    const { body } = await call('POST', '/v1/api-keys', '<xml/>', { 'content-type': 'application/xml' });
    expect(body.code).toBe('content_type_unsupported');
  });

  test('unknown paths are 404, known paths with another method 405 with what is allowed', async () => {
    expect((await call('GET', '/v1/nothing')).body.code).toBe('not_found');
    expect((await call('GET', '/nothing')).body.code).toBe('not_found');
    expect((await call('POST', '/v1/syncs/sync_x:explode', {})).body.code).toBe('not_found');
    const { status, body, headers } = await call('DELETE', '/v1/customers');
    expect([status, body.code, headers.get('allow')]).toEqual([405, 'method_not_allowed', 'GET']);
  });

  test('what nobody expected is a plain 500 with the request id, and its cause is in one log line', async () => {
    await api.db.pool.query('alter table customer rename to customer_away');
    const { status, body } = await call('GET', '/v1/customers');
    await api.db.pool.query('alter table customer_away rename to customer');
    expect([status, body.code]).toEqual([500, 'internal']);
    expect(JSON.stringify(body)).not.toContain('customer_away');
    expect(JSON.stringify(body)).not.toMatch(/relation|prisma|select/i);
    const errors = api.lines.filter(({ level }) => level === 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]!.line).toMatchObject({ request_id: body.request_id, route: '/v1/customers', status: 500, err: expect.any(Error) });
  });
});

describe('a provider that refuses', () => {
  test.each([
    ['invalid', 422, 422, 'provider_rejected'],
    ['forbidden', 403, 422, 'provider_rejected'],
    ['rate_limited', 429, 429, 'provider_rate_limited'],
    ['unavailable', 503, 502, 'provider_unavailable'],
  ] as const)(
    'B8 (API) %s is named as the provider’s, with its own words, never as our failure',
    async (meaning, providerStatus, status, code) => {
      const failing = createApi({
        ...unusedDeps,
        authenticate: async () => ({ kind: 'api_key', id: 'key_x', applicationId: 'app_x', scopes: ['all'] }),
        contextFor: () => {
          throw new ProviderError(meaning, `HTTP ${providerStatus}: email is not valid`, { status: providerStatus, retryAfterSeconds: 7 });
        },
      });
      const response = await failing.request('/v1/customers', { headers: { authorization: 'Bearer x' } });
      const body = await response.json();
      expect([response.status, body.code, body.provider_status]).toEqual([status, code, providerStatus]);
      expect(body.detail).toContain('email is not valid');
      expect(response.headers.get('retry-after')).toBe('7');
    },
  );
});

describe('logs', () => {
  test('one wide line per request with the route’s pattern, never the raw path, query or key', async () => {
    const { key } = await newApplication(api);
    api.lines.length = 0;
    await callerOf(api, key)('GET', '/v1/customers/secret-name?force=secret-query');
    expect(api.lines).toHaveLength(1);
    expect(api.lines[0]!.line).toMatchObject({ method: 'GET', route: '/v1/customers/{customer_id}', status: 400 });
    await call('GET', '/connect/secret-token?code=secret-code');
    await call('GET', '/oauth/callback?code=secret-code&state=secret-state');
    expect(JSON.stringify(api.lines)).not.toMatch(/secret|sk_/);
  });
});

describe('public pages', () => {
  const open = async (path: string) => {
    const response = await fetch(api.url + path);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  test('health, readiness, metrics and the document need no key', async () => {
    expect((await open('/healthz')).text).toBe('{"status":"ok"}');
    expect((await open('/readyz')).status).toBe(200);
    expect((await open('/metrics')).status).toBe(200);
    expect(JSON.parse((await open('/openapi.json')).text).openapi).toBe('3.1.0');
  });

  test('readiness says 503 when the database does not answer', async () => {
    const failing = createApi({
      ...unusedDeps,
      authenticate: () => Promise.reject(new Error('unused')),
      contextFor: () => {
        throw new Error('unused');
      },
      isReady: () => Promise.reject(new Error('connection refused')),
    });
    const response = await failing.request('/readyz');
    expect([response.status, await response.json()]).toEqual([503, { status: 'the database does not answer' }]);
  });

  test('the docs page loads everything from here', async () => {
    const { text, headers } = await open('/docs');
    expect(text).toMatch(/<noscript>.*openapi\.json.*<\/noscript>/);
    const assets = [...text.matchAll(/<(?:script|link)[^>]*(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
    expect(assets.length).toBeGreaterThan(2);
    for (const asset of assets) {
      expect(asset.startsWith('/docs/')).toBe(true);
      expect((await open(asset)).status).toBe(200);
    }
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  test('every answer says nosniff, no referrer, no frames', async () => {
    for (const path of ['/healthz', '/openapi.json', '/v1/customers', '/nothing']) {
      const { headers } = await open(path);
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(headers.get('referrer-policy'), path).toBe('no-referrer');
      expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'");
    }
  });

  test('a path that is not percent-encoded UTF-8 is refused, not a failure on our side', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const { hostname, port } = new URL(api.url);
      rawRequest({ hostname, port, path: '/v1/customers/%E0%A4%A', method: 'GET' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(400);
  });
});
