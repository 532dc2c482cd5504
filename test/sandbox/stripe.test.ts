import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleOf, exampleRecords, recordedEvents, recordedStripeRecords } from '../real/stripe.ts';
import { loadRecordings, recordedAccounts } from '../support/replay.ts';
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts';
import { caller, tokensFor } from './support.ts';

const api = 'https://api.stripe.com/v1';
let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
  await loadRecordings(sandbox.control);
});
afterAll(() => sandbox.close());

const keyOf = (account: string) => caller(sandbox, `rk_test_${account}`);
const call = keyOfLater('acme');
const lists = [...exampleRecords().keys()];

/** The sandbox is there when the first test runs, not when this file is read. */
function keyOfLater(account: string): ReturnType<typeof caller> {
  return (...args) => keyOf(account)(...args);
}

async function readAll(ask: typeof call, path: string): Promise<{ id: string; [field: string]: unknown }[]> {
  const records: { id: string; [field: string]: unknown }[] = [];
  for (let pages = 0; pages < 200; pages++) {
    const after = records.length === 0 ? '' : `&starting_after=${records.at(-1)!.id}`;
    const { status, text, body } = await ask(`${api}/${path}${path.includes('?') ? '' : '?limit=100'}${after}`);
    if (status !== 200) throw new Error(text);
    records.push(...body.data);
    if (!body.has_more) return records;
  }
  throw new Error('The list has no end.');
}

describe('Stripe’s own examples, served back', () => {
  it.each(lists)('%s: value for value', async (list) => {
    const expected = recordedStripeRecords().get(list)!;
    const served = await readAll(keyOf(recordedAccounts.stripe), list === 'subscriptions' ? `${list}?status=all` : list);
    expect(served).toEqual(expected.toSorted((a, b) => b.created - a.created));
  });

  it.each(lists)('a generated one of %s has the members of the example', async (list) => {
    const [generated] = (await call(`${api}/${list}?limit=1`)).body.data;
    const { type: _old, ...example } = exampleRecords().get(list)!;
    const { type: _type, ...members } = generated;
    expect(Object.keys(members).sort()).toEqual(Object.keys(example).sort());
  });

  it('a deleted customer leaves the stub of the example', async () => {
    const at = { dialect: 'stripe', account: 'acme', object: 'customers' } as const;
    const { ids } = await sandbox.control.delete({ ...at, count: 1 });
    const { status, body } = await call(`${api}/customers/${ids[0]}`);
    expect([status, body]).toEqual([200, { ...exampleOf('deleted_customer'), id: ids[0] }]);
  });
});

describe('lists', () => {
  it('the newest first, 10 unless asked, pages by id in both directions', async () => {
    const first = await call(`${api}/charges`);
    expect(Object.keys(first.body)).toEqual(['object', 'data', 'has_more', 'url']);
    expect([first.body.object, first.body.data.length, first.body.has_more, first.body.url]).toEqual(['list', 10, true, '/v1/charges']);
    const ids = (await readAll(call, 'charges?limit=7')).map(({ id }) => id);
    expect(ids).toHaveLength(90);
    expect(ids).toEqual([...new Set(ids)].toSorted().toReversed());
    const newer = await call(`${api}/charges?limit=5&ending_before=${ids[20]}`);
    expect(newer.body.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(15, 20));
    expect(newer.body.has_more).toBe(true);
    expect((await call(`${api}/charges?limit=50&ending_before=${ids[20]}`)).body.has_more).toBe(false);
  });

  it('created[gte] is inclusive, and the only filter by time', async () => {
    const all = await readAll(call, 'invoices?limit=100');
    const bound = Number(all[30]!.created);
    const since = await readAll(call, `invoices?limit=100&created[gte]=${bound}`);
    expect(since).toEqual(all.filter(({ created }) => Number(created) >= bound));
    expect((await call(`${api}/invoices?updated[gte]=${bound}`)).status).toBe(400);
  });

  it('canceled subscriptions are listed on demand only', async () => {
    const at = { dialect: 'stripe', account: 'canceling', object: 'subscriptions' } as const;
    const ask = keyOf('canceling');
    const { ids } = await sandbox.control.delete({ ...at, count: 2 });
    expect(await readAll(ask, 'subscriptions?limit=100')).toHaveLength(58);
    const all = await readAll(ask, 'subscriptions?limit=100&status=all');
    expect(all).toHaveLength(60);
    expect(all.filter(({ status }) => status === 'canceled').map(({ id }) => id)).toEqual(ids.toReversed());
    expect((await readAll(ask, 'subscriptions?limit=100&status=canceled')).map(({ id }) => id)).toEqual(ids.toReversed());
  });
});

