import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject, PageRequest } from '../../kit/index.ts';
import { compileDefinition } from './compile-definition.ts';

const docsUrl = 'https://docs.acme.com/api';
const part = (more: JsonObject = {}): JsonObject => ({
  ...{ name: 'list', signal: 'records', records_path: 'data', completeness: 'complete' },
  request: { method: 'GET', path: '/v1/{object}', query: { limit: '{page_size}', since: '{since}' } },
  paging: { kind: 'cursor', name: 'after', path: 'next' },
  ...more,
});
const object = (more: JsonObject = {}): JsonObject => ({
  ...{ label: 'Contacts', docs_url: docsUrl, page_size_max: 100, scopes: [], visibility_lag_seconds: 0 },
  record: { id: 'id' },
  full: { parts: [part()] },
  ...more,
});
const definition = (more: JsonObject = {}): JsonObject => ({
  ...{ name: 'x_acme', display_name: 'Acme', categories: ['crm'], docs_url: docsUrl },
  auth: [{ kind: 'api_key', send: { header: 'x-api-key', prefix: '' }, fields: [{ name: 'api_key', title: 'Key', secret: true }] }],
  api: { base_url: 'https://api.acme.com' },
  account: { request: { method: 'GET', path: '/me' }, id: 'id' },
  limits: { docs_url: docsUrl, concurrency_max: 2 },
  objects: { contacts: object() },
  ...more,
});

function compiled(json: Json) {
  const { definition, problems } = compileDefinition(json);
  expect(problems).toEqual([]);
  return definition!;
}

const page = (more: Partial<PageRequest> = {}): PageRequest => ({
  object: 'contacts',
  position: null,
  since: null,
  pageSize: 50,
  prepared: null,
  ...more,
});
const answer = (envelope: Json, count: number, id: string | null = null) => ({
  envelope,
  headers: {},
  count,
  last: id === null ? null : { id, watermark: null },
});

