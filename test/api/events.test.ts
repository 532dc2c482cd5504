import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withTransaction } from '../../src/db/index.ts';
import { emit } from '../../src/events/emit.ts';
import { newApplication, startApi, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const emitOne = (applicationId: string, number: number) =>
  withTransaction({ db: api.db }, (tx) => emit(tx, api.clock, { applicationId, type: 'run.completed', data: { number } }));

describe('events', () => {
  test('are listed oldest first, with a cursor that always leads on', async () => {
    const { id, call } = await newApplication(api);
    for (const number of [1, 2, 3]) await emitOne(id, number);
    const first = await call('GET', '/v1/events?page_size=2');
    expect(first.body.data.map((event: { data: { number: number } }) => event.data.number)).toEqual([1, 2]);
    expect(first.body.has_more).toBe(true);
    const second = await call('GET', `/v1/events?page_size=2&cursor=${first.body.next_cursor}`);
    expect(second.body).toMatchObject({ has_more: false, data: [{ type: 'run.completed', data: { number: 3 } }] });
    const nothing = await call('GET', `/v1/events?cursor=${second.body.next_cursor}`);
    expect(nothing.body).toEqual({ data: [], has_more: false, next_cursor: second.body.next_cursor });
    await emitOne(id, 4);
    expect((await call('GET', `/v1/events?cursor=${nothing.body.next_cursor}`)).body.data).toMatchObject([{ data: { number: 4 } }]);
    expect((await call('GET', '/v1/events?types=run.failed,sync.held')).body.data).toEqual([]);
    expect((await call('GET', '/v1/events?types=nonsense')).status).toBe(400);
  });

  test('an event that commits late is not skipped by a reader that has seen later ones', async () => {
    const { id, call } = await newApplication(api);
    let commit = () => {};
    const held = new Promise<void>((resolve) => {
      commit = resolve;
    });
    let written = () => {};
    const isWritten = new Promise<void>((resolve) => {
      written = resolve;
    });
    const slow = withTransaction({ db: api.db }, async (tx) => {
      await emit(tx, api.clock, { applicationId: id, type: 'run.completed', data: { number: 1 } });
      written();
      await held;
    });
    await isWritten;
    await emitOne(id, 2);
    const before = await call('GET', '/v1/events');
    commit();
    await slow;
    const after = await call('GET', `/v1/events?cursor=${before.body.next_cursor}`);
    const numbers = [...before.body.data, ...after.body.data].map((event: { data: { number: number } }) => event.data.number);
    expect(numbers.toSorted()).toEqual([1, 2]);
  });

  test('a stranger’s open transaction holds nothing back', async () => {
    const { id, call } = await newApplication(api);
    const stranger = await api.db.pool.connect();
    await stranger.query('begin');
    await stranger.query("insert into vault_key values ('stranger', '', now())");
    await emitOne(id, 1);
    const { body } = await call('GET', '/v1/events');
    await stranger.query('rollback');
    stranger.release();
    expect(body.data).toHaveLength(1);
  });

  test('another application’s events are not listed, and a cursor of another list is refused', async () => {
    const a = await newApplication(api);
    const b = await newApplication(api);
    await emitOne(a.id, 1);
    expect((await b.call('GET', '/v1/events')).body.data).toEqual([]);
    await a.call('PUT', '/v1/customers/a', {});
    await a.call('PUT', '/v1/customers/b', {});
    const { body } = await a.call('GET', '/v1/customers?page_size=1');
    for (const cursor of [body.next_cursor, 'ZTE6LTE', 'ZTE6OTk5OTk5OTk5OTk5OTk5OTk5OQ', '%27', 'ZTE6MDE'])
      expect((await a.call('GET', `/v1/events?cursor=${cursor}`)).body.code, cursor).toBe('cursor_invalid');
  });
});