describe('the feed of events', () => {
  const at = { dialect: 'stripe', account: 'feed', object: 'customers' } as const;
  const ask = keyOfLater('feed');

  it('events have the members of the recorded ones, and carry the record as it was then', async () => {
    const { id } = await sandbox.control.create({ ...at, fields: { name: 'First' } });
    await sandbox.control.update({ ...at, id, fields: { name: 'Second' } });
    await sandbox.control.delete({ ...at, id });
    const { body } = await ask(`${api}/events?limit=3`);
    const [deleted, updated, created] = body.data;
    expect([created, updated, deleted].map(({ type }) => type)).toEqual(['customer.created', 'customer.updated', 'customer.deleted']);
    expect([created, updated, deleted].map(({ data }) => data.object.name)).toEqual(['First', 'Second', 'Second']);
    expect(updated.data.previous_attributes).toEqual({ name: 'First' });
    const recorded = recordedEvents().filter(({ body: event }) => typeof event.api_version === 'string');
    for (const event of [created, updated, deleted]) {
      const like = recorded.find(({ body: other }) => other.type === event.type)!.body;
      expect(Object.keys(event).sort()).toEqual(Object.keys(like).sort());
      expect(Object.keys(event.data).sort()).toEqual(Object.keys(like.data).sort());
      expect(Object.keys(event.request)).toEqual(Object.keys(like.request as object));
      expect(event.data.object.object).toBe(like.data.object.object);
    }
  });

  it('ending_before leads to newer events, whatever the filter by type leaves out', async () => {
    const account = { ...at, account: 'onwards' };
    const onwards = keyOf('onwards');
    await sandbox.control.create({ ...account, object: 'products' });
    const [start] = (await onwards(`${api}/events?limit=1`)).body.data;
    expect(start.type).toBe('product.created');
    await sandbox.control.createMany({ ...account, count: 5 });
    await sandbox.control.create({ ...account, object: 'prices' });
    const path = (id: string) => `${api}/events?limit=3&types[0]=customer.created&types[1]=customer.updated&ending_before=${id}`;
    const first = (await onwards(path(start.id))).body;
    const second = (await onwards(path(first.data[0].id))).body;
    expect([first.data.length, first.has_more, second.data.length, second.has_more]).toEqual([3, true, 2, false]);
    const created = [...second.data, ...first.data].map(({ data }) => data.object.id);
    expect(created).toEqual(created.toSorted().toReversed());
    expect((await onwards(`${api}/events?type=customer.*`)).body.data).toHaveLength(5);
  });

  it('events are forgotten after 30 days, and then no place to go on from', async () => {
    const account = { ...at, account: 'forgetful' };
    const forgetful = keyOf('forgetful');
    await sandbox.control.create(account);
    const [{ id }] = (await forgetful(`${api}/events`)).body.data;
    await sandbox.control.configure({ ...account, clockOffsetMs: 31 * 24 * 3600 * 1000 });
    expect((await forgetful(`${api}/events`)).body.data).toEqual([]);
    const { status, body } = await forgetful(`${api}/events?ending_before=${id}`);
    expect([status, body.error.code, body.error.param, body.error.message]).toEqual([
      400,
      'resource_missing',
      'ending_before',
      `No such event: '${id}'`,
    ]);
  });
});