describe('what is data in a declaration is a function in the catalog', () => {
  const reading = (more: JsonObject) =>
    compiled(definition({ objects: { contacts: object({ full: { parts: [part(more)] } }) } })).objects.contacts!.full.parts[0]!;

  test('a request is filled in; a parameter without its value is left out', () => {
    const read = reading({});
    expect(read.request(page())).toEqual({ method: 'GET', path: '/v1/contacts', query: { limit: '50' } });
    expect(read.request(page({ since: '2026-01-01T00:00:00.000Z' })).query).toEqual({ limit: '50', since: '2026-01-01T00:00:00.000Z' });
    expect(read.request(page({ object: '../admin?x=1' })).path).toBe('/v1/..%2Fadmin%3Fx%3D1');
    expect(() => read.request(page({ object: '..' }))).toThrow('no segment');
  });

  test('times are written as the provider wants them, also in a body', () => {
    const query = { s: '{since:seconds}', ms: '{since:milliseconds}', day: '{since:date}' };
    const json = {
      limit: '{page_size}',
      filter: { after: '{since:seconds}', text: 'since {since:date}' },
      graphql: 'query { contacts { id } }',
    };
    const read = reading({ request: { method: 'POST', path: '/search', query, json } });
    expect(read.request(page({ since: '2026-01-02T03:04:05.000Z' }))).toEqual({
      method: 'POST',
      path: '/search',
      query: { s: '1767323045', ms: '1767323045000', day: '2026-01-02' },
      json: { limit: 50, filter: { after: 1_767_323_045, text: 'since 2026-01-02' }, graphql: 'query { contacts { id } }' },
    });
    expect(read.request(page()).json).toEqual({ limit: 50, filter: {}, graphql: 'query { contacts { id } }' });
  });

  test('a filter that is refused beside a cursor stands in the first request only', () => {
    const read = reading({ request: { method: 'GET', path: '/v1', first_query: { from: '{since}' } } });
    expect(read.request(page({ since: 'a' })).query).toEqual({ from: 'a' });
    expect(read.request(page({ since: 'a', position: { cursor: 'c' } })).query).toEqual({ after: 'c' });
  });

  test.each<[JsonObject, Json, Json]>([
    [{ kind: 'cursor', name: 'after', path: 'next' }, { next: 'c2' }, { cursor: 'c2' }],
    [{ kind: 'next_link', path: 'next' }, { next: '/v1?page=2' }, { link: '/v1?page=2' }],
    [{ kind: 'page_number', name: 'page', first_page: 1 }, {}, { page: 2 }],
    [{ kind: 'keyset', name: 'after_id' }, {}, { after: 'last' }],
    [{ kind: 'none' }, {}, null],
  ])('paging %j', (paging, envelope, expected) => {
    expect(reading({ paging }).next(page(), answer(envelope, 50, 'last'))).toEqual(expected);
  });

  test('a walk by modified time goes on at the last moment, drains one that fills a page, and goes on behind it', () => {
    const read = reading({ paging: { kind: 'modified_walk', name: 'page', first_page: 1 } });
    const [t1, t2, t3] = [1, 2, 3].map((second) => `2026-01-01T00:00:0${second}.000Z`) as [string, string, string];
    const full = (watermark: string, count = 50) => ({ envelope: {}, headers: {}, count, last: { id: 'a', watermark } });
    const onward = read.next(page({ since: t1 }), full(t2));
    expect(read.request(page({ position: onward, since: t1 })).query).toEqual({ limit: '50', since: t2 });
    const ties = read.next(page({ position: onward, since: t1 }), full(t2));
    expect(read.request(page({ position: ties, since: t1 })).query).toEqual({ limit: '50', since: t2, page: '1' });
    const more = read.next(page({ position: ties, since: t1 }), full(t2));
    expect(read.request(page({ position: more, since: t1 })).query).toEqual({ limit: '50', since: t2, page: '2' });
    // And back: what slid from the second page to the first meanwhile is there.
    const back = read.next(page({ position: more, since: t1 }), full(t3));
    expect(read.request(page({ position: back, since: t1 })).query).toEqual({ limit: '50', since: t2, page: '1' });
    const behind = read.next(page({ position: back, since: t1 }), full(t2));
    expect(read.request(page({ position: behind, since: t1 })).query).toEqual({ limit: '50', since: '2026-01-01T00:00:02.001Z' });
    expect(read.next(page({ position: behind, since: t1 }), full(t3, 3))).toBeNull();
  });

  test('refusals are read by their rules, the first that matches', () => {
    const { classifyError } = compiled(
      definition({
        error_message_path: 'error.text',
        errors: [
          { status: 400, path: 'error.code', values: ['EXPIRED'], meaning: 'page_expired' },
          { status: 400, meaning: 'invalid' },
        ],
      }),
    );
    const refused = (status: number, body: unknown) => classifyError!({ status, headers: {}, body });
    expect(refused(400, { error: { code: 'EXPIRED', text: 'too old' } })).toEqual({
      meaning: 'page_expired',
      message: 'HTTP 400: too old',
    });
    expect(refused(400, {})).toEqual({ meaning: 'invalid' });
    expect(refused(500, {})).toBeUndefined();
  });

  test('one record is asked for by its id, as one segment', () => {
    const get: JsonObject = { method: 'GET', path: '/v1/{object}/{id}' };
    const { contacts } = compiled(definition({ objects: { contacts: object({ get, reread: { request: get } }) } })).objects;
    expect(contacts!.get!('a/b')).toEqual({ method: 'GET', path: '/v1/contacts/a%2Fb' });
    expect(contacts!.reread!.request('7', null)).toEqual({ method: 'GET', path: '/v1/contacts/7' });
    expect(() => contacts!.get!('..')).toThrow('no segment');
  });

  test('hooks are data already; names of events and headers stay as they are', () => {
    const { hooks } = compiled(
      definition({
        hooks: {
          docs_url: docsUrl,
          secret: 'endpoint',
          signature: {
            header: 'x-acme-signature',
            encoding: 'hex',
            signed: ['timestamp', { text: '.' }, 'body'],
            timestamp: { header: 'x-acme-time', unit: 'seconds', tolerance_seconds: 300 },
          },
          events_path: 'events',
          type: 'type',
          account: 'account_id',
          events: { contact_Changed: { object: 'contacts', ids: ['data.id'] } },
        },
      }),
    );
    expect(hooks).toMatchObject({
      docsUrl,
      eventsPath: 'events',
      signature: { timestamp: { toleranceSeconds: 300 } },
      events: { contact_Changed: { object: 'contacts', ids: ['data.id'] } },
    });
  });

  test('what was asked once is handed to every request', () => {
    const { prepare, parts } = compiled(
      definition({
        objects: {
          contacts: object({
            full: {
              prepare: { request: { method: 'GET', path: '/fields' }, keep: { path: 'fields', item: 'name' } },
              parts: [part({ request: { method: 'GET', path: '/v1', query: { fields: '{prepared}' } } })],
            },
          }),
        },
      }),
    ).objects.contacts!.full;
    const prepared = prepare!.reduce({ fields: [{ name: 'a' }, { name: 'b' }] });
    expect(parts[0]!.request(page({ prepared })).query).toEqual({ fields: 'a,b' });
  });
});

