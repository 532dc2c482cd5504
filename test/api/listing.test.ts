import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openStream } from '../support/event-stream.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';

/** One vendor with two customers, whose records have the same ids; a declared field. */
let syncline: TestSyncline;
let connections: string[];
let syncs: string[];
const listing = '/v1/records/sandbox/contacts';
beforeAll(async () => {
  syncline = await startSyncline({ limits: { followSecondsMax: 60 } });
  await syncline.setUpProvider({ objects: [{ object: 'contacts', interval_seconds: 86_400 }] });
  const field = await syncline.call('POST', '/v1/fields', {
    ...{ provider: 'sandbox', object: 'contacts', name: 'owner', path: 'owner_of_this', type: 'text', is_indexed: true },
  });
  connections = [];
  syncs = [];
  for (const customerId of ['acme', 'acme.']) {
    const account = `listing-${connections.length}`;
    await syncline.control.setSize({ account, object: 'contacts', size: 12 });
    await syncline.control.update({ account, object: 'contacts', count: 5, fields: { owner_of_this: customerId } });
    const { connectionId } = await syncline.connectCustomer({ customerId, account });
    const sync = await syncline.findSync({ connectionId, object: 'contacts' });
    await syncline.waitForRun({ syncId: sync.id });
    connections.push(connectionId);
    syncs.push(sync.id);
  }
  await vi.waitFor(async () => expect((await syncline.call('GET', `/v1/fields/${field.id}`)).status).toBe('ready'), {
    timeout: 60_000,
    interval: 100,
  });
}, 180_000);
afterAll(() => syncline.close());

const get = (query: string, headers = {}) => syncline.request('GET', `${listing}${query}`, undefined, { headers });
const filterOf = (filter: unknown) => `filter=${encodeURIComponent(JSON.stringify(filter))}`;
/** A record of the account is changed at the provider, and the change read. */
async function change(index: number, fields: Record<string, string>): Promise<void> {
  await syncline.control.update({ account: `listing-${index}`, object: 'contacts', count: 1, fields });
  await syncline.runSync({ syncId: syncs[index]! });
}

describe('the listing', () => {
  test('B26 filters and parts: what is hostile finds nothing and breaks nothing, customers that differ in punctuation stay apart', async () => {
    const owners = async (query: string) => {
      const { status, body } = await get(`?${query}&fields=owner_of_this`);
      expect(status, query).toBe(200);
      return body.data.map((row: { customer_id: string; record: object }) => [row.customer_id, row.record]);
    };
    expect(await owners(filterOf({ owner: { eq: 'acme.' } }))).toEqual(Array(5).fill(['acme.', { owner_of_this: 'acme.' }]));
    expect(await owners(`${filterOf({ owner: { eq: 'acme.' } })}&customer_id=acme`)).toEqual([]);
    for (const value of ["' or '1'='1", "acme'--", '%', '\\', '$1', 'x'.repeat(1000), '🦊', ''])
      expect(await owners(filterOf({ owner: { eq: value } })), value).toEqual([]);
    for (const name of ['nothing', 'raw', '_syncline_customer_id', 'owner" or true --', '__proto__', "'; drop table x; --"]) {
      const { status, body } = await get(`?${filterOf({ [name]: { eq: 'acme' } })}`);
      expect([status, body.code, body.errors[0].in], name).toEqual([400, 'input_invalid', 'query']);
      expect((await get(`?fields=${encodeURIComponent(name)}&page_size=1`)).body.data[0].record, name).toEqual({});
    }
    for (const destination of ['dst_01k9d3v5m2q8r7s6t5v4w3x2y1', "' or true --"])
      expect((await get(`?destination_id=${encodeURIComponent(destination)}`)).body.code).toBe('not_found');
  });

  test('B27 the page behind the last is empty at the same position, with filter and parts too, and says how many there are', async () => {
    const query = `?${filterOf({ owner: { in: ['acme', 'acme.'] } })}&fields=id,owner&count=true&page_size=1000`;
    const first = await get(query);
    expect(first.body).toMatchObject({ has_more: false, total_count: 10, total_is_exact: true });
    expect(first.body.data).toHaveLength(10);
    const next = await get(`${query}&cursor=${first.body.next_cursor}`);
    expect(next.body).toMatchObject({ data: [], has_more: false, next_cursor: first.body.next_cursor, total_count: 10 });
  });

  test('whoever holds the answer gets 304 until a record changes', async () => {
    const query = '?customer_id=acme&page_size=5';
    const first = await get(query);
    const etag = first.headers.get('etag')!;
    expect(await get(query, { 'if-none-match': etag })).toMatchObject({ status: 304, text: '' });
    expect((await get('?customer_id=acme.&page_size=5', { 'if-none-match': etag })).status).toBe(200);
    await change(0, { note: 'changed' });
    const second = await get(query, { 'if-none-match': etag });
    expect([second.status, second.headers.get('etag') === etag]).toEqual([200, false]);
  });
});

