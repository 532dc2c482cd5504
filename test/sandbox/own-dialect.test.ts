import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseJson } from '../../sandbox/json.ts';
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts';
import { caller, readAll, tokensFor } from './support.ts';

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

/** A caller of an account of its own, so that tests do not meet. */
const as = (account: string) => {
  const call = caller(sandbox, `key_${account}`);
  return { account, call, control: sandbox.control, get: (path: string) => call(`https://sandbox.test${path}`) };
};
const idsOf = (records: Record<string, unknown>[]) => records.map(({ id }) => id);

describe('data', () => {
  it('is the same in another process of the same seed, and different for another account or seed', async () => {
    const [twin, stranger] = await Promise.all([startSandbox(), startSandbox({ seed: 2 })]);
    const path = '/crm/v1/contacts?limit=50';
    const [here, there, otherAccount, otherSeed] = await Promise.all([
      as('same').get(path),
      caller(twin, 'key_same')(`https://sandbox.test${path}`),
      as('other').get(path),
      caller(stranger, 'key_same')(`https://sandbox.test${path}`),
    ]);
    expect(there.text).toBe(here.text);
    expect(otherAccount.text).not.toBe(here.text);
    expect(otherSeed.text).not.toBe(here.text);
    await Promise.all([twin.close(), stranger.close()]);
  });

  it('has records of 1 to 2 KB, numbers that JavaScript cannot hold, decimals with zeros and several scripts', async () => {
    const { text, body } = await as('shape').get('/crm/v1/contacts?limit=100');
    const sizes = body.data.map((record: unknown) => Buffer.byteLength(JSON.stringify(record)));
    expect([Math.min(...sizes) > 1000, Math.max(...sizes) < 2000]).toEqual([true, true]);
    expect(text).toMatch(/"ledger_number":\d{21},/);
    expect(text).toMatch(/"score":\d\.\d0,/);
    expect(text).toMatch(/[À-ž].*[Ѐ-ӿ].*[぀-鿿]/su);
  });

  it.each(['contacts', 'companies', 'deals', 'owners', 'plain_items', 'revisions', 'opaque_events', 'readings'])(
    'lists every one of %s once, page by page',
    async (object) => {
      const { account, call } = as(`pages-${object.replaceAll('_', '-')}`);
      await sandbox.control.setSize({ account, object, size: 57 });
      const texts: string[] = [];
      let path = `https://sandbox.test/crm/v1/${object}?limit=10`;
      for (let page = 0; page < 6; page++) {
        const { text, body } = await call(path);
        texts.push(...(parseJson(text) as { data: unknown[] }).data.map((record) => JSON.stringify(record)));
        path = `https://sandbox.test/crm/v1/${object}?limit=10&cursor=${body.next_cursor}`;
        expect(body.has_more).toBe(page < 5);
      }
      expect(new Set(texts).size).toBe(57);
    },
  );
});

