import { describe, expect, test } from 'vitest';
import { openFeedPage } from '../../src/engine/page/feed-page.ts';
import { readPage } from '../../src/engine/page/read-page.ts';
import { classifyByStatus, type ObjectDefinition, ProviderError } from '../../src/kit/index.ts';
import { exampleOf, exampleRecords, type RecordedEvent, recordedEvents, recordedStripeRecords } from '../real/stripe.ts';
import { catalog } from './support/catalog.ts';
import { readAll } from './support/read-all.ts';
import { everyRequest } from './support/requests.ts';

const stripe = catalog.provider('stripe');
const names = [...exampleRecords().keys()];
const objectOf = (name: string) => catalog.object('stripe', name);

function feedOf(definition: ObjectDefinition, bodies: unknown[], hasMore = false) {
  const [part] = definition.delta!.parts;
  return openFeedPage({
    ...{ part: part!, feed: part!.feed!, object: definition, headers: {}, askedSeq: 1n, recordBytesMax: 1_000_000 },
    body: Buffer.from(JSON.stringify({ object: 'list', data: bodies, has_more: hasMore, url: '/v1/events' })),
  });
}

function refusal({ status, headers = {}, body }: { status: number; headers?: Record<string, string>; body: unknown }) {
  const answer = { status, headers, body };
  return { ...classifyByStatus(answer), ...stripe.classifyError?.(answer) };
}

describe('requests', () => {
  const requests = everyRequest(stripe, { position: 'evt_1' });

  // https://docs.stripe.com/api: what each list takes, as far as it is asked here.
  const known: Record<string, RegExp> = {
    '/v1/account': /^$/,
    '/v1/events': /^(limit|ending_before|types\[\d+\])$/,
    '/v1/subscriptions': /^(limit|starting_after|status)$/,
  };

  test.each(requests.map((spec) => [`${spec.path} ${new URLSearchParams(spec.query)}`, spec] as const))('%s', (_name, spec) => {
    const { method, path, query = {} } = spec;
    expect(method).toBe('GET');
    expect(path).toMatch(/^\/v1\/(account|events|(customers|products|prices|subscriptions|invoices|charges)(\/\w+)?)$/);
    for (const name of Object.keys(query)) expect(name).toMatch(known[path] ?? /^(limit|starting_after)$/);
    expect(Number(query.limit ?? 1)).toBeLessThanOrEqual(100);
    expect(Object.keys(query).filter((name) => name.startsWith('types')).length).toBeLessThanOrEqual(20);
  });

  test('the version is pinned', () => {
    expect(stripe.api.headers).toEqual({ 'stripe-version': expect.stringMatching(/^20\d\d-\d\d-\d\d\.[a-z]+$/) });
  });

  test('canceled subscriptions are asked for, or they would count as gone', () => {
    const [part] = objectOf('subscriptions').full.parts;
    const page = { object: 'subscriptions', position: null, since: null, pageSize: 100, prepared: null };
    expect(part!.request(page).query).toEqual({ limit: '100', status: 'all' });
  });
});

describe('records', () => {
  test.each(names)('every recorded one of %s is read value for value', (name) => {
    const records = recordedStripeRecords().get(name)!;
    const definition = objectOf(name);
    const [part] = definition.full.parts;
    const body = Buffer.from(JSON.stringify({ object: 'list', data: records, has_more: true, url: `/v1/${name}` }));
    const read = readPage({ body, part: part!, object: definition, headers: {}, askedSeq: 1n, recordBytesMax: 1_000_000 });
    expect(read.quarantined).toEqual([]);
    expect(read.records.map(({ id, raw, isDeleted }) => [id, JSON.parse(raw.toString()), isDeleted])).toEqual(
      records.map((record) => [record.id, record, false]),
    );
    const page = { object: name, position: null, since: null, pageSize: 100, prepared: null };
    expect(part!.next(page, read.answer)).toEqual({ after: records.at(-1)!.id });
  });

  test('the stub that a deleted customer leaves says so', () => {
    const definition = objectOf('customers');
    const stub = exampleOf('deleted_customer');
    const body = Buffer.from(JSON.stringify({ data: [stub] }));
    const [part] = definition.full.parts;
    const { records } = readPage({ body, part: part!, object: definition, headers: {}, askedSeq: 1n, recordBytesMax: 1000 });
    expect(records).toMatchObject([{ id: stub.id, isDeleted: true }]);
  });
});

