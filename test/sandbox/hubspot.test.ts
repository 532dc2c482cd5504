import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Exchange, loadData, loadExchanges, pathOf } from '../real/index.ts';
import { newestHubspotContacts } from '../real/newest.ts';
import { loadRecordings, recordedAccounts } from '../support/replay.ts';
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts';
import { type Answer, caller, tokensFor } from './support.ts';

const api = 'https://api.hubapi.com';
let sandbox: RunningSandbox;
/** A generated portal, and the recorded one. */
let call: ReturnType<typeof caller>;
let recorded: ReturnType<typeof caller>;

beforeAll(async () => {
  sandbox = await startSandbox();
  await loadRecordings(sandbox.control);
  call = caller(sandbox, (await tokensFor(sandbox, 'hubspot', '1234')).access_token);
  recorded = caller(sandbox, (await tokensFor(sandbox, 'hubspot', recordedAccounts.hubspot)).access_token);
});
afterAll(() => sandbox.close());

const search = (json: unknown, object = 'contacts') => call(`${api}/crm/v3/objects/${object}/search`, { method: 'POST', json });
const filter = (propertyName: string, operator: string, value?: unknown) => ({
  filterGroups: [{ filters: [{ propertyName, operator, ...(value === undefined ? {} : { value }) }] }],
});

const searches = loadExchanges('hubspot/recorded').filter((one) => /^\/crm\/v3\/objects\/(CONTACT|COMPANY)\/search$/.test(pathOf(one)));
const hits = (exchange: Exchange) => (exchange.response.body as { results?: { id: string; properties: object }[] }).results ?? [];