describe('records by their ids', () => {
  test('one record, as the listing shows it; where several connections have the id, one must be named', async () => {
    const [listed] = (await get('?customer_id=acme&page_size=1')).body.data;
    const path = `/${encodeURIComponent(listed.record_id)}`;
    const one = await get(`${path}?customer_id=acme`);
    expect(one.body).toEqual(listed);
    expect(await get(`${path}?customer_id=acme`, { 'if-none-match': one.headers.get('etag')! })).toMatchObject({ status: 304, text: '' });
    expect((await get(`${path}?connection_id=${connections[1]}`)).body).toMatchObject({
      record_id: listed.record_id,
      customer_id: 'acme.',
    });
    const ambiguous = await get(path);
    expect([ambiguous.status, ambiguous.body.code]).toEqual([409, 'record_ambiguous']);
    expect(ambiguous.body.connection_ids.toSorted()).toEqual(connections.toSorted());
    for (const id of ["' or 1=1 --", '../acme', '%25', 'x'.repeat(1000), '~nothing', 'a:b', '🦊'])
      expect((await get(`/${encodeURIComponent(id)}`)).body.code, id).toBe('not_found');
  });

  test('a batch comes in the order of its ids, says what is missing, and is never kept for a repetition', async () => {
    const ids = (await get('?customer_id=acme&page_size=3')).body.data.map((row: { record_id: string }) => row.record_id).reverse();
    const wanted = { ids: [...ids, 'nothing', ids[0]], customer_id: 'acme', fields: ['owner_of_this'] };
    const batch = (body: unknown, headers = {}) => syncline.request('POST', `${listing}:batch`, body, { headers });
    const headers = { 'idempotency-key': 'a-batch' };
    const { status, body } = await batch(wanted, headers);
    expect(status).toBe(200);
    expect(body.data.map((row: { record_id: string }) => row.record_id)).toEqual(ids);
    expect(body).toMatchObject({ missing_ids: ['nothing'], has_more: false });
    expect((await batch(wanted, headers)).body).toEqual(body);
    expect((await syncline.pool.query('select from idempotency_key where answer_sealed is not null')).rowCount).toBe(0);
    expect((await batch({ ids })).body).toMatchObject({ code: 'input_invalid', errors: [{ in: 'body', path: 'customer_id' }] });
    expect((await batch({ ids, connection_id: connections[1], customer_id: 'acme' })).body.code).toBe('not_found');
  });
});

describe('the stream', () => {
  const follow = (query: string, headers = {}) =>
    openStream({ url: `${syncline.url}${listing}:follow?${query}`, key: syncline.apiKey, headers });

  test('begins with what stands there, goes on with what changes, and can be taken up behind any event', async () => {
    const stream = await follow('customer_id=acme&page_size=10&include_deleted=true');
    const [first, second] = [await stream.next(), await stream.next()];
    expect([first!.data.data.length, first!.data.has_more, second!.data.data.length]).toEqual([10, true, 2]);
    expect([first!.event, first!.id]).toEqual(['records', first!.data.next_cursor]);
    const news = stream.next();
    await change(0, { note: 'told' });
    await change(1, { note: 'of another customer' });
    const told = await news;
    stream.close();
    expect(told!.data.data.map((row: { record: { note: string } }) => row.record.note)).toEqual(['told']);

    const again = await follow('customer_id=acme&page_size=10&include_deleted=true&wait_seconds=0', { 'last-event-id': second!.id! });
    expect((await again.next())!.data.data).toEqual(told!.data.data);
    expect(await again.next()).toBeNull();
  });

  test('X17 what is refused is refused as a problem before it begins', async () => {
    const { id } = (await (await follow('wait_seconds=0')).next())!;
    for (const [query, headers, code] of [
      ['cursor=x', {}, 'cursor_invalid'],
      ['', { 'last-event-id': 'x' }, 'cursor_invalid'],
      ['customer_id=acme', { 'last-event-id': id! }, 'cursor_invalid'],
      ['customer_id=nobody', {}, 'not_found'],
      ['wait_seconds=-1', {}, 'input_invalid'],
      ['filter=x', {}, 'input_invalid'],
    ] as const) {
      const { status, problem } = await follow(query, headers);
      expect([status < 500, problem?.code], query).toEqual([true, code]);
    }
  });

  test('of one application forty are open at a time; who goes away makes room, and others are not held up', async () => {
    const { apiKey: key } = await syncline.createApplication();
    const url = `${syncline.url}${listing}:follow`;
    const open = await Promise.all(Array.from({ length: 40 }, () => openStream({ url, key })));
    for (const stream of open) expect((await stream.next())?.event).toBe('records');
    expect(await openStream({ url, key })).toMatchObject({ status: 409, problem: { code: 'conflict' } });
    const neighbour = await follow('page_size=1');
    expect(neighbour.status).toBe(200);
    for (const stream of [...open, neighbour]) stream.close();
    await expect.poll(async () => (await openStream({ url: `${url}?wait_seconds=0`, key })).status, { timeout: 30_000 }).toBe(200);
  });
});