describe('events', () => {
  const events = recordedEvents();
  const carrying = (name: string) => new Set(objectOf(name).delta!.parts[0]!.feed!.only!.values);

  test.each(names)('every recorded event about %s is applied as what it says, and all others are passed over', async (name) => {
    const definition = objectOf(name);
    const { deleted } = definition.delta!.parts[0]!.feed!;
    for (const { place, body } of events) {
      const { records, quarantined, answer } = await feedOf(definition, [body]).read();
      expect(quarantined, place).toEqual([]);
      expect(answer.last?.watermark, place).toBe(body.id);
      if (!carrying(name).has(body.type)) {
        expect(records, place).toEqual([]);
        continue;
      }
      const isDeleted = deleted?.values?.includes(body.type) ?? false;
      expect(
        records.map((record) => [record.id, record.isDeleted, record.modifiedAt]),
        place,
      ).toEqual([[body.data.object.id, isDeleted, new Date(body.created * 1000)]]);
      if (!isDeleted) expect(JSON.parse(records[0]!.raw.toString()), place).toEqual(body.data.object);
    }
  });

  test('each recorded event that carries a listed record belongs to exactly one object', () => {
    const about = (object: unknown) => names.find((name) => exampleRecords().get(name)!.object === object);
    for (const { place, body } of events) {
      const owners = names.filter((name) => carrying(name).has(body.type));
      const expected = body.type === 'invoice.upcoming' ? undefined : about(body.data.object.object);
      expect([place, owners]).toEqual([place, expected === undefined ? [] : [expected]]);
    }
  });

  test('of a page, newest first, the newest event of a record counts and the mark is that of the newest', async () => {
    const [created, updated, deleted] = ['created', 'updated', 'deleted'].map((what, i) => {
      const { body } = events.find(({ body: event }) => event.type === `customer.${what}`) as RecordedEvent;
      return { ...body, id: `evt_${i}`, created: body.created + i, data: { object: { ...body.data.object, name: what } } };
    });
    const alive = await feedOf(objectOf('customers'), [updated, created]).read();
    expect(alive.records.map(({ raw, isDeleted }) => [JSON.parse(raw.toString()).name, isDeleted])).toEqual([['updated', false]]);
    expect(alive.answer.last).toMatchObject({ watermark: 'evt_1' });
    const gone = await feedOf(objectOf('customers'), [deleted, updated, created]).read();
    expect(gone.records.map(({ isDeleted }) => isDeleted)).toEqual([true]);
  });

  test('a canceled subscription stays, with what the event carries', async () => {
    const { body } = events.find(({ body: event }) => event.type === 'customer.subscription.deleted')!;
    const { records } = await feedOf(objectOf('subscriptions'), [body]).read();
    expect(records.map(({ isDeleted, raw }) => [isDeleted, JSON.parse(raw.toString()).status])).toEqual([[false, 'canceled']]);
  });

  test('the recorded events, paged forwards, leave the newest state of each record', async () => {
    const newestFirst = events
      .filter(({ body }) => carrying('invoices').has(body.type))
      .map(({ body }, i) => ({ ...body, id: `evt_${String(body.created)}_${i}` }))
      .sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1));
    const { records, position } = await readAll({
      ...{ object: 'invoices', definition: objectOf('invoices'), kind: 'delta', since: 'evt_start', pageSize: 2 },
      ask: ({ query }) => {
        const at = newestFirst.findIndex(({ id }) => id === query!.ending_before);
        const newer = at === -1 ? newestFirst : newestFirst.slice(0, at);
        return { body: JSON.stringify({ object: 'list', data: newer.slice(-2), has_more: newer.length > 2 }) };
      },
    });
    expect(position).toBe(newestFirst[0]!.id);
    expect(JSON.parse(records.at(-1)!.raw.toString())).toEqual(newestFirst[0]!.data.object);
  });

  test('first events of an account that fill more than a page have no place to go on from', async () => {
    const definition = objectOf('customers');
    const [part] = definition.delta!.parts;
    const page = { object: 'customers', position: null, since: null, pageSize: 100, prepared: null };
    const { body } = events.find(({ body: event }) => event.type === 'customer.created')!;
    expect(part!.next(page, feedOf(definition, [body]).answer)).toBeNull();
    const refused = () => part!.next(page, feedOf(definition, [body], true).answer);
    expect(refused).toThrow(ProviderError);
    expect(refused).toThrow(expect.objectContaining({ meaning: 'page_expired' }));
    expect(part!.next({ ...page, since: 'evt_1' }, feedOf(definition, [body], true).answer)).toEqual({ mark: body.id });
  });
});

describe('refusals', () => {
  const error = (more: object) => ({ error: { type: 'invalid_request_error', message: 'm', ...more } });
  const missing = (param: string) => error({ code: 'resource_missing', param });
  test.each([
    [400, missing('ending_before'), { meaning: 'page_expired' }],
    [400, missing('starting_after'), { meaning: 'page_expired' }],
    [404, missing('id'), { meaning: 'not_found' }],
    [400, error({ code: 'parameter_unknown', param: 'x' }), { meaning: 'invalid', message: 'HTTP 400: m' }],
    [401, error({ message: 'Invalid API Key provided: rk_test_****' }), { meaning: 'unauthorized' }],
    [401, error({ code: 'api_key_expired' }), { meaning: 'unauthorized' }],
    [403, error({}), { meaning: 'forbidden' }],
    [409, error({ code: 'lock_timeout' }), { meaning: 'unavailable' }],
    [424, error({}), { meaning: 'unavailable' }],
    [429, error({ code: 'rate_limit' }), { meaning: 'rate_limited', retryAfterSeconds: 1 }],
    [500, { error: { type: 'api_error', message: 'm' } }, { meaning: 'unavailable' }],
    [502, '<html>bad gateway</html>', { meaning: 'unavailable' }],
  ])('%i %j', (status, body, expected) => {
    expect(refusal({ status, body })).toMatchObject(expected);
  });
});
