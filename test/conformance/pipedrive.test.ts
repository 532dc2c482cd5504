import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createEgress } from '../../src/connect/egress.ts';
import { sendAuthorised } from '../../src/connect/send.ts';
import { readPage } from '../../src/engine/page/read-page.ts';
import { classifyByStatus, type JsonObject, type ReadPart, type RequestSpec } from '../../src/kit/index.ts';
import { defaultLimits } from '../../src/ops/config.ts';
import { loadData, loadExchanges } from '../real/index.ts';
import { everyRecordedState, recordedPersons } from '../real/pipedrive.ts';
import { catalog } from './support/catalog.ts';
import { readAll } from './support/read-all.ts';
import { everyRequest } from './support/requests.ts';

const pipedrive = catalog.provider('pipedrive');
const persons = catalog.object('pipedrive', 'persons');

function read(part: ReadPart, body: unknown) {
  const { watermark } = persons.incremental!;
  const page = { body: Buffer.from(JSON.stringify(body)), part, object: persons, watermark, headers: {}, askedSeq: 1n };
  return readPage({ ...page, recordBytesMax: 1_000_000 });
}

interface TestLead {
  id: string;
  update_time: string;
  isGone: boolean;
}

function refusal({ status, headers = {}, body }: { status: number; headers?: Record<string, string>; body: unknown }) {
  const answer = { status, headers, body };
  return { ...classifyByStatus(answer), ...pipedrive.classifyError?.(answer) };
}

