import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openStream } from '../support/event-stream.ts';
import { startSyncline, type TestClient, type TestSyncline } from '../support/syncline.ts';

/** Two vendors with the same customers, whose records have the same ids; in each record the name of its owner. */
let syncline: TestSyncline;
let other: TestClient & { apiKey: string; applicationId: string };
const listing = '/v1/records/sandbox/contacts';
const connectionOf: Record<string, string> = {};
let tokens: Record<'acme' | 'beta', string>;
beforeAll(async () => {
  syncline = await startSyncline({ limits: { followSecondsMax: 20 } });
  other = await syncline.createApplication('Other vendor');
  for (const [vendor, prefix] of [[syncline, 'one'] as const, [other, 'two'] as const]) {
    await vendor.setUpProvider({ objects: [{ object: 'contacts', interval_seconds: 86_400 }] });
    const wanted = { provider: 'sandbox', object: 'contacts', name: 'owner', path: 'owner_of_this', type: 'text', is_indexed: true };
    const field = await vendor.call('POST', '/v1/fields', wanted);
    for (const customerId of ['acme', 'beta']) {
      const account = `${prefix}-${customerId}`;
      await syncline.control.setSize({ account, object: 'contacts', size: 5 });
      await syncline.control.update({ account, object: 'contacts', count: 5, fields: { owner_of_this: account } });
      const { connectionId } = await vendor.connectCustomer({ customerId, account });
      connectionOf[account] = connectionId;
      await vendor.waitForRun({ syncId: (await vendor.findSync({ connectionId, object: 'contacts' })).id });
    }
    const look = async () => expect((await vendor.call('GET', `/v1/fields/${field.id}`)).status).toBe('ready');
    await vi.waitFor(look, { timeout: 60_000, interval: 100 });
  }
  const tokenOf = async (customerId: string) => (await syncline.call('POST', '/v1/customer-tokens', { customer_id: customerId })).token;
  tokens = { acme: await tokenOf('acme'), beta: await tokenOf('beta') };
}, 180_000);
afterAll(() => syncline.close());

const get = (query: string, key?: string) => syncline.request('GET', `${listing}${query}`, undefined, { key });
const filterOf = (filter: unknown) => `filter=${encodeURIComponent(JSON.stringify(filter))}`;
const batch = (body: unknown, key?: string) => syncline.request('POST', `${listing}:batch`, body, { key });
const everybody = ['one-acme', 'one-beta', 'two-acme', 'two-beta'];

test('a filter on another customer’s values finds nothing with a token, and counts nothing', async () => {
  for (const filter of [{ eq: 'one-beta' }, { in: ['one-beta', 'two-acme', 'two-beta'] }, { gte: 'one-b' }]) {
    const { body } = await get(`?${filterOf({ owner: filter })}&count=true`, tokens.acme);
    expect(body, JSON.stringify(filter)).toMatchObject({ data: [], total_count: 0 });
  }
  const all = await get(`?${filterOf({ owner: { in: everybody } })}&count=true`, tokens.acme);
  expect([all.body.total_count, new Set(all.body.data.map((row: { customer_id: string }) => row.customer_id))]).toEqual([
    5,
    new Set(['acme']),
  ]);
  // The other vendor's records lie in a hub of their own: the same filter with the vendor's key.
  expect((await get(`?${filterOf({ owner: { in: everybody } })}&count=true`)).body.total_count).toBe(10);
});

test('parts that name columns of ours, settings or other tables show nothing', async () => {
  for (const fields of ['_syncline_customer_id', 'raw', 't.raw', 'customer_id', "current_setting('x')", '*', 'given.members']) {
    const { status, body, text } = await get(`?fields=${encodeURIComponent(fields)}`, tokens.acme);
    expect(status, fields).toBe(200);
    expect(
      body.data.map((row: { record: object }) => row.record),
      fields,
    ).toEqual(Array(5).fill({}));
    expect(text, fields).not.toContain('beta');
  }
});