describe('recorded requests', () => {
  it('every recorded search is accepted, and its answer has the recorded members, types and headers', async () => {
    expect(searches.length).toBeGreaterThan(200);
    for (const exchange of searches.filter(({ response }) => response.status === 200)) {
      const answer = await recorded(exchange.request.url, { method: 'POST', json: exchange.request.body });
      expect([exchange.place, answer.status]).toEqual([exchange.place, 200]);
      expect(Object.keys(answer.body).slice(0, 2)).toEqual(['total', 'results']);
      expect(answer.headers.get('content-type')).toBe(exchange.response.headers['content-type']);
      expect(Object.keys(exchange.response.headers)).not.toContain('x-hubspot-ratelimit-max');
      expect(answer.headers.has('x-hubspot-ratelimit-max')).toBe(false);
      for (const hit of answer.body.results) {
        expect(Object.keys(hit)).toEqual(['id', 'properties', 'createdAt', 'updatedAt', 'archived']);
        expect(Object.keys(hit.properties)).toEqual(Object.keys(hit.properties).sort());
      }
    }
  });

  it('asked again for the newest recorded versions, it gives the recorded answer value for value', async () => {
    const newest = new Map(newestHubspotContacts().map((one) => [one.id, one]));
    let compared = 0;
    for (const exchange of searches) {
      const { properties } = exchange.request.body as { properties: string[] };
      for (const hit of hits(exchange)) {
        if (!newest.get(hit.id)?.places.includes(exchange.place)) continue;
        const json = { ...filter('hs_object_id', 'EQ', hit.id), properties, limit: 100 };
        const answer = await recorded(exchange.request.url, { method: 'POST', json });
        expect(answer.body).toEqual({ total: 1, results: [hit] });
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(80);
  });

  it('a generated record has the members of a recorded one', async () => {
    const [page] = Object.values(loadData<Record<string, { results: Record<string, unknown>[] }>>('hubspot/list-pages-v3.json'));
    const { body } = await call(`${api}/crm/v3/objects/contacts?limit=1`);
    const shape = ({ properties, ...rest }: Record<string, unknown>) => [Object.keys(rest), Object.keys(properties as object)];
    expect(shape(body.results[0])).toEqual(shape(page!.results[0]!));
    expect(body.paging.next).toEqual({
      after: expect.stringMatching(/^\d+$/),
      link: expect.stringContaining(`${api}/crm/v3/objects/contacts?`),
    });
  });

  it('a 429 has the recorded body and no Retry-After', async () => {
    const refused = searches.find(({ response }) => response.status === 429)!;
    await sandbox.control.fault({ match: { dialect: 'hubspot', account: '1234' }, fault: { kind: 'rate_limited' } });
    const answer = await search({ limit: 1 });
    expect(answer.status).toBe(429);
    expect(answer.body).toEqual({ ...(refused.response.body as object), correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(answer.headers.get('retry-after')).toBeNull();
  });

  it('lists carry the rate headers of the recordings', async () => {
    const exchange = loadExchanges('hubspot/recorded').find(
      ({ response, request }) => !request.query?.hapikey && 'x-hubspot-ratelimit-max' in response.headers,
    )!;
    const { headers } = await call(`${api}/crm/v3/objects/contacts`);
    for (const name of Object.keys(exchange.response.headers)) expect([name, headers.has(name)]).toEqual([name, true]);
  });
});

it('a batch gives records by their ids, and names those that are not found in a 207', async () => {
  const { results } = (await call(`${api}/crm/v3/objects/contacts?limit=2`)).body;
  const ids = results.map(({ id }: { id: string }) => id);
  const post = (inputs: unknown, query = '') =>
    call(`${api}/crm/v3/objects/contacts/batch/read${query}`, { method: 'POST', json: { inputs, properties: ['email'] } });
  const whole = await post(ids.map((id: string) => ({ id })));
  expect([whole.status, whole.body.results.map(({ id }: { id: string }) => id)]).toEqual([200, ids]);
  expect(Object.keys(whole.body).sort()).toEqual(['completedAt', 'results', 'startedAt', 'status']);
  const partial = await post([{ id: ids[0] }, { id: '99' }]);
  expect(partial.status).toBe(207);
  expect(partial.body).toMatchObject({ numErrors: 1, errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['99'] } }] });
  expect(partial.body.results.map(({ id }: { id: string }) => id)).toEqual([ids[0]]);
  expect((await post(Array.from({ length: 101 }, () => ({ id: ids[0] })))).status).toBe(400);
  expect((await post([{ id: ids[0] }], '?limit=1')).status).toBe(400);
});

describe('the table of endpoints', () => {
  const { operations } = loadData<{ operations: { method: string; path: string; query: { name: string }[] }[] }>('hubspot/endpoints.json');
  /** Parameters that are lists are not in the table. */
  const lists = ['properties', 'propertiesWithHistory', 'associations'];

  it.each([
    [
      'GET',
      '/crm/v3/objects/contacts',
      ['limit=1', 'after=1', 'archived=false', 'properties=email', 'propertiesWithHistory=email', 'associations=deals'],
    ],
    ['GET', '/crm/v3/objects/contacts/{contactId}', ['archived=false', 'properties=email', 'idProperty=hs_object_id']],
    ['GET', '/crm/v3/owners/', ['email=x', 'after=1', 'limit=1', 'archived=false']],
    ['GET', '/crm/v3/properties/{objectType}', ['archived=false', 'properties=email']],
    ['POST', '/crm/v3/objects/contacts/search', []],
  ])('%s %s and its parameters exist at HubSpot, and nothing else is accepted', async (method, path, parameters) => {
    const operation = operations.find((one) => one.method === method && one.path === path);
    const known = operation?.query.map(({ name }) => name) ?? [];
    expect(operation).toBeDefined();
    const url = `${api}${path.replace('{contactId}', '286101').replace('{objectType}', 'contacts')}`;
    for (const parameter of parameters) {
      const [name = ''] = parameter.split('=');
      expect([...known, ...lists]).toContain(name);
      expect([parameter, (await call(`${url}?${parameter}`)).status]).toEqual([parameter, 200]);
    }
    if (method === 'GET') expect((await call(`${url}?modifiedSince=1`)).status).toBe(400);
  });

  it('every path that is answered stands in the table', async () => {
    const unknown = [
      '/crm/v3/objects/contacts/batch',
      '/crm/v3/object/contacts',
      '/crm/v4/objects/contacts',
      '/contacts/v1/lists/all/contacts/all',
      '/crm/v3/',
    ];
    for (const path of unknown) expect([path, (await call(`${api}${path}`)).status]).toEqual([path, 404]);
  });
});

describe('refusals', () => {
  const refused = async (answer: Answer) => {
    expect(answer.body).toMatchObject({ status: 'error', message: expect.any(String), correlationId: expect.any(String) });
    return answer.status;
  };

  it.each([
    ['limit=101', 400],
    ['limit=0', 400],
    ['after=abc', 400],
    ['archived=perhaps', 400],
    ['sort=email', 400],
  ])('a list with %s → %i', async (query, status) => {
    expect(await refused(await call(`${api}/crm/v3/objects/contacts?${query}`))).toBe(status);
  });

  it.each([
    ['more than 200 a page', { limit: 201 }],
    ['a page beyond 10,000 hits', { limit: 100, after: '9950' }],
    ['an unknown operator', filter('email', 'MATCHES', 'x')],
    ['an unknown property', filter('nothing', 'EQ', 'x')],
    ['an operator without its value', filter('email', 'EQ')],
    ['an unknown member', { where: 'x' }],
    ['two sorts', { sorts: [{ propertyName: 'email' }, { propertyName: 'city' }] }],
    ['six groups', { filterGroups: Array.from({ length: 6 }, () => ({ filters: [] })) }],
    [
      'seven filters in a group',
      { filterGroups: [{ filters: Array.from({ length: 7 }, () => ({ propertyName: 'email', operator: 'HAS_PROPERTY' })) }] },
    ],
  ])('a search with %s → 400', async (_name, json) => {
    expect(await refused(await search(json))).toBe(400);
  });

  it('unknown object types, records and methods', async () => {
    expect(await refused(await call(`${api}/crm/v3/objects/strangers`))).toBe(400);
    expect(await refused(await call(`${api}/crm/v3/objects/contacts/1`))).toBe(404);
    expect(await refused(await call(`${api}/crm/v3/objects/contacts`, { method: 'POST', json: {} }))).toBe(404);
  });

  it('without a token, with a bad one, and without the scope', async () => {
    const url = `${api}/crm/v3/objects/deals`;
    const without = await caller(sandbox, null)(url);
    expect([without.status, without.body.category]).toEqual([401, 'INVALID_AUTHENTICATION']);
    const expired = await caller(sandbox, 'nonsense')(url);
    expect([expired.status, expired.body.category]).toEqual([401, 'EXPIRED_AUTHENTICATION']);
    const narrow = await tokensFor(sandbox, 'hubspot', '1234', 'oauth crm.objects.contacts.read');
    const missing = await caller(sandbox, narrow.access_token)(url);
    expect([missing.status, missing.body.category, missing.body.errors[0].context]).toEqual([
      403,
      'MISSING_SCOPES',
      { requiredGranularScopes: ['crm.objects.deals.read'] },
    ]);
  });
});

describe('listing and search', () => {
  const account = { dialect: 'hubspot', account: '1234' } as const;

  it('every record is listed once, whatever the object type is called', async () => {
    for (const name of ['contacts', 'CONTACT', '0-1']) {
      const ids: string[] = [];
      let after: string | undefined = '0';
      while (after !== undefined) {
        const { body }: Answer = await call(`${api}/crm/v3/objects/${name}?limit=50&after=${after}`);
        ids.push(...body.results.map(({ id }: { id: string }) => id));
        after = body.paging?.next.after;
      }
      expect([ids.length, new Set(ids).size]).toEqual([120, 120]);
    }
  });

  it('archived records are listed apart, with their time, and are gone from list, search and get', async () => {
    const { ids } = await sandbox.control.delete({ ...account, object: 'deals', count: 2 });
    const archived = await call(`${api}/crm/v3/objects/deals?archived=true&limit=100`);
    expect(archived.body.results.map(({ id, archived, archivedAt }: Record<string, unknown>) => [id, archived, typeof archivedAt])).toEqual(
      ids.map((id) => [id, true, 'string']),
    );
    expect((await call(`${api}/crm/v3/objects/deals?limit=100`)).body.results).toHaveLength(58);
    expect((await search({ limit: 1 }, 'deals')).body.total).toBe(58);
    expect((await call(`${api}/crm/v3/objects/deals/${ids[0]}`)).status).toBe(404);
    expect((await call(`${api}/crm/v3/objects/deals/${ids[0]}?archived=true`)).status).toBe(200);
  });

  it('asked-for properties come with null where they are unset, unknown ones are left out', async () => {
    const { body } = await call(`${api}/crm/v3/objects/contacts?limit=1&properties=website,nonsense`);
    expect(body.results[0].properties).toEqual({
      createdate: expect.any(String),
      hs_object_id: expect.any(String),
      lastmodifieddate: expect.any(String),
      website: null,
    });
  });

  it.each([
    ['EQ', 'email', 'CONTACT.7@example.com', 1],
    ['NEQ', 'email', 'contact.7@example.com', 119],
    ['GTE', 'lastmodifieddate', String(Date.parse('2024-01-01T00:01:50.420Z')), 11],
    ['GT', 'lastmodifieddate', '2024-01-01T00:01:50.420Z', 10],
    ['LT', 'hs_object_id', '286201', 2],
    ['LTE', 'hs_object_id', '286201', 3],
    ['HAS_PROPERTY', 'website', undefined, 0],
    ['NOT_HAS_PROPERTY', 'website', undefined, 120],
    ['CONTAINS_TOKEN', 'email', 'exampl', 0],
    ['CONTAINS_TOKEN', 'email', 'contact*', 120],
  ])('%s on %s finds what it should', async (operator, property, value, count) => {
    expect((await search({ ...filter(property, operator, value), limit: 1 })).body.total).toBe(count);
  });

  it('BETWEEN and IN take their own members; groups are joined by OR', async () => {
    const between = { propertyName: 'hs_object_id', operator: 'BETWEEN', value: '286101', highValue: '286201' };
    const among = { propertyName: 'email', operator: 'IN', values: ['contact.90@example.com', 'contact.91@example.com'] };
    expect((await search({ filterGroups: [{ filters: [between] }, { filters: [among] }] })).body.total).toBe(5);
    expect((await search({ filterGroups: [{ filters: [between, among] }] })).body.total).toBe(0);
  });

  it('stops at 10,000 hits; a restart from the last value reads on', async () => {
    const big = { dialect: 'hubspot', account: '5678' } as const;
    await sandbox.control.setSize({ ...big, object: 'companies', size: 10_500 });
    const ask = caller(sandbox, (await tokensFor(sandbox, 'hubspot', '5678')).access_token);
    const page = (json: object) =>
      ask(`${api}/crm/v3/objects/companies/search`, {
        method: 'POST',
        json: { sorts: [{ propertyName: 'hs_lastmodifieddate', direction: 'ASCENDING' }], limit: 200, ...json },
      });
    const last = await page({ after: '9800' });
    expect([last.body.total, last.body.results.length, last.body.paging]).toEqual([10_500, 200, { next: { after: '10000' } }]);
    expect((await page({ after: '10000' })).status).toBe(400);
    const from = last.body.results.at(-1).properties.hs_lastmodifieddate;
    expect((await page(filter('hs_lastmodifieddate', 'GTE', String(Date.parse(from))))).body.total).toBe(501);
  });

  it('the search index trails behind as told: the old version, and nothing of a new record', async () => {
    const late = { dialect: 'hubspot', account: '999' } as const;
    const ask = caller(sandbox, (await tokensFor(sandbox, 'hubspot', '999')).access_token);
    const find = async (email: string) =>
      (
        await ask(`${api}/crm/v3/objects/contacts/search`, {
          method: 'POST',
          json: { ...filter('email', 'EQ', email), properties: ['city'] },
        })
      ).body.results;
    await sandbox.control.configure({ ...late, searchLagMs: 800 });
    await sandbox.control.update({ ...late, object: 'contacts', id: '286101', fields: { city: 'Elsewhere' } });
    await sandbox.control.create({ ...late, object: 'contacts', fields: { email: 'new@example.com' } });
    expect((await find('contact.1@example.com'))[0].properties.city).not.toBe('Elsewhere');
    expect(await find('new@example.com')).toEqual([]);
    expect((await ask(`${api}/crm/v3/objects/contacts/286101?properties=city`)).body.properties.city).toBe('Elsewhere');
    await expect
      .poll(async () => (await find('contact.1@example.com'))[0].properties.city, { interval: 100, timeout: 30_000 })
      .toBe('Elsewhere');
    expect(await find('new@example.com')).toHaveLength(1);
  });

  it('an expired page token is a 400 in HubSpot’s words', async () => {
    await sandbox.control.fault({ match: account, fault: { kind: 'page_expired' } });
    const first = await call(`${api}/crm/v3/objects/contacts?limit=1`);
    const answer = await call(`${api}/crm/v3/objects/contacts?limit=1&after=${first.body.paging.next.after}`);
    expect([first.status, answer.status, answer.body.category]).toEqual([200, 400, 'VALIDATION_ERROR']);
  });

  it('owners and the property catalogue', async () => {
    const owners = await call(`${api}/crm/v3/owners/?limit=2`);
    expect(owners.body.results).toHaveLength(2);
    expect(Object.keys(owners.body.results[0])).toEqual([
      'id',
      'email',
      'type',
      'firstName',
      'lastName',
      'userId',
      'userIdIncludingInactive',
      'createdAt',
      'updatedAt',
      'archived',
    ]);
    const { body } = await call(`${api}/crm/v3/properties/companies`);
    expect(body.results.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['domain', 'hs_lastmodifieddate', 'hs_object_id', 'name']),
    );
  });
});