describe('every request stands in the endpoints of Pipedrive’s own client', () => {
  interface Operation {
    method: string;
    path: string;
    query: string[];
    deprecated: boolean;
  }
  const { v1, v2 } = loadData<{ v1: Operation[]; v2: Operation[] }>('pipedrive/endpoints.json');
  // The table lacks some of v2 that are asked like others: https://developers.pipedrive.com/docs/api/v1/Organizations, .../ProductFields
  const asked = (path: string) =>
    path.replace('/organizations', '/persons').replace(/\/(organization|activity|product)Fields/, '/personFields');

  // Nor does it have these of v1: leads-api.ts and notes-api.ts of the same client (2026-11).
  const list = ['start', 'limit', 'sort'];
  v1.push(
    ...[
      { path: '/leads', query: [...list, 'updated_since'] },
      { path: '/leads/archived', query: list },
      { path: '/leads/{id}', query: [] },
      { path: '/notes', query: [...list, 'updated_since'] },
      { path: '/notes/{id}', query: [] },
    ].map((one) => ({ method: 'GET', deprecated: false, ...one })),
  );

  test.each(everyRequest(pipedrive).map((spec) => [`${spec.path} ${new URLSearchParams(spec.query)}`, spec] as const))(
    '%s',
    (_name, { method, path, query = {} }) => {
      const [, version, rest] = asked(path).match(/^\/(v[12])(\/.+)$/)!;
      const known = (version === 'v1' ? v1 : v2).filter((one) => one.method === method);
      const operation =
        known.find((one) => one.path === rest) ?? known.find((one) => new RegExp(`^${one.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(rest!));
      expect(operation, 'an operation').toMatchObject({ deprecated: false });
      expect(operation!.query).toEqual(expect.arrayContaining(Object.keys(query)));
      expect(Number(query.limit ?? 0)).toBeLessThanOrEqual(500);
    },
  );

  test('a time has no fraction, whatever the watermark has', () => {
    const [part] = persons.incremental!.parts;
    const page = { object: 'persons', position: null, since: '2026-01-01T00:00:00.999Z', pageSize: 500, prepared: null };
    expect(part!.request(page).query).toMatchObject({ updated_since: '2026-01-01T00:00:00Z', sort_by: 'update_time' });
  });
});

describe('the recordings', () => {
  const [list] = persons.full.parts;

  test('every recorded state of a person is read value for value, with its time', () => {
    const states = everyRecordedState();
    expect(states.length).toBeGreaterThan(30);
    for (const { place, person } of states) {
      const { records, quarantined, highestWatermark } = read(list!, { success: true, data: [person] });
      expect(quarantined, place).toEqual([]);
      expect(
        records.map(({ raw }) => JSON.parse(raw.toString())),
        place,
      ).toEqual([person]);
      expect(
        records.map(({ id, modifiedAt }) => ({ id, modifiedAt })),
        place,
      ).toEqual([{ id: String(person.id), modifiedAt: new Date(person.update_time) }]);
      expect(highestWatermark, place).toBe(person.update_time);
    }
  });

  test('a deleted person was recorded four times, and each deletion moved the time of its update', () => {
    const gone = recordedPersons().filter(({ person }) => !person.active_flag);
    expect(gone).toHaveLength(4);
    for (const { person } of gone) {
      const before = recordedPersons().filter((other) => other.person.id === person.id && other.person.active_flag);
      expect(before.every((other) => other.person.update_time < person.update_time)).toBe(true);
    }
  });

  test('the recorded page with null rows loses none of its records', () => {
    const page = loadData<{ data: { id: number }[] }>('pipedrive/recents-page.json');
    const { records } = read(list!, page);
    expect(records.map(({ raw }) => JSON.parse(raw.toString()))).toEqual(page.data);
  });

  test('the headers that report the limit are the recorded ones', () => {
    const recorded = Object.keys(loadExchanges('pipedrive/recorded')[0]!.response.headers);
    const { limit, remaining, reset } = pipedrive.limits.headers!;
    expect(recorded).toEqual(expect.arrayContaining([limit, remaining, reset]));
  });

  test.each([
    ['https://acme.pipedrive.com', true],
    ['https://company-sandbox-2.pipedrive.com', true],
    ['https://pipedrive.com', false],
    ['https://acme.pipedrive.com.evil.example', false],
    ['https://evil.example/acme.pipedrive.com', false],
    ['https://a.b.pipedrive.com', false],
    ['http://acme.pipedrive.com', false],
    ['https://acme.pipedrive.com:8443', false],
    ['https://acme.pipedrive.com@evil.example', false],
  ])('the host %s is %s', (host, isGood) => {
    expect(new RegExp(`^(?:${pipedrive.captured!.api_domain!.pattern})$`).test(host)).toBe(isGood);
  });
});

test('leads of one second are all read, whichever milliseconds they have and however many they are', async () => {
  const definition = catalog.object('pipedrive', 'leads');
  const records = Array.from({ length: 40 }, (_, i) => {
    const ms = i < 5 ? i * 1000 : i < 30 ? 5000 + i * 30 : 6000 + i * 100;
    return {
      id: `lead-${String((i * 17) % 40).padStart(2, '0')}`,
      update_time: new Date(Date.parse('2026-01-01T00:00:00Z') + ms).toISOString(),
    };
  });
  const ask = ({ path, query = {} }: RequestSpec) => {
    const from = Date.parse(query.updated_since ?? '2000-01-01T00:00:00Z');
    const [start, limit] = [Number(query.start ?? 0), Number(query.limit)];
    const hits = path.endsWith('/archived') ? [] : records.filter((record) => Date.parse(record.update_time) >= from);
    hits.sort((a, b) => Date.parse(a.update_time) - Date.parse(b.update_time));
    const pagination = { start, limit, more_items_in_collection: start + limit < hits.length };
    return { body: JSON.stringify({ success: true, data: hits.slice(start, start + limit), additional_data: { pagination } }) };
  };
  for (const kind of ['full', 'incremental'] as const) {
    const since = kind === 'full' ? null : '2026-01-01T00:00:01.500Z';
    const read = await readAll({ object: 'leads', definition, kind, since, pageSize: 7, ask });
    // The filter takes whole seconds: what is older than the mark within its second comes along.
    const wanted = records.slice(kind === 'full' ? 0 : 1);
    expect([...new Set(read.records.map(({ id }) => id))].sort(), kind).toEqual(wanted.map(({ id }) => id).sort());
    expect(read.requests.every(({ query }) => !query?.updated_since?.includes('.'))).toBe(true);
  }
});

describe.each([
  ['taken back or deleted', (one: TestLead) => Object.assign(one, { isGone: true })],
  ['changed', (one: TestLead) => Object.assign(one, { update_time: '2026-01-02T00:00:00.000Z' })],
])('a lead that is %s between two pages hides no other', (_how, happens) => {
  const second = Date.parse('2026-01-01T00:00:05Z');
  test.each([
    ['archived, in a full read', 'full', '/archived'],
    ['archived, among those that are new', 'incremental', '/archived'],
    ['of a second with more leads than fit a page', 'incremental', '/v1/leads'],
  ] as const)('%s', async (_name, kind, path) => {
    const definition = catalog.object('pipedrive', 'leads');
    const leads: TestLead[] = Array.from({ length: 40 }, (_, i) => ({
      id: `lead-${String(i).padStart(2, '0')}`,
      update_time: new Date(second + i).toISOString(),
      isGone: false,
    }));
    let isStill = true;
    const ask = ({ path: asked, query = {} }: RequestSpec) => {
      if (!asked.endsWith(path)) return { body: '{"success":true,"data":[]}' };
      const [start, limit] = [Number(query.start ?? 0), Number(query.limit)];
      const [field, direction] = query.sort!.split(' ') as ['id' | 'update_time', string];
      const from = Date.parse(query.updated_since ?? '2000-01-01T00:00:00Z');
      const hits = leads.filter((one) => !one.isGone && Date.parse(one.update_time) >= from);
      hits.sort((a, b) => (a[field] < b[field] ? -1 : 1));
      if (direction === 'DESC') hits.reverse();
      const data = hits.slice(start, start + limit);
      // Behind the answer with the rows before the boundary, and ahead of the next one.
      if (isStill && query.start !== undefined && data.length === limit) {
        isStill = false;
        happens(data[0]!);
      }
      const pagination = { start, limit, more_items_in_collection: start + limit < hits.length };
      return { body: JSON.stringify({ success: true, data, additional_data: { pagination } }) };
    };
    const since = kind === 'full' ? null : '2026-01-01T00:00:05.000Z';
    const read = await readAll({ object: 'leads', definition, kind, since, pageSize: 7, ask });
    expect(isStill).toBe(false);
    expect([...new Set(read.records.map(({ id }) => id))].sort()).toEqual(leads.map(({ id }) => id).sort());
  });
});

test('the fields that Pipedrive describes are those of a record of v2, parts of custom ones by themselves', () => {
  const field = (field_code: string, field_type: string, more: object = {}) => ({
    ...{ field_code, field_name: `The ${field_code}`, field_type, options: null, subfields: null },
    ...{ is_custom_field: false, is_optional_response_field: false, ...more },
  });
  const hash = '2c9efc9ed426a3495adf718f994c916ce639154d';
  // The example of https://pipedrive.readme.io/docs/pipedrive-api-v2-migration-guide
  const money = {
    is_custom_field: true,
    subfields: [
      { field_code: 'value', field_name: 'Monetary value of CF monetary', field_type: 'double' },
      { field_code: 'currency', field_name: 'Currency of CF monetary', field_type: 'varchar' },
    ],
  };
  const data = [
    field('title', 'varchar'),
    field('value', 'monetary', { subfields: money.subfields }),
    field('add_time', 'date'),
    field('expected_close_date', 'date'),
    field('label_ids', 'set'),
    field('next_activity_id', 'activity', { is_optional_response_field: true }),
    field(hash, 'monetary', money),
    field('dcf558aac1ae4e8c4f849ba5e668430d8df9be12', 'enum', { is_custom_field: true }),
  ];
  const { request, cursor, reduce } = catalog.object('pipedrive', 'deals').fields!;
  expect(request).toEqual({ method: 'GET', path: '/v2/dealFields', query: { limit: '500' } });
  expect(cursor).toEqual({ name: 'cursor', path: 'additional_data.next_cursor' });
  expect(reduce({ success: true, data }).map(({ path, type }) => [path, type])).toEqual([
    ['title', 'text'],
    ['value', 'number'],
    ['add_time', 'time'],
    ['expected_close_date', 'date'],
    ['label_ids', 'json'],
    [`custom_fields.${hash}.value`, 'number'],
    [`custom_fields.${hash}.currency`, 'text'],
    ['custom_fields.dcf558aac1ae4e8c4f849ba5e668430d8df9be12', 'integer'],
  ]);
  expect(reduce(null)).toEqual([]);
});

describe('refusals', () => {
  const error = (message: string) => ({ success: false, error: message, error_info: 'Please check developers.pipedrive.com', data: null });
  const burst = { 'x-ratelimit-limit': '80', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2' };
  test.each([
    [
      401,
      {},
      { success: false, error: 'unauthorized access', errorCode: 401 },
      { meaning: 'unauthorized', message: 'HTTP 401: unauthorized access' },
    ],
    [402, {}, error('account not open'), { meaning: 'forbidden' }],
    [403, {}, error('Scope and URL mismatch'), { meaning: 'forbidden' }],
    [403, {}, '<!DOCTYPE html><title>Attention Required! | Cloudflare</title>', { meaning: 'rate_limited', retryAfterSeconds: 300 }],
    [404, {}, error('Person not found'), { meaning: 'not_found' }],
    [410, {}, error('Gone'), { meaning: 'not_found' }],
    [415, {}, error('Feature is not enabled'), { meaning: 'forbidden' }],
    [429, burst, error('request over limit'), { meaning: 'rate_limited', retryAfterSeconds: 2 }],
    [429, {}, error('request over limit'), { meaning: 'rate_limited', retryAfterSeconds: 2 }],
    [429, { ...burst, 'x-daily-ratelimit-token-remaining': '0' }, error('x'), { meaning: 'rate_limited', retryAfterSeconds: 900 }],
    [400, {}, error("parameter 'cursor' is not a valid cursor"), { meaning: 'page_expired' }],
    [400, {}, error("parameter 'limit' must be a number"), { meaning: 'invalid' }],
    [503, {}, '<html>', { meaning: 'unavailable' }],
  ])('%i %j %j', (status, headers, body, expected) => {
    expect(refusal({ status, headers: headers as Record<string, string>, body })).toMatchObject(expected);
  });
});

describe('over HTTP, at the company’s own host', () => {
  const server = setupServer();
  const egress = createEgress({ originOverrides: {}, allowPrivateAddresses: true });
  const ctx = { egress, limits: defaultLimits, clock: { now: () => new Date('2026-11-21T00:00:00Z') } };
  beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
  afterEach(() => server.resetHandlers());
  afterAll(async () => {
    server.close();
    await egress.close();
  });
  const credentials = { kind: 'oauth2', accessToken: 'token', refreshToken: null, lifetimeSeconds: null } as const;
  const send = (spec: RequestSpec, host = 'https://acme.pipedrive.com') =>
    sendAuthorised(ctx, { provider: pipedrive, credentials, captured: { api_domain: host } }, spec, {
      signal: new AbortController().signal,
    });

  test('recorded persons, paged by cursor to their end, come out value for value', async () => {
    const states = everyRecordedState().map(({ person }) => person);
    const came: URL[] = [];
    server.use(
      http.get('https://acme.pipedrive.com/api/v2/persons', ({ request }) => {
        const url = new URL(request.url);
        came.push(url);
        const from = Number(url.searchParams.get('cursor') ?? 0);
        const next = from + 10 < states.length ? String(from + 10) : null;
        return HttpResponse.json({ success: true, data: states.slice(from, from + 10), additional_data: { next_cursor: next } });
      }),
    );
    const [part] = persons.full.parts;
    const served: unknown[] = [];
    let position: JsonObject | null = null;
    do {
      const page = { object: 'persons', position, since: null, pageSize: 10, prepared: null };
      const answer = await send(part!.request(page));
      const { records, answer: frame } = read(part!, JSON.parse(answer.body.toString()));
      served.push(...records.map(({ raw }) => JSON.parse(raw.toString())));
      position = part!.next(page, frame);
    } while (position !== null);
    expect(served).toEqual(states);
    expect(came.every((url) => url.searchParams.get('limit') === '10' && url.searchParams.get('sort_by') === 'id')).toBe(true);
  });

  test('a host that is none of Pipedrive’s gets no token', async () => {
    await expect(send(pipedrive.account.request, 'https://acme.pipedrive.com.evil.example')).rejects.toMatchObject({ meaning: 'config' });
  });
});