test('a record’s id shows the caller’s own record, alone or in a batch, whatever connection is named', async () => {
  const ids = (await get('', tokens.acme)).body.data.map((row: { record_id: string }) => row.record_id);
  const own = await get(`/${encodeURIComponent(ids[0])}`, tokens.acme);
  expect(own.body.record.owner_of_this).toBe('one-acme');
  const several = await batch({ ids }, tokens.acme);
  expect(several.body.data.map((row: { record: { owner_of_this: string } }) => row.record.owner_of_this)).toEqual(
    Array(5).fill('one-acme'),
  );
  for (const account of ['one-beta', 'two-acme', 'two-beta']) {
    const connection = connectionOf[account]!;
    expect((await get(`/${encodeURIComponent(ids[0])}?connection_id=${connection}`, tokens.acme)).body.code, account).toBe('not_found');
    expect((await batch({ ids, connection_id: connection }, tokens.acme)).body.code, account).toBe('not_found');
  }
  expect((await get(`/${encodeURIComponent(ids[0])}?customer_id=beta`, tokens.acme)).body.code).toBe('scope_missing');
  expect((await batch({ ids, customer_id: 'beta' }, tokens.acme)).body.code).toBe('scope_missing');
});

test('a destination of another application is not found, by any read', async () => {
  const [{ id }] = await other.list('/v1/destinations');
  const [record] = (await get('?page_size=1&customer_id=acme')).body.data;
  for (const path of [`?destination_id=${id}`, `/${record.record_id}?destination_id=${id}`, `:follow?destination_id=${id}`])
    expect((await get(path)).body.code, path).toBe('not_found');
  expect((await batch({ ids: [record.record_id], customer_id: 'acme', destination_id: id })).body.code).toBe('not_found');
});

test('a cursor of other filters, of another customer or of another vendor shows nothing', async () => {
  const cursorOf = async (query: string, key?: string) => (await get(`?page_size=1&${query}`, key)).body.next_cursor;
  const foreign = {
    'of another customer': await cursorOf('', tokens.beta),
    'of all customers': await cursorOf(''),
    'of another filter': await cursorOf(filterOf({ owner: { eq: 'one-acme' } }), tokens.acme),
    'with other parts': await cursorOf('fields=id', tokens.acme),
    'of another vendor': (await other.request('GET', `${listing}?page_size=1&customer_id=acme`)).body.next_cursor,
  };
  for (const [what, cursor] of Object.entries(foreign)) {
    const refusal = what === 'of another vendor' ? 'cursor_expired' : 'cursor_invalid';
    expect((await get(`?cursor=${cursor}`, tokens.acme)).body.code, what).toBe(refusal);
    const stream = await openStream({
      url: `${syncline.url}${listing}:follow?wait_seconds=0`,
      key: tokens.acme,
      headers: { 'last-event-id': cursor },
    });
    expect(stream.problem?.code, what).toBe(refusal);
  }
});

test('a stream with a token tells of its own customer only, whatever others write meanwhile', async () => {
  const stream = await openStream({ url: `${syncline.url}${listing}:follow?include_deleted=true`, key: tokens.acme });
  const ownersOf = (page: { data: { record: { owner_of_this: string } }[] }) => page.data.map(({ record }) => record.owner_of_this);
  expect(ownersOf((await stream.next())!.data)).toEqual(Array(5).fill('one-acme'));
  for (const account of ['one-beta', 'two-acme', 'one-acme']) {
    await syncline.control.update({ account, object: 'contacts', count: 1, fields: { note: 'news' } });
    const vendor = account.startsWith('two') ? other : syncline;
    const sync = await vendor.findSync({ connectionId: connectionOf[account]!, object: 'contacts' });
    await vendor.runSync({ syncId: sync.id });
  }
  expect(ownersOf((await stream.next())!.data)).toEqual(['one-acme']);
  stream.close();
});

test('the tag of another customer’s answer is no answer', async () => {
  const { headers } = await get('?page_size=5', tokens.beta);
  const asked = await syncline.request('GET', `${listing}?page_size=5`, undefined, {
    key: tokens.acme,
    headers: { 'if-none-match': headers.get('etag')! },
  });
  expect(asked.status).toBe(200);
});