describe('what a declared provider must not say is refused with its place', () => {
  const api = (base_url: string) => definition({ api: { base_url } });
  const captured = (pattern: string, base_url = 'https://{host}.acme.com') =>
    definition({ api: { base_url }, captured: { host: { from: 'form', path: 'host', pattern, required: true } } });
  const request = (more: JsonObject) =>
    definition({ objects: { contacts: object({ full: { parts: [part({ request: { method: 'GET', path: '/v1', ...more } })] } }) } });

  test.each<[string, Json, string]>([
    ['plain http', api('http://api.acme.com'), 'api.base_url'],
    ['loopback', api('https://127.0.0.1'), 'api.base_url'],
    ['loopback by another writing', api('https://2130706433'), 'api.base_url'],
    ['loopback in hexadecimal', api('https://0x7f.1'), 'api.base_url'],
    ['an IPv6 address', api('https://[::1]'), 'api.base_url'],
    ['a private address', api('https://10.0.0.1'), 'api.base_url'],
    ['the metadata service', api('https://169.254.169.254'), 'api.base_url'],
    ['the metadata service by name', api('https://metadata.google.internal'), 'api.base_url'],
    ['localhost', api('https://localhost'), 'api.base_url'],
    ['a name below localhost', api('https://a.localhost'), 'api.base_url'],
    ['a name without a dot', api('https://intranet'), 'api.base_url'],
    ['a port', api('https://api.acme.com:8443'), 'api.base_url'],
    ['a user name', api('https://api.acme.com@evil.test'), 'api.base_url'],
    ['a host that a customer chooses', captured('[a-z.]+', 'https://{host}'), 'api.base_url'],
    ['a host whose end a customer chooses', captured('[a-z.]+', 'https://api.{host}.com'), 'api.base_url'],
    ['an origin that a customer chooses', captured('https://[a-z.]+', '{host}'), 'api.base_url'],
    ['a token address in the house', definition({ auth: [{ ...oauth2(), token_url: 'https://10.1.1.1/token' }] }), 'auth.0.token_url'],
    ['an expression that takes for ever', captured('(a+)+'), 'captured.host.pattern'],
    ['an expression with alternatives', captured('a|b'), 'captured.host.pattern'],
    ['an expression with many quantifiers', captured('a*a*a*b'), 'captured.host.pattern'],
    ['a reference', captured('a\\1'), 'captured.host.pattern'],
    ['a path upwards in escapes', request({ path: '/v1/%2E%2e/admin' }), 'path'],
    [
      'a place in what is asked before the first page',
      definition({
        objects: {
          contacts: object({
            full: { parts: [part()], prepare: { request: { method: 'GET', path: '/v1/{parent_id}' }, keep: { path: 'fields' } } },
          }),
        },
      }),
      'full.prepare.request',
    ],
    [
      'a place of the next page that is no path',
      definition({
        objects: { contacts: object({ full: { parts: [part({ paging: { kind: 'cursor', name: 'after', path: 'a..b' } })] } }) },
      }),
      'paging.path',
    ],
    ['a path of any length', definition({ objects: { contacts: object({ record: { id: 'a'.repeat(501) } }) } }), 'contacts.record.id'],
    ['a message that is nowhere', definition({ error_message_path: 'error.' }), 'error_message_path'],
    [
      'an escape of half a character in a signed address',
      definition({
        hooks: {
          ...{ docs_url: docsUrl, secret: 'endpoint', type: 'type', account: 'account', events: {} },
          signature: {
            ...{ header: 'x-signature', encoding: 'hex', signed: ['uri'], decoded_in_uri: ['%FF'] },
            timestamp: { header: 'x-time', unit: 'seconds', tolerance_seconds: 300 },
          },
        },
      }),
      'hooks.signature.decoded_in_uri',
    ],
    ['a path to another host', request({ path: '//evil.test/x' }), 'path'],
    ['a path by backslash', request({ path: '/\\evil.test' }), 'path'],
    ['a whole address as a path', request({ path: 'https://evil.test' }), 'path'],
    ['a path upwards', request({ path: '/v1/../admin' }), 'path'],
    [
      'an account at another host',
      definition({ account: { request: { method: 'GET', path: '//evil.test' }, id: 'id' } }),
      'account.request.path',
    ],
    ['a place that nothing fills', request({ query: { q: '{secret}' } }), 'query.q'],
    ['a place within a place', request({ query: { q: '{{since}}' } }), 'query.q'],
    ['a line break in a parameter', request({ query: { q: 'a\r\nb' } }), 'query.q'],
    ['our own header', request({ headers: { Authorization: 'Bearer x' } }), 'headers.Authorization'],
    ['another host by header', request({ headers: { host: 'evil.test' } }), 'headers.host'],
    ['a header with a line break', request({ headers: { 'x-a': 'a\r\nb: c' } }), 'headers.x-a'],
    [
      'a credential in the host header',
      definition({ auth: [{ ...apiKey(), send: { header: 'Host', prefix: '' } }] }),
      'auth.0.send.header',
    ],
    ['a method that changes things', request({ method: 'DELETE' }), 'method'],
    ['a function', definition({ classify_error: 'x' }), 'classify_error'],
    ['objects that nobody can list', definition({ any_object: {} }), 'any_object'],
    ['a provider for development', definition({ development_only: true }), 'development_only'],
    ['a name of the catalog', definition({ name: 'hubspot' }), 'name'],
    ['a name that leaves its schema', definition({ name: 'x_a"; drop' }), 'name'],
    ['a field that nobody reads', definition({ baseUrl: 'x' }), ''],
    ['no object', definition({ objects: {} }), 'objects'],
    ['too many objects', definition({ objects: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`o${i}`, object()])) }), 'objects'],
    ['a look-back of centuries', definition({ objects: { contacts: object({ visibility_lag_seconds: 1e12 }) } }), 'objects.contacts'],
    ['a crowd of requests', definition({ limits: { docs_url: docsUrl, concurrency_max: 5000 } }), 'limits.concurrency_max'],
    ['a key that reaches a prototype', JSON.parse('{"__proto__":{"a":1}}'), '__proto__'],
    ['text that Postgres cannot keep', definition({ display_name: 'a\u0000b' }), 'display_name'],
    ['a definition beyond all size', definition({ display_name: 'a'.repeat(300_000) }), ''],
    ['a tower', nested(100), 'a.'],
    ['a list', [], ''],
    ['nothing', null, ''],
  ])('%s', (_title, json, place) => {
    const { definition, problems } = compileDefinition(json);
    expect(definition).toBeNull();
    expect(problems.map((problem) => problem.path).join(' ')).toContain(place);
    expect(problems.length).toBeGreaterThan(0);
  });

  test.each([['https://{host}.acme.com'], ['https://api.acme.co.uk/{host}/v1']])('a customer’s value may stand in %s', (base) => {
    expect(compileDefinition(captured('[a-z0-9-]+', base)).problems).toEqual([]);
  });

  test('an origin of a fixed domain may be captured', () => {
    expect(compileDefinition(captured('https://[a-z0-9-]+\\.my\\.acme\\.com', '{host}')).problems).toEqual([]);
  });
});

