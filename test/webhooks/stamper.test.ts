import { afterAll, beforeAll, expect, test } from 'vitest';
import { withTransaction } from '../../src/db/index.ts';
import { emit, emitAll } from '../../src/events/emit.ts';
import { stampEvents } from '../../src/events/stamp.ts';
import { newApplication, startApi, type TestApi } from '../api/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const emitOne = (applicationId: string, n: number) =>
  withTransaction({ db: api.db }, (tx) => emit(tx, api.clock, { applicationId, type: 'run.completed', data: { n } }));

/** A transaction that has emitted and not committed. */
async function emitLate(applicationId: string, n: number): Promise<() => Promise<void>> {
  let commit = () => {};
  const held = new Promise<void>((resolve) => {
    commit = resolve;
  });
  let slow: Promise<unknown> = Promise.resolve();
  await new Promise<void>((resolve) => {
    slow = withTransaction({ db: api.db }, async (tx) => {
      await emit(tx, api.clock, { applicationId, type: 'run.completed', data: { n } });
      resolve();
      await held;
    });
  });
  return async () => {
    commit();
    await slow;
  };
}

const numbersOf = async (applicationId: string): Promise<[n: number, number: number][]> => {
  const { rows } = await api.db.pool.query<{ n: number; number: string }>(
    "select (data->>'n')::int4 as n, number::text as number from event where application_id = $1 order by event.number",
    [applicationId],
  );
  return rows.map(({ n, number }) => [n, Number(number)]);
};

test('an event that commits late gets a later number than what was committed before it, and leaves no hole', async () => {
  const { id } = await newApplication(api);
  const commit = await emitLate(id, 1);
  await emitOne(id, 2);
  await stampEvents(api.db, { waits: true });
  await commit();
  await emitOne(id, 3);
  await stampEvents(api.db, { waits: true });
  expect(await numbersOf(id)).toEqual([
    [2, 1],
    [1, 2],
    [3, 3],
  ]);
});

test('numbers are each application’s own, in the order of arrival, and several stampers at once leave no hole', async () => {
  const applications = [(await newApplication(api)).id, (await newApplication(api)).id];
  const emitting = applications.map(async (applicationId) => {
    for (let n = 0; n < 60; n += 3)
      await withTransaction({ db: api.db }, (tx) =>
        emitAll(
          tx,
          api.clock,
          [n, n + 1, n + 2].map((i) => ({ applicationId, type: 'run.completed' as const, data: { n: i } })),
        ),
      );
  });
  let isOver = false;
  const stamping = [true, false].map(async (waits) => {
    while (!isOver) await stampEvents(api.db, { waits });
  });
  await Promise.all(emitting);
  isOver = true;
  await Promise.all(stamping);
  await stampEvents(api.db, { waits: true });
  const expected = Array.from({ length: 60 }, (_, n) => [n, n + 1]);
  for (const id of applications) expect(await numbersOf(id)).toEqual(expected);
});

test('whoever asks for the log sees what is committed, though nobody has numbered it yet', async () => {
  const { id, call } = await newApplication(api);
  await emitOne(id, 1);
  expect((await call('GET', '/v1/events')).body.data).toMatchObject([{ number: 1, data: { n: 1 } }]);
});

test('a cursor of before there were numbers goes on: nothing that arrived behind it is skipped', async () => {
  const { id, call } = await newApplication(api);
  await emitOne(id, 1);
  const commit = await emitLate(id, 2);
  await emitOne(id, 3);
  const { body } = await call('GET', '/v1/events');
  expect(body.data.map((event: { data: { n: number } }) => event.data.n)).toEqual([1, 3]);
  await commit();
  const seqOf = async (n: number) =>
    (await api.db.pool.query("select seq::text as seq from event where application_id = $1 and data->>'n' = $2", [id, String(n)])).rows[0]
      .seq;
  const old = async (n: number) => Buffer.from(`e1:${await seqOf(n)}`).toString('base64url');
  const shown = async (cursor: string) =>
    (await call('GET', `/v1/events?cursor=${cursor}`)).body.data.map((event: { data: { n: number } }) => event.data.n);
  expect(await shown(await old(1))).toEqual([3, 2]);
  // The late one was numbered behind what had arrived after it: that is shown once more.
  expect(await shown(await old(2))).toEqual([3, 2]);
  expect(await shown(await old(3))).toEqual([]);
});

test('a cursor behind events that were removed has expired, and so has one ahead of the log', async () => {
  const { id, call } = await newApplication(api);
  for (const n of [1, 2, 3]) await emitOne(id, n);
  const first = (await call('GET', '/v1/events?page_size=1')).body.next_cursor;
  const second = (await call('GET', `/v1/events?page_size=1&cursor=${first}`)).body.next_cursor;
  const filtered = (await call('GET', '/v1/events?types=run.failed')).body.next_cursor;
  await api.db.pool.query('delete from event where application_id = $1 and number <= 2', [id]);
  expect((await call('GET', `/v1/events?cursor=${first}`)).body).toMatchObject({ status: 410, code: 'cursor_expired' });
  expect((await call('GET', `/v1/events?cursor=${second}`)).body.data).toMatchObject([{ number: 3 }]);
  expect((await call('GET', `/v1/events?cursor=${filtered}`)).body.data).toEqual([]);
  expect((await call('GET', '/v1/events')).body.data).toMatchObject([{ number: 3 }]);
  const ahead = Buffer.from('e2:4').toString('base64url');
  expect((await call('GET', `/v1/events?cursor=${ahead}`)).body.code).toBe('cursor_expired');
});
