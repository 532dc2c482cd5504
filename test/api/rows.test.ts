import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWorld, type SentAnswer, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const get = (path: string, query: Record<string, string> = {}) => world.send({ method: 'GET', path, query, key: world.syncline.apiKey });
const post = (path: string, body: unknown) => world.send({ method: 'POST', path, body, key: world.syncline.apiKey });
const records = (query: Record<string, string> = {}) => get('/v1/records/sandbox/contacts', query);
const codeOf = ({ status, body }: SentAnswer) => [status, body.code];

describe('sync configs', () => {
  const create = (input: Record<string, unknown>) => post('/v1/sync-configs', { provider: 'sandbox', ...input });

  test('B1 an object that is listed twice is refused by its name and place, and nothing is created', async () => {
    const refused = await create({ objects: [{ object: 'companies' }, { object: 'deals' }, { object: 'companies' }] });
    expect(codeOf(refused)).toEqual([400, 'input_invalid']);
    expect(refused.body.detail).toContain('companies');
    expect(refused.body.errors).toEqual([expect.objectContaining({ in: 'body', path: 'objects.2.object' })]);
    expect((await get('/v1/sync-configs')).body.data).toHaveLength(1);
  });

  test.each([
    ['0 as a default', { full_refresh_every: 0, objects: [{ object: 'companies' }] }, 'full_refresh_every'],
    ['0 for an object', { objects: [{ object: 'companies', full_refresh_every: 0 }] }, 'objects.0.full_refresh_every'],
    ['full_only as a default', { strategy: 'full_only', full_refresh_every: 3, objects: [{ object: 'companies' }] }, 'full_refresh_every'],
    [
      'full_only for an object',
      { objects: [{ object: 'companies', strategy: 'full_only', full_refresh_every: 3 }] },
      'objects.0.full_refresh_every',
    ],
  ])('B2 a full refresh every n is refused with %s', async (_what, input, place) => {
    const refused = await create(input);
    expect(codeOf(refused)).toEqual([400, 'input_invalid']);
    expect(refused.body.errors[0].path).toBe(place);
    expect((await get('/v1/sync-configs')).body.data).toHaveLength(1);
  });
});

describe('connections', () => {
  test('B5 an unknown customer is 404 and an unknown provider 400, never an empty list', async () => {
    expect(codeOf(await get('/v1/connections', { customer_id: 'nobody' }))).toEqual([404, 'not_found']);
    expect(codeOf(await get('/v1/connections', { provider: 'nothing' }))).toEqual([400, 'provider_unknown']);
    const { status, body } = await get('/v1/connections', { customer_id: 'other', provider: 'sandbox' });
    expect([status, body.data]).toEqual([200, []]);
  });
});

describe('records', () => {
  test('B3 the same cursor gives the same records; the last page says so and still gives a cursor', async () => {
    const first = await records({ page_size: '50' });
    expect(first.body).toMatchObject({ has_more: true, complete_as_of: expect.any(String) });
    const second = await records({ page_size: '50', cursor: first.body.next_cursor });
    expect((await records({ page_size: '50', cursor: first.body.next_cursor })).text).toBe(second.text);
    const last = await records({ page_size: '50', cursor: second.body.next_cursor });
    expect(last.body.has_more).toBe(false);
    const all = [...first.body.data, ...second.body.data, ...last.body.data];
    expect(new Set(all.map(({ record_id }: { record_id: string }) => record_id)).size).toBe(120);
    const nothing = await records({ page_size: '50', cursor: last.body.next_cursor });
    expect(nothing.body).toMatchObject({ data: [], has_more: false });
    expect((await records({ page_size: '50', cursor: nothing.body.next_cursor })).body).toEqual(nothing.body);
  });

  test('B26 hostile ids, cursors and objects are no SQL error and show no foreign row', async () => {
    const hostile = [
      "' or 1=1 --",
      '"; drop schema public cascade; --',
      '🦆',
      'x'.repeat(300),
      'acme & sohne',
      'acme &  söhne',
      'ACME & SÖHNE',
    ];
    for (const text of hostile) {
      for (const path of ['/v1/records/sandbox/contacts', '/v1/connections'])
        expect((await get(path, { customer_id: text })).status, text).toBe(404);
      expect((await get('/v1/syncs', { customer_id: text })).body.data, text).toEqual([]);
      expect((await records({ connection_id: text.slice(0, 60) })).status, text).toBe(404);
      expect(codeOf(await records({ cursor: text })), text).toEqual([400, 'cursor_invalid']);
      expect((await get(`/v1/records/sandbox/${encodeURIComponent(text.slice(0, 200))}`)).body.code, text).toBe('object_unknown');
      expect((await get(`/v1/records/${encodeURIComponent(text.slice(0, 200))}/contacts`)).body.code, text).toBe('provider_unknown');
    }
    expect((await records({ customer_id: world.ids.customer_id! })).body.data.length).toBeGreaterThan(0);
    expect((await records({ customer_id: 'other' })).body.data).toEqual([]);
  });

  test('a cursor belongs to its filters and to its application', async () => {
    const { body } = await records({ page_size: '10' });
    expect((await records({ cursor: body.next_cursor, customer_id: 'other' })).body.code).toBe('cursor_invalid');
    const foreign = await world.send({
      method: 'GET',
      path: '/v1/records/sandbox/contacts',
      query: { cursor: body.next_cursor },
      key: world.foreignKey,
    });
    expect(codeOf(foreign)).toEqual([410, 'cursor_expired']);
  });
});