describe('what Stripe refuses', () => {
  it.each([
    ['a page beyond 100', 'customers?limit=101', 'limit'],
    ['an empty page', 'customers?limit=0', 'limit'],
    ['a page that is no number', 'customers?limit=many', 'limit'],
    ['a parameter that does not exist', 'customers?modified_since=1', 'modified_since'],
    ['a cursor that it does not know', 'customers?starting_after=cus_x', 'starting_after'],
    ['both directions at once', 'customers?starting_after=a&ending_before=b', 'ending_before'],
    ['a status that does not exist', 'subscriptions?status=gone', 'status'],
    ['21 types of events', `events?${Array.from({ length: 21 }, (_, i) => `types[${i}]=a`).join('&')}`, 'types'],
    ['types that are no list', 'events?types=a', 'types'],
    ['a time that is none', 'customers?created[gte]=yesterday', 'created[gte]'],
  ])('%s', async (_name, path, param) => {
    const { status, body } = await call(`${api}/${path}`);
    expect([status, body.error.type, body.error.param]).toEqual([400, 'invalid_request_error', param]);
  });

  it('unknown paths, ids and versions', async () => {
    expect((await call(`${api}/nonsense`)).body.error.message).toContain('Unrecognized request URL (GET: /v1/nonsense)');
    const { status, body } = await call(`${api}/charges/ch_none`);
    expect([status, body.error]).toEqual([
      404,
      {
        code: 'resource_missing',
        doc_url: 'https://stripe.com/docs/error-codes/resource-missing',
        message: "No such charge: 'ch_none'",
        param: 'id',
        type: 'invalid_request_error',
      },
    ]);
    expect((await call(`${api}/charges`, { headers: { 'stripe-version': 'latest' } })).status).toBe(400);
    const pinned = await call(`${api}/charges`, { headers: { 'stripe-version': '2024-06-20' } });
    expect([pinned.status, pinned.headers.get('stripe-version')]).toEqual([200, '2024-06-20']);
  });

  it('no key, a wrong key, and a key without the right; a key as the user of Basic is good', async () => {
    expect((await caller(sandbox, null)(`${api}/charges`)).status).toBe(401);
    const wrong = await caller(sandbox, 'sk_live_0123456789')(`${api}/charges`);
    expect([wrong.status, wrong.text.includes('0123456789')]).toEqual([401, false]);
    const narrow = await caller(sandbox, 'rk_test_none_acme')(`${api}/charges`);
    expect([narrow.status, narrow.body.error.message.includes('rak_charge_read')]).toEqual([403, true]);
    const basic = await caller(sandbox, null)(`${api}/charges`, {
      headers: { authorization: `Basic ${Buffer.from('rk_test_acme:').toString('base64')}` },
    });
    expect(basic.status).toBe(200);
  });

  it('a rate limit says which, and not how long', async () => {
    await sandbox.control.fault({ match: { dialect: 'stripe', account: 'acme' }, fault: { kind: 'rate_limited' } });
    const { status, headers, body } = await call(`${api}/charges`);
    expect([status, body.error.code, headers.get('stripe-rate-limited-reason'), headers.get('retry-after')]).toEqual([
      429,
      'rate_limit',
      'global-rate',
      null,
    ]);
  });

  it('the token answer of Connect names the account and no end', async () => {
    const tokens = await tokensFor(sandbox, 'stripe', 'acme');
    expect(tokens).toMatchObject({ token_type: 'bearer', stripe_user_id: 'acct_acme', livemode: false });
    expect(tokens).not.toHaveProperty('expires_in');
    expect((await caller(sandbox, tokens.access_token)(`${api}/account`)).body.id).toBe('acct_acme');
  });
});