function oauth2(): JsonObject {
  return {
    kind: 'oauth2',
    authorize_url: 'https://acme.com/authorize',
    token_url: 'https://acme.com/token',
    issuer: 'https://acme.com',
    scopes: { default: ['read'], separator: ' ' },
    default_expires_in_seconds: null,
  };
}

function apiKey(): JsonObject {
  return { kind: 'api_key', send: { header: 'x', prefix: '' }, fields: [{ name: 'api_key', title: 'Key', secret: true }] };
}

function nested(depth: number): Json {
  return depth === 0 ? 1 : { a: nested(depth - 1) };
}

describe('mappings to unified models', () => {
  const mapping = (more: JsonObject = {}): JsonObject => ({
    ...{ category: 'crm', model: 'opportunity', version: 1, object: 'contacts' },
    where: { path: 'kind', starts_with: 'de' },
    fields: {
      name: { first: [{ text: 'one_of' }, { join: [{ text: 'a' }, { text: 'b' }], separator: ' ' }] },
      status: { one_of: { text: 'state' }, values: { is_open: 'OPEN', starts_with: 'WON' }, other: 'OTHER' },
      last_activity_at: { time: 'last_activity' },
    },
    ...more,
  });
  const withMappings = (...unified: Json[]) => definition({ unified });

  test('are those of the catalog, with their words in snake_case and all names as they are', () => {
    expect(compiled(withMappings(mapping())).unified).toEqual([
      {
        ...{ category: 'crm', model: 'opportunity', version: 1, object: 'contacts' },
        where: { path: 'kind', startsWith: 'de' },
        fields: {
          name: { first: [{ text: 'one_of' }, { join: [{ text: 'a' }, { text: 'b' }], separator: ' ' }] },
          status: { oneOf: { text: 'state' }, values: { is_open: 'OPEN', starts_with: 'WON' }, other: 'OTHER' },
          last_activity_at: { time: 'last_activity' },
        },
      },
    ]);
    const contact = {
      emails: { list: [{ email: { text: 'mail' }, type: { constant: 'work' } }] },
      phones: { each: 'phones', item: { number: { text: 'no' } }, needs: ['number'] },
    };
    expect(compiled(withMappings(mapping({ model: 'contact', fields: contact }))).unified![0]!.fields).toEqual(contact);
  });

  test('as the page shows them are taken by the declaration that it shows', () => {
    const page = readFileSync(new URL('../../../docs/declared-providers.md', import.meta.url), 'utf8');
    const [shown, mappings] = [...page.matchAll(/```json\n([^`]+)```/g)].map(([, text]) => JSON.parse(text!) as JsonObject);
    expect(compiled({ ...shown, ...mappings }).unified).toMatchObject([
      { object: 'contacts', fields: { lifecycle_stage: { values: { paying: 'customer' } } } },
    ]);
  });

  test.each<[string, Json[], string]>([
    ['a model that there is not', [mapping({ model: 'nothing' })], 'unified.0'],
    ['an object that there is not', [mapping({ object: 'nothing' })], 'unified.0'],
    ['a field that the model does not have', [mapping({ fields: { nothing: { text: 'a' } } })], 'unified.0.fields.nothing'],
    ['another type than the field has', [mapping({ fields: { amount: { text: 'a' } } })], 'unified.0.fields.amount'],
    ['a value that the model does not have', [mapping({ fields: { status: { constant: 'NEARLY' } } })], 'unified.0.fields.status'],
    ['a word that there is not', [mapping({ fields: { name: { sql: 'version()' } } })], 'unified.0.fields.name'],
    ['a condition that is none', [mapping({ where: { path: 'a', like: '%' } })], 'unified.0.where'],
    ['what is no path', [mapping({ fields: { name: { text: 'a..b' } } })], 'unified.0.fields.name.text'],
    ['a path of any length', [mapping({ fields: { name: { text: `${'a.'.repeat(45_000)}b` } } })], 'unified.0.fields.name.text'],
    ['a condition on a path of any length', [mapping({ where: { path: 'a'.repeat(501), is: [1] } })], 'unified.0.where.path'],
    ['an object mapped twice', [mapping(), mapping()], 'unified.1'],
    ['too many parts', [mapping({ fields: { name: { first: Array(51).fill({ text: 'a' }) } } })], 'unified.0'],
    [
      'what says too much for one statement',
      [
        mapping({
          fields: {
            last_activity_at: { first: Array(50).fill({ as: 'time', of: { join: Array(9).fill({ text: 'a' }), separator: '' } }) },
          },
        }),
      ],
      'unified.0',
    ],
  ])('refuse %s', (_what, unified, path) => {
    const { problems } = compileDefinition(withMappings(...unified));
    expect(problems[0]?.path).toBe(path);
  });

  test('what would double itself without end is refused before it is written', () => {
    const nested = (depth: number): Json => (depth === 0 ? { text: 'a' } : { one_of: nested(depth - 1), values: { a: 'b' }, other: 'c' });
    const of = (depth: number) => compileDefinition(withMappings(mapping({ fields: { name: nested(depth) } }))).problems;
    expect(of(12)).toMatchObject([{ path: 'unified.0' }]);
    expect(of(3)).toEqual([]);
  });

  test('refuse too many mappings', () => {
    const names = Array.from({ length: 31 }, (_, i) => `object_${i}`);
    const objects = Object.fromEntries(names.map((name) => [name, object()]));
    const unified = names.map((name) => mapping({ object: name }));
    expect(compileDefinition(definition({ objects, unified })).problems).toMatchObject([{ path: 'unified' }]);
    expect(compileDefinition(definition({ objects, unified: unified.slice(1) })).problems).toEqual([]);
  });
});
