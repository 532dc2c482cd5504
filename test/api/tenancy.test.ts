import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callerOf, newApplication, startApi, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

describe('applications', () => {
  test('an operator creates one; it comes with a hosted destination and a key that works at once', async () => {
    const { id, call } = await newApplication(api, { name: 'Example CRM', origins: ['https://app.example.com'] });
    expect((await call('GET', '/v1/application')).body).toMatchObject({
      id,
      name: 'Example CRM',
      origins: ['https://app.example.com'],
      return_urls: [],
    });
    const { body } = await call('GET', '/v1/destinations');
    expect(body.data).toEqual([expect.objectContaining({ name: 'hosted', kind: 'hosted', schema: `hub_${id.slice(4)}` })]);
    expect((await call('GET', `/v1/destinations/${body.data[0].id}`)).body).toEqual(body.data[0]);
  });

  test('an API key creates none, and the operator key reads no tenant', async () => {
    const { call } = await newApplication(api);
    expect((await call('POST', '/v1/applications', { name: 'x' })).body.code).toBe('scope_missing');
    expect((await callerOf(api, api.operatorKey)('GET', '/v1/customers')).body.code).toBe('scope_missing');
  });

  test('an update changes what is given and is audited', async () => {
    const { id, call } = await newApplication(api, { name: 'Before' });
    const { body } = await call('PATCH', '/v1/application', { return_urls: ['https://app.example.com/done/'] });
    expect(body).toMatchObject({ name: 'Before', return_urls: ['https://app.example.com/done/'] });
    const audit = await call('GET', '/v1/audit');
    expect(audit.body.data.map((entry: { action: string }) => entry.action)).toEqual(['application.updated', 'application.created']);
    expect(audit.body.data[0]).toMatchObject({ target: id, actor: expect.stringMatching(/^api_key:key_/) });
  });

  test.each([
    [{ origins: ['https://app.example.com/'] }, 'origins.0'],
    [{ origins: ['http://app.example.com'] }, 'origins.0'],
    [{ origins: ['*'] }, 'origins.0'],
    [{ return_urls: ['javascript:alert(1)'] }, 'return_urls.0'],
    [{ return_urls: ['https://user@app.example.com/'] }, 'return_urls.0'],
    [{ return_urls: ['http://app.example.com/'] }, 'return_urls.0'],
  ])('an unsafe address is refused by its place: %j', async (input, place) => {
    const { call } = await newApplication(api);
    const { status, body } = await call('PATCH', '/v1/application', input);
    expect([status, body.code, body.errors[0].path]).toEqual([400, 'input_invalid', place]);
  });
});

describe('API keys', () => {
  test('the text of a key is shown once, kept as a hash, and ends with its revocation', async () => {
    const { call } = await newApplication(api);
    const created = await call('POST', '/v1/api-keys', { name: 'Server', scopes: ['customers:read'] });
    expect(created.status).toBe(201);
    const { key, id, prefix } = created.body;
    expect(key.startsWith(prefix)).toBe(true);
    expect(key.length).toBeGreaterThan(40);
    const rows = await api.db.pool.query('select to_jsonb(k)::text as row from api_key k');
    expect(JSON.stringify(rows.rows)).not.toContain(key.slice(prefix.length));

    const own = callerOf(api, key);
    expect((await own('GET', '/v1/customers')).status).toBe(200);
    expect((await own('PUT', '/v1/customers/acme', {})).body.code).toBe('scope_missing');
    expect((await call('DELETE', `/v1/api-keys/${id}`)).body.revoked_at).not.toBeNull();
    expect((await own('GET', '/v1/customers')).body.code).toBe('unauthenticated');
    const list = await call('GET', '/v1/api-keys');
    expect(list.body.data).toHaveLength(2);
    expect(JSON.stringify(list.body)).not.toContain(key);
  });

  test('a key cannot give scopes that it does not have', async () => {
    const { call } = await newApplication(api);
    const { body } = await call('POST', '/v1/api-keys', { name: 'Keys only', scopes: ['api_keys:write'] });
    const limited = callerOf(api, body.key);
    expect((await limited('POST', '/v1/api-keys', { name: 'x', scopes: ['all'] })).body.code).toBe('scope_missing');
    expect((await limited('POST', '/v1/api-keys', { name: 'x', scopes: ['records:read'] })).status).toBe(403);
    expect((await limited('POST', '/v1/api-keys', { name: 'x', scopes: ['api_keys:write'] })).status).toBe(201);
  });

  test.each([null, '', 'sk_', 'sk_wrong-wrong-wrong-wrong', 'nonsense', 'a.b.c'])('%j is nobody', async (key) => {
    const { status, body, headers } = await callerOf(api, key)('GET', '/v1/customers');
    expect([status, body.code, headers.get('www-authenticate')]).toEqual([401, 'unauthenticated', 'Bearer']);
  });

  test('a key with the right prefix and a wrong rest is refused', async () => {
    const { key } = await newApplication(api);
    const other = key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A');
    expect((await callerOf(api, other)('GET', '/v1/customers')).status).toBe(401);
  });

  test('last use is remembered', async () => {
    const { call } = await newApplication(api);
    await call('GET', '/v1/customers');
    expect((await call('GET', '/v1/api-keys')).body.data[0].last_used_at).not.toBeNull();
  });
});