describe('checkpoints', () => {
  test('P13 the state of a sync is read, set and reset by API, and what is set is where the next run begins', async () => {
    const { syncline, ids } = world;
    const path = `/v1/syncs/${ids.sync_id}/checkpoint`;
    const set = (watermark: unknown) => world.send({ method: 'PUT', path, body: { watermark }, key: syncline.apiKey });
    const before = await get(path);
    expect(before.body).toMatchObject({ sync_id: ids.sync_id, has_full: true, watermark_type: 'datetime', watermark: expect.any(String) });

    const moved = '2024-01-01T00:01:00.000Z';
    expect((await set(moved)).body.watermark).toBe(moved);
    expect((await get(path)).body.watermark).toBe(moved);
    const run = await syncline.runSync({ syncId: ids.sync_id! });
    expect(run).toMatchObject({ kind: 'incremental', status: 'succeeded', watermark_before: moved });
    expect(run.fetched).toBeGreaterThan(0);
    expect(run.fetched).toBeLessThan(120);

    expect(codeOf(await set('yesterday'))).toEqual([400, 'input_invalid']);
    for (const action of ['pause', 'reset']) expect((await post(`/v1/syncs/${ids.sync_id}:${action}`, undefined)).status).toBe(200);
    expect((await get(path)).body.watermark).toBeNull();
    const { length: earlier } = await syncline.list(`/v1/runs?sync_id=${ids.sync_id}`);
    expect((await post(`/v1/syncs/${ids.sync_id}:resume`, undefined)).status).toBe(200);
    const full = await syncline.waitForRun({ syncId: ids.sync_id!, count: earlier + 1 });
    expect(full).toMatchObject({ kind: 'full', fetched: 120, unchanged: 120 });
  });
});

describe('the audit', () => {
  test('X14 names who did what to which thing', async () => {
    const { data } = (await get('/v1/audit', { page_size: '1000' })).body;
    const actions = data.map(({ action }: { action: string }) => action);
    for (const action of ['application.created', 'api_key.created', 'provider_config.created', 'connect_session.created'])
      expect(actions).toContain(action);
    expect(data.find(({ action }: { action: string }) => action === 'api_key.created')).toMatchObject({
      target: world.ids.api_key_id,
      actor: expect.stringMatching(/^api_key:key_/),
    });
  });
});

describe('deleting a customer', () => {
  test('says what goes with it, and with force disconnects and purges it; nothing else is touched', async () => {
    const { syncline, ids } = world;
    const path = `/v1/customers/${encodeURIComponent(ids.customer_id!)}`;
    const remove = (query: Record<string, string>) => world.send({ method: 'DELETE', path, query, key: syncline.apiKey });
    const { token } = await syncline.call('POST', '/v1/customer-tokens', { customer_id: ids.customer_id });

    const refused = await remove({});
    expect(codeOf(refused)).toEqual([409, 'force_required']);
    expect(refused.body.connections).toBe(1);
    expect((await get(path)).status).toBe(200);

    expect((await remove({ force: 'true' })).status).toBe(204);
    expect((await get(path)).status).toBe(404);
    expect((await world.send({ method: 'GET', path: '/v1/syncs', key: token })).status).toBe(401);
    expect((await get(`/v1/connections/${ids.connection_id}`)).body).toMatchObject({ status: 'disabled', status_reason: 'disconnected' });
    await expect
      .poll(
        async () =>
          (await records({ include_deleted: 'true', page_size: '1000' })).body.data.filter(
            ({ record }: { record: object }) => Object.keys(record).length > 0,
          ),
        { timeout: 30_000 },
      )
      .toEqual([]);
    expect((await get('/v1/customers')).body.data).toEqual([expect.objectContaining({ id: 'other' })]);
  });
});
