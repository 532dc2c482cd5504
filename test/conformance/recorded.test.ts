import { describe, expect, test } from 'vitest';
import { readPage } from '../../src/engine/page/read-page.ts';
import { classifyByStatus, type Json, type ObjectDefinition, type PageRequest, type ReadPart } from '../../src/kit/index.ts';
import { type Exchange, loadData, loadExchanges, pathOf } from '../real/index.ts';
import { catalog } from './support/catalog.ts';

function read(definition: ObjectDefinition, part: ReadPart, body: unknown) {
  const { watermark } = definition.incremental!;
  return readPage({
    body: Buffer.from(JSON.stringify(body)),
    part,
    object: definition,
    watermark,
    headers: {},
    askedSeq: 1n,
    recordBytesMax: 1_000_000,
  });
}

function refusal(provider: string, { status, headers, body }: { status: number; headers?: Record<string, string>; body: unknown }) {
  const answer = { status, headers: headers ?? {}, body };
  return { ...classifyByStatus(answer), ...catalog.provider(provider).classifyError?.(answer) };
}

function partOf(definition: ObjectDefinition, kind: 'full' | 'incremental', name: string): ReadPart {
  return definition[kind]!.parts.find((part) => part.name === name)!;
}

const recorded = (folder: string, matches: (exchange: Exchange) => boolean) => loadExchanges(folder).filter(matches);
const page = (position: PageRequest['position'], prepared: Json): PageRequest => ({
  object: 'x',
  position,
  since: null,
  pageSize: 100,
  prepared,
});

describe('HubSpot', () => {
  const contacts = catalog.object('hubspot', 'contacts');
  const searches = recorded('hubspot/recorded', (exchange) => pathOf(exchange).endsWith('/CONTACT/search'));

  interface Recorded {
    id: string;
    properties: Record<string, string | null>;
    updatedAt: string;
  }

  test('every recorded contact search gives its records value for value', () => {
    const answered = searches.filter(({ response }) => response.status === 200);
    expect(answered.length).toBeGreaterThan(200);
    for (const { response, place } of answered) {
      const { results } = response.body as { results: Recorded[] };
      const { records, quarantined, highestWatermark } = read(contacts, partOf(contacts, 'incremental', 'search'), response.body);
      expect(quarantined, place).toEqual([]);
      expect(
        records.map(({ raw }) => JSON.parse(raw.toString())),
        place,
      ).toEqual(results);
      expect(
        records.map(({ id, modifiedAt, isDeleted }) => ({ id, modifiedAt, isDeleted })),
        place,
      ).toEqual(results.map(({ id, updatedAt }) => ({ id, modifiedAt: new Date(updatedAt), isDeleted: false })));
      expect(highestWatermark, place).toBe(
        results
          .map(({ properties }) => properties.lastmodifieddate!)
          .sort()
          .at(-1) ?? null,
      );
    }
  });

  test('every recorded page of the listing gives its records value for value', () => {
    const pages = loadData<Record<string, { results: Recorded[] }>>('hubspot/list-pages-v3.json');
    const contactPages = Object.entries(pages).filter(([name]) => name !== 'mock_contacts_properties');
    expect(contactPages.length).toBeGreaterThan(0);
    for (const [name, body] of contactPages) {
      const { records } = read(contacts, partOf(contacts, 'full', 'list'), body);
      expect(
        records.map(({ raw }) => JSON.parse(raw.toString())),
        name,
      ).toEqual(body.results);
    }
  });

  test('the recorded catalogue of properties is asked for by name, system properties included', () => {
    const properties = loadData<Record<string, { results: { name: string }[] }>>('hubspot/list-pages-v3.json').mock_contacts_properties;
    const { names, leftOut } = contacts.full.prepare!.reduce(properties as unknown as Json) as unknown as {
      names: string[];
      leftOut: number;
    };
    expect(leftOut).toBe(0);
    expect(names).toEqual(expect.arrayContaining(properties!.results.map(({ name }) => name)));
    expect(names).toEqual(expect.arrayContaining(['createdate', 'hs_object_id', 'lastmodifieddate']));
  });

  test('a catalogue too large for a URL keeps what the account defined itself', () => {
    const results = Array.from({ length: 1500 }, (_, i) => ({
      name: `${i % 3 === 0 ? 'own' : 'hs_computed'}_property_${i}`,
      hubspotDefined: i % 3 !== 0,
    }));
    const prepared = contacts.full.prepare!.reduce({ results });
    const { names } = prepared as unknown as { names: string[] };
    // What does not fit is said, not passed over.
    expect(contacts.full.prepare!.leftOut!(prepared)).toBeGreaterThan(0);
    expect(names).toEqual(expect.arrayContaining(results.filter(({ hubspotDefined }) => !hubspotDefined).map(({ name }) => name)));
    const [spec] = [partOf(contacts, 'full', 'list').request(page(null, prepared))];
    expect(new URLSearchParams(spec.query).toString().length).toBeLessThan(15_000);
  });

  test('the recorded 429s are rate limits that pass in a second; none says Retry-After', () => {
    const refused = searches.filter(({ response }) => response.status === 429);
    expect(refused.length).toBe(22);
    for (const { response } of refused)
      expect(refusal('hubspot', response)).toMatchObject({ meaning: 'rate_limited', retryAfterSeconds: 1 });
  });

  test('every recorded refusal has a meaning', () => {
    const refused = recorded('hubspot/recorded', ({ response }) => response.status >= 400 && response.status !== 429);
    const meanings = { 400: 'invalid', 404: 'not_found' } as Record<number, string>;
    for (const { response, place } of refused) expect(refusal('hubspot', response).meaning, place).toBe(meanings[response.status]);
    expect(new Set(refused.map(({ response }) => response.status))).toEqual(new Set([400, 404]));
  });

  const error = (message: string, more: object = {}) => ({ status: 'error', message, ...more });
  test.each([
    [
      401,
      error('The OAuth token used to make this call expired 1 second(s) ago.', { category: 'EXPIRED_AUTHENTICATION' }),
      { meaning: 'unauthorized' },
    ],
    [403, error("This app hasn't been granted all required scopes", { category: 'MISSING_SCOPES' }), { meaning: 'forbidden' }],
    [429, error('You have reached your ten_secondly_rolling limit.'), { meaning: 'rate_limited', retryAfterSeconds: 10 }],
    [429, error('You have reached your daily limit.', { policyName: 'DAILY' }), { meaning: 'rate_limited', retryAfterSeconds: 900 }],
    [400, error('The paging cursor is invalid or has expired.'), { meaning: 'page_expired' }],
    [400, error('There was a problem with the request.'), { meaning: 'invalid' }],
    [423, error('locked'), { meaning: 'unavailable' }],
    [477, error('migration in progress'), { meaning: 'unavailable' }],
    [502, '<html>bad gateway</html>', { meaning: 'unavailable' }],
    [414, '<html>414 Request-URI Too Large</html>', { meaning: 'invalid' }],
  ])('%i %j', (status, body, expected) => {
    expect(refusal('hubspot', { status, body })).toMatchObject(expected);
  });

  test('a Retry-After header counts more than the body', () => {
    expect(
      refusal('hubspot', { status: 429, headers: { 'retry-after': '7' }, body: error('secondly limit') }).retryAfterSeconds,
    ).toBeUndefined();
  });
});