describe('writes', () => {
  it('create, change and delete a record, exactly as written', async () => {
    const { call } = as('writer');
    const url = 'https://sandbox.test/crm/v1/contacts';
    const exact = '{"name":{"first":"Ada"},"big":9007199254740993,"price":1.10}';
    const created = await fetch(`${sandbox.url}/crm/v1/contacts`, {
      method: 'POST',
      body: exact,
      headers: { authorization: 'Bearer key_writer' },
    });
    const text = await created.text();
    const { id } = JSON.parse(text);
    expect([created.status, text]).toEqual([201, expect.stringContaining('"name":{"first":"Ada"},"big":9007199254740993,"price":1.10')]);
    const changed = await call(`${url}/${id}`, { method: 'PATCH', json: { name: { last: 'L' }, vip: true } });
    expect(changed.body).toMatchObject({ id, name: { first: 'Ada', last: 'L' }, vip: true });
    expect((await call(`${url}/${id}`)).text).toContain('"big":9007199254740993');
    expect((await call(`${url}/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await call(`${url}/${id}`)).status).toBe(404);
    const { body } = await call(`${url}?include_deleted=true&limit=1000`);
    expect(body.data.at(-1)).toMatchObject({ id, is_deleted: true, deleted_at: expect.any(String) });
  });

  it('change a generated record without touching what was not named', async () => {
    const { get, control, account } = as('patch');
    const before = await get('/crm/v1/contacts/con_0000000007');
    await control.update({ account, object: 'contacts', id: 'con_0000000007', fields: { title: 'New' } });
    const after = await get('/crm/v1/contacts/con_0000000007');
    expect(after.body).toEqual({ ...before.body, title: 'New', updated_at: after.body.updated_at });
    expect(after.text).toContain(before.text.match(/"ledger_number":\d+/)![0]);
  });

  it('need the scope', async () => {
    const tokens = await tokensFor(sandbox, 'sandbox', 'scoped', 'crm.read offline_access');
    const call = caller(sandbox, tokens.access_token);
    expect((await call('https://sandbox.test/crm/v1/contacts')).status).toBe(200);
    const refused = await call('https://sandbox.test/crm/v1/contacts', { method: 'POST', json: {} });
    expect([refused.status, refused.body.error.code]).toEqual([403, 'scope_missing']);
  });
});

describe('changes', () => {
  it('modified_since is inclusive, ordered by time and id, and pages through ties', async () => {
    const { call, account, control } = as('ties');
    const ids = Array.from({ length: 30 }, (_, i) => `con_${String(i * 3 + 1).padStart(10, '0')}`);
    await control.update({ account, object: 'contacts', ids, updatedAt: '2025-05-05T05:05:05.005Z' });
    const records = await readAll(call, '/crm/v1/contacts?modified_since=2025-05-05T05:05:05.005Z', 7);
    expect(idsOf(records)).toEqual(ids);
  });

  it('the deleted feed gives ids and times from a moment on', async () => {
    const { get, account, control } = as('feed');
    await control.delete({ account, object: 'contacts', id: 'con_0000000003', updatedAt: '2025-01-01T00:00:00.000Z' });
    await control.delete({ account, object: 'contacts', id: 'con_0000000002', updatedAt: '2025-02-01T00:00:00.000Z' });
    expect((await get('/crm/v1/contacts/deleted?since=2025-01-15T00:00:00.000Z')).body).toEqual({
      data: [{ id: 'con_0000000002', deleted_at: '2025-02-01T00:00:00.000Z' }],
      next_cursor: null,
      has_more: false,
    });
    expect((await get('/crm/v1/contacts/deleted')).body.data).toHaveLength(2);
  });

  it('integer versions go on over every write, deletes included', async () => {
    const { get, account, control } = as('versions');
    const { text } = await get('/crm/v1/revisions?limit=3');
    const id = text.match(/"id":(\d+)/)![1]!;
    await control.update({ account, object: 'revisions', id, fields: { pages: 1 } });
    await control.delete({ account, object: 'revisions', id });
    const changes = await get('/crm/v1/revisions?since_version=41');
    expect(changes.body.data).toMatchObject([{ version: 42, is_deleted: true }]);
    expect(changes.text).toContain(`"id":${id},`);
  });

  it('an opaque token leads on from its record; an unknown one is 410', async () => {
    const { get, account, control } = as('opaque');
    const { body } = await get('/crm/v1/opaque_events?limit=1000');
    const last = body.data.at(-1);
    await control.create({ account, object: 'opaque_events', fields: { kind: 'new' } });
    const changes = (await get(`/crm/v1/opaque_events?since=${last.token}`)).body.data;
    expect(changes.map((record: { kind: string }) => record.kind)).toEqual([last.kind, 'new']);
    expect((await get('/crm/v1/opaque_events?since=tk_zzzzzzzz')).status).toBe(410);
  });

  it('a record that is modified while an offset list is paged makes another one slip through', async () => {
    const { get, account, control } = as('offset');
    const [first, second] = (await get('/crm/v1/offset_notes?per_page=20')).body.data;
    const seen = idsOf((await get('/crm/v1/offset_notes?per_page=20&page=1')).body.data);
    await control.update({ account, object: 'offset_notes', id: first.id });
    for (const page of [2, 3]) seen.push(...idsOf((await get(`/crm/v1/offset_notes?per_page=20&page=${page}`)).body.data));
    expect(seen).toContain(second.id);
    expect(new Set(seen).size).toBe(49);
    expect((await get('/crm/v1/offset_notes')).body.total).toBe(50);
  });

  it('a late write is seen only after its lag, by lists and by get', async () => {
    const { get, account, control } = as('late');
    await control.configure({ account, visibilityLagMs: 400 });
    const { id } = await control.create({ account, object: 'contacts', fields: { note: 'late' } });
    expect((await get(`/crm/v1/contacts/${id}`)).status).toBe(404);
    expect((await control.list({ account, object: 'contacts' })).records.map((record) => record.id)).toContain(id);
    const later = as('late-2');
    await control.configure({ account: 'late-2', visibilityLagMs: 300 });
    const written = await control.create({ account: 'late-2', object: 'contacts', fields: {} });
    await expect.poll(async () => (await later.get(`/crm/v1/contacts/${written.id}`)).status, { interval: 50, timeout: 30_000 }).toBe(200);
  });

  it('the clock of the account stamps the Date header and what is written', async () => {
    const { get, account, control } = as('clock');
    await control.configure({ account, clockOffsetMs: -600_000 });
    const { id } = await control.create({ account, object: 'contacts' });
    const { headers, body } = await get(`/crm/v1/contacts/${id}`);
    expect(Math.abs(Date.parse(headers.get('date')!) - (Date.now() - 600_000))).toBeLessThan(5000);
    expect(Math.abs(Date.parse(body.updated_at) - (Date.now() - 600_000))).toBeLessThan(5000);
  });
});

describe('refusals', () => {
  it.each([
    ['/crm/v1/strangers', 404, 'path_unknown'],
    ['/crm/v1/__proto__', 404, 'path_unknown'],
    ['/crm/v2/contacts', 404, 'path_unknown'],
    ['/crm/v1/contacts/con_9999999999', 404, 'not_found'],
    ['/crm/v1/contacts?limit=1001', 400, 'invalid_request'],
    ['/crm/v1/contacts?limit=0', 400, 'invalid_request'],
    ['/crm/v1/contacts?page=1', 400, 'invalid_request'],
    ['/crm/v1/contacts?modified_since=yesterday', 400, 'invalid_request'],
    ['/crm/v1/contacts?modified_since=2024-01-01T00:00:00', 400, 'invalid_request'],
    ['/crm/v1/contacts?cursor=nonsense', 400, 'cursor_invalid'],
    ['/crm/v1/contacts?include_deleted=yes', 400, 'invalid_request'],
    ['/crm/v1/plain_items?modified_since=2024-01-01T00:00:00Z', 400, 'invalid_request'],
    ['/crm/v1/offset_notes?cursor=x', 400, 'invalid_request'],
    ['/crm/v1/offset_notes?per_page=1001', 400, 'invalid_request'],
    ['/crm/v1/revisions?since_version=new', 400, 'invalid_request'],
  ])('%s → %i %s', async (path, status, code) => {
    const answer = await as('refused').get(path);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  it('a cursor is good only for its own list', async () => {
    const { get } = as('refused');
    const { body } = await get('/crm/v1/contacts?limit=1');
    expect((await get(`/crm/v1/deals?cursor=${body.next_cursor}`)).body.error.code).toBe('cursor_invalid');
  });

  it('without credentials', async () => {
    const answer = await caller(sandbox, null)('https://sandbox.test/crm/v1/contacts');
    expect([answer.status, answer.body.error.code]).toEqual([401, 'unauthorized']);
  });
});

describe('a big account', () => {
  it('is listed at any depth without being held', async () => {
    const { get, account, control } = as('million');
    await control.setSize({ account, object: 'contacts', size: 1_000_000 });
    const cursorAt = (n: number) =>
      Buffer.from(
        JSON.stringify({
          object: 'contacts',
          since: null,
          deleted: false,
          after: { id: `con_${String(n).padStart(10, '0')}`, updatedAt: 0, version: n },
        }),
      ).toString('base64url');
    const heapBefore = process.memoryUsage().heapUsed;
    for (const depth of [0, 250_000, 500_000, 750_000, 998_500]) {
      const started = performance.now();
      const { body } = await get(`/crm/v1/contacts?limit=1000&cursor=${cursorAt(depth)}`);
      expect(body.data).toHaveLength(1000);
      expect(body.data[0].id).toBe(`con_${String(depth + 1).padStart(10, '0')}`);
      expect(performance.now() - started).toBeLessThan(1000);
    }
    expect((await get(`/crm/v1/contacts?limit=1000&cursor=${cursorAt(999_500)}`)).body).toMatchObject({
      has_more: false,
      next_cursor: null,
    });
    // A held million would be more than a gigabyte.
    expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(150_000_000);
  });

  it('gives a kept page again until something is written', async () => {
    const { get, account, control } = as('kept');
    await control.configure({ account, pageCacheBytesMax: 10_000_000 });
    const first = await get('/crm/v1/contacts?limit=50');
    expect((await get('/crm/v1/contacts?limit=50')).text).toBe(first.text);
    await control.update({ account, object: 'contacts', id: 'con_0000000001', fields: { title: 'Changed' } });
    expect((await get('/crm/v1/contacts?limit=50')).body.data[0].title).toBe('Changed');
  });
});

describe('families', () => {
  it('lists line items below their deal only, page by page, and none below a deal that is gone', async () => {
    const { account, get, control } = as('families');
    await control.setSize({ account, object: 'deals', size: 2 });
    await control.setSize({ account, object: 'line_items', size: 4 });
    const first = await get('/crm/v1/deals/dea_0000000001/line_items?limit=1');
    expect(first.body).toMatchObject({ data: [{ id: 'item_1' }], has_more: true });
    const second = await get(`/crm/v1/deals/dea_0000000001/line_items?limit=1&cursor=${first.body.next_cursor}`);
    expect(second.body).toMatchObject({ data: [{ id: 'item_2' }], has_more: false });
    expect(first.body.data[0]).not.toHaveProperty('deal_id');

    await control.create({ account, object: 'line_items', fields: { deal_id: 'dea_0000000002', sku: 'NEW' } });
    const other = await get('/crm/v1/deals/dea_0000000002/line_items');
    expect(other.body.data.map(({ sku }: { sku: string }) => sku)).toContain('NEW');
    expect(other.body.data).toHaveLength(3);

    await control.delete({ account, object: 'deals', id: 'dea_0000000002' });
    expect((await get('/crm/v1/deals/dea_0000000002/line_items')).status).toBe(404);
    expect((await get('/crm/v1/line_items')).status).toBe(404);
    expect((await get('/crm/v1/contacts/con_0000000001/line_items')).status).toBe(404);
  });

  it('shows orders with their lines inside and how many orders there are', async () => {
    const { body } = await as('orders').get('/crm/v1/orders?limit=2');
    expect(body).toMatchObject({ total: 20, has_more: true });
    expect(body.data[0].lines.map(({ line }: { line: number }) => line)).toEqual([1, 2, 3]);
  });
});