describe('customers', () => {
  test('B4 upsert creates, then updates by the vendor’s id; unknown is 404; deleted is 404 and leaves the list', async () => {
    const { call } = await newApplication(api);
    expect((await call('GET', '/v1/customers/acme')).body.code).toBe('not_found');
    const created = await call('PUT', '/v1/customers/acme', { name: 'Acme' });
    expect(created.body).toMatchObject({ id: 'acme', name: 'Acme' });
    const updated = await call('PUT', '/v1/customers/acme', { name: 'Acme Inc.' });
    expect(updated.body).toMatchObject({ id: 'acme', name: 'Acme Inc.', created_at: created.body.created_at });
    expect((await call('PUT', '/v1/customers/acme', {})).body.name).toBe('Acme Inc.');
    expect((await call('GET', '/v1/customers')).body.data).toEqual([expect.objectContaining({ id: 'acme' })]);
    expect((await call('DELETE', '/v1/customers/acme')).status).toBe(204);
    expect((await call('GET', '/v1/customers/acme')).status).toBe(404);
    expect((await call('DELETE', '/v1/customers/acme')).status).toBe(404);
    expect((await call('GET', '/v1/customers')).body.data).toEqual([]);
    expect((await call('PUT', '/v1/customers/acme', {})).body.name).toBeNull();
  });

  test('B26 hostile ids are kept exactly, and ids that differ in punctuation are different customers', async () => {
    const { call } = await newApplication(api);
    const ids = [
      "o'hare; drop table customer;--",
      'a/b',
      'a.b',
      'a b',
      'a:trigger',
      'ümläut 漢字 🦆',
      '%2F',
      'x'.repeat(300),
      'A',
      'a',
      '"',
      '\\',
      '<script>',
    ];
    for (const id of ids) {
      const { status, body } = await call('PUT', `/v1/customers/${encodeURIComponent(id)}`, {
        name: id.slice(0, 200),
      });
      expect([status, body.id], id).toEqual([200, id]);
    }
    const { body } = await call('GET', '/v1/customers?page_size=1000');
    expect(body.data.map(({ id }: { id: string }) => id).sort()).toEqual(ids.toSorted());
    expect((await call('PUT', `/v1/customers/${'x'.repeat(301)}`, {})).status).toBe(400);
    expect((await call('PUT', '/v1/customers/%00', {})).status).toBe(400);
  });

  test('B3 pages go forward by cursor and repeat for the same cursor', async () => {
    const { call } = await newApplication(api);
    for (let i = 0; i < 5; i++) await call('PUT', `/v1/customers/c${i}`, {});
    const first = await call('GET', '/v1/customers?page_size=2');
    expect(first.body).toMatchObject({ has_more: true, data: [{ id: 'c0' }, { id: 'c1' }] });
    const path = `/v1/customers?page_size=2&cursor=${first.body.next_cursor}`;
    const second = await call('GET', path);
    expect(second.body.data).toMatchObject([{ id: 'c2' }, { id: 'c3' }]);
    expect((await call('GET', path)).body).toEqual(second.body);
    const last = await call('GET', `/v1/customers?page_size=2&cursor=${second.body.next_cursor}`);
    expect(last.body).toMatchObject({ has_more: false, data: [{ id: 'c4' }] });
    expect((await call('GET', '/v1/customers?cursor=nonsense')).body.code).toBe('cursor_invalid');
  });

  test('one application never sees another’s customer', async () => {
    const a = await newApplication(api);
    const b = await newApplication(api);
    await a.call('PUT', '/v1/customers/acme', { name: 'of a' });
    expect((await b.call('GET', '/v1/customers/acme')).status).toBe(404);
    expect((await b.call('DELETE', '/v1/customers/acme')).status).toBe(404);
    await b.call('PUT', '/v1/customers/acme', { name: 'of b' });
    expect((await a.call('GET', '/v1/customers/acme')).body.name).toBe('of a');
    expect((await a.call('GET', '/v1/customers')).body.data).toHaveLength(1);
  });
});