describe('Salesforce', () => {
  const contact = catalog.object('salesforce', 'Contact');
  const query = partOf(contact, 'full', 'query');
  const changes = partOf(contact, 'incremental', 'changes');
  const described = { fields: ['Id'], modified: 'SystemModstamp', hasDeleteMark: true };

  interface Recorded {
    Id: string;
    SystemModstamp?: string;
  }

  test('every recorded SOQL answer gives its records value for value', () => {
    const answered = recorded('salesforce/recorded', (exchange) => pathOf(exchange).endsWith('/query'));
    expect(answered.length).toBeGreaterThan(100);
    for (const { response, place } of answered) {
      const expected = (response.body as { records: Recorded[] }).records;
      const { records, quarantined, answer } = read(contact, query, response.body);
      expect(quarantined, place).toEqual([]);
      expect(
        records.map(({ id, raw }) => [id, JSON.parse(raw.toString())]),
        place,
      ).toEqual(expected.map((record) => [record.Id, record]));
      expect(query.next(page(null, described), answer), place).toBeNull();
    }
  });

  test('every recorded record that was got by its id is read with its times, all fields as they came', () => {
    const got = recorded(
      'salesforce/recorded',
      (exchange) => /\/sobjects\/(Contact|Account)\/00\w+$/.test(pathOf(exchange)) && exchange.response.status === 200,
    );
    expect(got.length).toBeGreaterThan(20);
    for (const { response, place } of got) {
      const record = response.body as Recorded;
      const { records, highestWatermark } = read(contact, changes, { records: [record] });
      expect(
        records.map(({ raw }) => JSON.parse(raw.toString())),
        place,
      ).toEqual([record]);
      expect(records, place).toMatchObject([
        { id: record.Id, isDeleted: false, modifiedAt: new Date(record.SystemModstamp!.replace('+0000', 'Z')) },
      ]);
      expect(highestWatermark, place).toBe(record.SystemModstamp);
    }
  });

  test('the recorded time, with its zone as +0000, becomes a literal that SOQL takes', () => {
    const spec = changes.request({ ...page(null, described), since: '2021-12-02T18:24:38.000+0000' });
    expect(spec).toMatchObject({
      path: '/services/data/v60.0/queryAll',
      query: { q: 'SELECT Id FROM Contact WHERE SystemModstamp >= 2021-12-02T18:24:38.000Z ORDER BY SystemModstamp, Id' },
    });
  });

  const descriptions: [string, Json][] = [
    ...['Contact', 'Account'].map((name): [string, Json] => [name, loadData<Json>(`salesforce/describe/${name}.json`)]),
    ...recorded('salesforce/recorded', (exchange) => pathOf(exchange).endsWith('/describe')).map(({ place, response }): [string, Json] => [
      place,
      response.body as Json,
    ]),
  ];

  test('every recorded description names the fields that a query can have', () => {
    expect(descriptions.length).toBeGreaterThan(30);
    for (const [place, body] of descriptions) {
      const { fields } = body as unknown as { fields: { name: string }[] };
      const prepared = contact.incremental!.prepare!.reduce(body) as unknown as typeof described;
      expect(prepared, place).toMatchObject({ modified: 'SystemModstamp', hasDeleteMark: true });
      expect(prepared.fields.toSorted(), place).toEqual(fields.map(({ name }) => name).sort());
    }
  });

  test.each([
    [['Id', 'LastModifiedDate', 'CreatedDate'], 'LastModifiedDate', false],
    [['Id', 'CreatedDate', 'IsDeleted'], 'CreatedDate', true],
  ])('an object with %j is read by %s', (names, modified, hasDeleteMark) => {
    const prepared = contact.incremental!.prepare!.reduce({ fields: names.map((name) => ({ name, type: 'string' })) });
    expect(prepared).toMatchObject({ modified, hasDeleteMark });
    expect(changes.request({ ...page(null, prepared), since: '2026-01-01T00:00:00Z' })).toMatchObject({
      path: `/services/data/v60.0/${hasDeleteMark ? 'queryAll' : 'query'}`,
      query: { q: expect.stringContaining(`WHERE ${modified} >= 2026-01-01T00:00:00.000Z ORDER BY ${modified}, Id`) },
    });
  });

  test('an object that no field tells changes of is read in full, and refused incrementally with what to do', () => {
    const body = { fields: [{ name: 'Id', type: 'id' }] };
    expect(contact.full.prepare!.reduce(body)).toMatchObject({ fields: ['Id'], modified: null });
    expect(() => contact.incremental!.prepare!.reduce(body)).toThrow('Use the strategy full_only');
  });

  test('the recorded nextRecordsUrl is followed, and the read goes on behind the last id when it has expired', () => {
    const first = loadData<Json>('salesforce/examples/query_paginated_first_page_response.json') as { records: object[] };
    const { answer } = read(contact, query, { ...first, records: [{ ...first.records[0], Id: '0034S000005YJYwQAO' }] });
    const position = query.next(page(null, described), answer)!;
    expect(query.request(page(position, described)).path).toBe('/services/data/v26.0/query/01gD');
    const resumed = query.request(page(query.resume!(position), described));
    expect(resumed.query!.q).toBe("SELECT Id FROM Contact WHERE Id > '0034S000005YJYwQAO' ORDER BY Id");
    const last = read(contact, query, loadData('salesforce/examples/query_paginated_last_page_response.json'));
    expect(query.next(page(position, described), last.answer)).toBeNull();
  });

  test.each([
    ['expired_session_response', 401, 'unauthorized'],
    ['query_error_response', 400, 'invalid'],
    ['sobject_describe_error_response', 404, 'not_found'],
    ['sobject_find_error_response', 404, 'not_found'],
    ['write_error_response', 400, 'invalid'],
    ['search_error_response', 400, 'invalid'],
  ])('the recorded %s (%i) means %s', (file, status, meaning) => {
    const body = loadData<{ message: string }[]>(`salesforce/examples/${file}.json`);
    expect(refusal('salesforce', { status, body })).toMatchObject({ meaning, message: expect.stringContaining(body[0]!.message) });
  });

  test('the recorded 404 of a record means that it is gone', () => {
    const [gone] = recorded('salesforce/recorded', ({ response }) => response.status === 404);
    expect(refusal('salesforce', gone!.response).meaning).toBe('not_found');
  });

  test.each([
    [403, 'REQUEST_LIMIT_EXCEEDED', { meaning: 'rate_limited', retryAfterSeconds: 300 }],
    [400, 'INVALID_QUERY_LOCATOR', { meaning: 'page_expired' }],
    [400, 'MALFORMED_QUERY', { meaning: 'invalid' }],
    [403, 'INSUFFICIENT_ACCESS', { meaning: 'forbidden' }],
    [403, 'API_DISABLED_FOR_ORG', { meaning: 'forbidden' }],
    [400, 'QUERY_TIMEOUT', { meaning: 'unavailable' }],
    [503, 'SERVER_UNAVAILABLE', { meaning: 'unavailable' }],
    [400, 'constructor', { meaning: 'invalid' }],
    [500, 'ANYTHING_ELSE', { meaning: 'unavailable' }],
  ])('%i %s', (status, errorCode, expected) => {
    expect(refusal('salesforce', { status, body: [{ errorCode, message: 'm' }] })).toMatchObject(expected);
  });
});
