import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts';
import { caller } from './support.ts';

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

const as = (account: string) => {
  const call = caller(sandbox, `key_${account}`);
  return { get: (path: string) => call(`https://sandbox.test/crm/v1/${path}`), control: sandbox.control };
};

it('hands out a token with the last page of a listing; behind it stands what changed since the first page', async () => {
  const { get, control } = as('tokens');
  const at = { account: 'tokens', object: 'tasks' };
  await control.setSize({ ...at, size: 4 });
  const first = (await get('tasks?limit=2')).body;
  expect(first.sync_token).toBeUndefined();
  await control.update({ ...at, id: 'tsk_0000000001', fields: { note: 'during' } });
  const last = (await get(`tasks?limit=2&cursor=${first.next_cursor}`)).body;

  const { id } = await control.create({ ...at, fields: { note: 'new' } });
  await control.delete({ ...at, id: 'tsk_0000000002' });
  await control.update({ ...at, id, fields: { note: 'newer' } });
  const changes = (await get(`tasks/changes?token=${last.sync_token}&limit=2`)).body;
  expect(changes.data.map((item: { id: string; removed?: true }) => [item.id, item.removed])).toEqual([
    ['tsk_0000000001', undefined],
    ['tsk_0000000002', true],
  ]);
  const rest = (await get(`tasks/changes?page_token=${changes.next_page_token}&limit=2`)).body;
  expect(rest.data).toMatchObject([{ id, note: 'newer' }]);
  expect((await get(`tasks/changes?token=${rest.sync_token}`)).body).toEqual({ data: [], sync_token: rest.sync_token });
});

it('tells every change by itself in the log of events, with the record as it was then', async () => {
  const { get, control } = as('events');
  const at = { account: 'events', object: 'tickets' };
  await control.setSize({ ...at, size: 1 });
  expect((await get('tickets/latest_event')).body).toEqual({ event_id: null });
  await control.update({ ...at, id: 'tic_0000000001', fields: { note: 'one' } });
  const { event_id: start } = (await get('tickets/latest_event')).body;
  await control.update({ ...at, id: 'tic_0000000001', fields: { note: 'two' } });
  await control.remove({ ...at, id: 'tic_0000000001' });
  await control.create({ ...at, id: 'tic_x' });
  const page = (await get(`tickets/events?after=${start}&limit=2`)).body;
  expect(page).toMatchObject({
    has_more: true,
    data: [
      { type: 'ticket.updated', data: { object: { id: 'tic_0000000001', note: 'two' } } },
      { type: 'ticket.deleted', data: { id: 'tic_0000000001' } },
    ],
  });
  await control.configure({ account: 'events', repeatsChanges: true });
  const twice = (await get(`tickets/events?after=${page.data[1].event_id}`)).body;
  expect(twice.data.map(({ type }: { type: string }) => type)).toEqual(['ticket.created', 'ticket.created']);
});

it('names the last event that can be seen, on demand the last one before a time', async () => {
  const { get, control } = as('latest');
  const at = { account: 'latest', object: 'tickets' };
  await control.setSize({ ...at, size: 3 });
  const latest = async (query = '') => (await get(`tickets/latest_event${query}`)).body.event_id;
  await control.update({ ...at, id: 'tic_0000000001', fields: { note: 'one' } });
  const first = await latest();
  await control.configure({ account: 'latest', clockOffsetMs: 60_000, visibilityLagMs: 600_000 });
  await control.update({ ...at, id: 'tic_0000000002', fields: { note: 'late' } });
  expect(await latest()).toBe(first);
  await control.configure({ account: 'latest', visibilityLagMs: 0 });
  await control.update({ ...at, id: 'tic_0000000003', fields: { note: 'two' } });
  expect(await latest()).not.toBe(first);
  expect(await latest(`?before=${new Date(Date.now() + 30_000).toISOString()}`)).toBe(first);
  expect(await latest('?before=2020-01-01T00:00:00.000Z')).toBeNull();
});

it.each(['tasks/changes?token=', 'tickets/events?after='])('%s: a position that is forgotten or unknown is 410', async (path) => {
  const { get, control } = as('forgotten');
  const object = path.slice(0, path.indexOf('/'));
  const at = { account: 'forgotten', object };
  const { body } = await get(object === 'tasks' ? 'tasks' : 'tickets/events?limit=1');
  await control.createMany({ ...at, count: 2 });
  const known = object === 'tasks' ? body.sync_token : (await get('tickets/events?limit=1')).body.data[0].event_id;
  expect((await get(path + known)).status).toBe(200);
  await control.forgetChanges(at);
  expect((await get(path + known)).status).toBe(410);
  expect((await get(`${path}nonsense`)).status).toBe(410);
});

it('lists keys alone, and all of them', async () => {
  const { get, control } = as('keys');
  const at = { account: 'keys', object: 'leads' };
  await control.setSize({ ...at, size: 5 });
  await control.remove({ ...at, id: 'lea_0000000004' });
  const first = (await get('leads/keys?limit=3')).body;
  const second = (await get(`leads/keys?limit=3&cursor=${first.next_cursor}`)).body;
  expect([...first.data, ...second.data]).toEqual([1, 2, 3, 5].map((n) => ({ id: `lea_000000000${n}` })));
  expect([first.has_more, second.has_more]).toEqual([true, false]);
});

it('filters by the second and by the day where an object has no finer filter', async () => {
  const { get, control } = as('coarse');
  await control.setSize({ account: 'coarse', object: 'calls', size: 0 });
  await control.setSize({ account: 'coarse', object: 'visits', size: 0 });
  await control.create({ account: 'coarse', object: 'calls', updatedAt: '2026-01-02T10:00:00.700Z' });
  await control.create({ account: 'coarse', object: 'visits', updatedAt: '2026-01-02T10:00:00.700Z' });
  expect((await get('calls?modified_since=2026-01-02T10:00:00.000Z')).body.data).toMatchObject([
    { updated_at: '2026-01-02T10:00:00.000Z' },
  ]);
  expect((await get('calls?modified_since=2026-01-02T10:00:01.000Z')).body.data).toEqual([]);
  expect((await get('visits?modified_since=2026-01-02')).body.data).toHaveLength(1);
  expect((await get('visits?modified_since=2026-01-03')).body.data).toEqual([]);
  expect((await get('visits?modified_since=2026-01-02T10:00:00.000Z')).status).toBe(400);
});
