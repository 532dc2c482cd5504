import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dropOldEvents } from '../../src/events/drop-old-events.ts';
import { defaultLimits } from '../../src/ops/config.ts';
import { dropOldDeliveries } from '../../src/webhooks/drop-old-deliveries.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { createEmitter, expectSoon, type Receiver, someEvents, startReceiver } from './support.ts';

let syncline: TestSyncline;
let receiver: Receiver;
let emitter: ReturnType<typeof createEmitter>;
beforeAll(async () => {
  [syncline, receiver] = await Promise.all([startSyncline({ limits: { webhookAttemptsMax: 1 } }), startReceiver()]);
  emitter = createEmitter(syncline.databaseUrl);
});
afterAll(async () => {
  await Promise.all([syncline.close(), receiver.close(), emitter.close()]);
});

const numbersAt = (path: string) => receiver.at(path).map(({ body }) => body.number);

describe('an endpoint', () => {
  test('is created, shown, changed and deleted; its secret is shown at creation and rotation only, and what was done is audited', async () => {
    const { call, list, request } = await syncline.createApplication();
    const { secret, ...created } = await call('POST', '/v1/webhook-endpoints', {
      ...{ url: `${receiver.url}/crud`, description: 'Billing', event_types: ['sync.held'], payload: 'records' },
      filters: { customer_ids: ['acme'] },
    });
    const path = `/v1/webhook-endpoints/${created.id}`;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(await call('GET', path)).toEqual(created);
    expect(await list('/v1/webhook-endpoints')).toEqual([created]);
    const changed = await call('PATCH', path, { description: null, event_types: [], filters: {}, status: 'disabled' });
    expect(changed).toMatchObject({ description: null, event_types: [], filters: {}, status: 'disabled', payload: 'records' });
    const rotated = await call('POST', `${path}:rotate`);
    expect(rotated.secret).not.toBe(secret);
    expect(Date.parse(rotated.previous_secret_until) - Date.now()).toBeGreaterThan(23 * 3_600_000);
    for (const action of [':test', ':replay'])
      expect((await request('POST', path + action, action === ':replay' ? { from_number: 1 } : undefined)).body.code).toBe('conflict');
    await call('DELETE', path);
    expect((await request('GET', path)).status).toBe(404);
    expect((await list('/v1/audit')).map(({ action }) => action).filter((action) => action.startsWith('webhook'))).toEqual([
      'webhook_endpoint.deleted',
      'webhook_endpoint.secret_rotated',
      'webhook_endpoint.updated',
      'webhook_endpoint.created',
    ]);
    const rows = await syncline.pool.query('select secret_sealed from webhook_endpoint');
    expect(JSON.stringify(rows.rows)).not.toContain(secret);
  });

  test('is refused with a URL that nobody should be called at, or that says too little', async () => {
    const { request } = await syncline.createApplication();
    for (const url of [
      '',
      'example.com',
      'ftp://example.com',
      'file:///etc/passwd',
      'https://user:word@example.com',
      'https://example.com/#here',
    ])
      expect((await request('POST', '/v1/webhook-endpoints', { url })).body, url).toMatchObject({ status: 400, code: 'input_invalid' });
  });
});

describe('a replay', () => {
  async function openLog(path: string, rest: Record<string, unknown> = {}) {
    const vendor = await syncline.createApplication();
    const { id } = await vendor.call('POST', '/v1/webhook-endpoints', { url: receiver.url + path, ...rest });
    const replay = (body: Record<string, unknown>) => vendor.call('POST', `/v1/webhook-endpoints/${id}:replay`, body);
    return { vendor, id, replay, look: () => vendor.call('GET', `/v1/webhook-endpoints/${id}`) };
  }

  test('sends events of the log once more, with the ids that they had, and leaves the endpoint’s place alone', async () => {
    const { vendor, replay, look } = await openLog('/replayed');
    await emitter.emit(someEvents(vendor.applicationId, 10));
    await expectSoon(() => numbersAt('/replayed').length, 10);
    expect(await replay({ from_number: 4, to_number: 6 })).toEqual({ deliveries: 3, last_number: 6, has_more: false });
    await expectSoon(() => numbersAt('/replayed').slice(10).toSorted(), [4, 5, 6]);
    const ids = (number: number) => receiver.at('/replayed').filter(({ body }) => body.number === number);
    expect(new Set(ids(5).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(await look()).toMatchObject({ position: 10 });
    await emitter.emit(someEvents(vendor.applicationId, 1));
    await expectSoon(() => numbersAt('/replayed').slice(13), [11]);
    expect(await replay({ from_number: 12 })).toEqual({ deliveries: 0, last_number: null, has_more: false });
  });

  test('begins at a time, and takes some types only; the endpoint’s own filters hold', async () => {
    const { vendor, replay } = await openLog('/from-time', { filters: { objects: ['contacts'] } });
    const begun = new Date().toISOString();
    const data = { object: 'contacts' };
    const { applicationId } = vendor;
    await emitter.emit([
      { applicationId, type: 'run.completed', data },
      { applicationId, type: 'run.failed', data },
      { applicationId, type: 'run.failed', data: { object: 'companies' } },
    ]);
    await expectSoon(() => numbersAt('/from-time').toSorted(), [1, 2]);
    expect(await replay({ from_time: begun, types: ['run.failed'] })).toEqual({ deliveries: 1, last_number: 3, has_more: false });
    await expectSoon(() => numbersAt('/from-time').slice(2), [2]);
    expect(await replay({ from_time: new Date(Date.now() + 60_000).toISOString() })).toMatchObject({ deliveries: 0 });
  });

  test('of many events goes on where the answer says', async () => {
    const { vendor, id, replay } = await openLog('/many', { event_types: ['run.failed'] });
    await syncline.pool.query(
      `insert into event (id, application_id, type, data, created_at)
       select 'evt_many_' || n, $1, case when n = 10001 then 'run.failed' else 'run.completed' end, '{}', now() from generate_series(1, 10001) n`,
      [vendor.applicationId],
    );
    await expectSoon(() => numbersAt('/many'), [10_001]);
    expect(await replay({ from_number: 1 })).toEqual({ deliveries: 0, last_number: 10_000, has_more: true });
    expect(await replay({ from_number: 10_001 })).toEqual({ deliveries: 1, last_number: 10_001, has_more: false });
    await expectSoon(() => numbersAt('/many'), [10_001, 10_001]);
    expect((await vendor.list(`/v1/webhook-deliveries?webhook_endpoint_id=${id}`)).map((one) => one.is_replay)).toEqual([true, false]);
  });

  test('is asked for with one beginning', async () => {
    const { vendor, id } = await openLog('/one-beginning');
    for (const body of [{}, { from_number: 1, from_time: new Date().toISOString() }, { from_number: 0 }, { from_time: 'yesterday' }])
      expect((await vendor.request('POST', `/v1/webhook-endpoints/${id}:replay`, body)).status).toBe(400);
  });
});

test('a delivery that was given up is in the log of deliveries, and is sent again when somebody asks for it', async () => {
  let status = 500;
  receiver.answers('/dead', () => status);
  const vendor = await syncline.createApplication();
  const { id } = await vendor.call('POST', '/v1/webhook-endpoints', { url: `${receiver.url}/dead` });
  const [eventId] = await emitter.emit(someEvents(vendor.applicationId, 1));
  const dead = () => vendor.list(`/v1/webhook-deliveries?webhook_endpoint_id=${id}&status=dead`);
  await expectSoon(
    async () => (await dead()).map((one) => [one.event_id, one.response_status, one.next_attempt_at]),
    [[eventId, 500, null]],
  );
  status = 200;
  const [{ id: deliveryId }] = await dead();
  const retry = () => vendor.request('POST', `/v1/webhook-deliveries/${deliveryId}:retry`);
  expect((await retry()).body).toMatchObject({ status: 'pending', attempts: 0 });
  await expectSoon(async () => (await vendor.list(`/v1/webhook-deliveries?event_id=${eventId}`)).map((one) => one.status), ['succeeded']);
  expect((await retry()).body.code).toBe('conflict');
});

test('events and deliveries go when their days have passed, and what still waits for one of them is given up', async () => {
  receiver.answers('/forgotten', (_request, response) => void response.writeHead(429, { 'retry-after': '3600' }).end());
  const vendor = await syncline.createApplication();
  const { id } = await vendor.call('POST', '/v1/webhook-endpoints', { url: `${receiver.url}/forgotten` });
  await emitter.emit(someEvents(vendor.applicationId, 4));
  const deliveries = () => vendor.list(`/v1/webhook-deliveries?webhook_endpoint_id=${id}`);
  await expectSoon(async () => (await deliveries()).filter(({ attempts }) => attempts > 0).length, 4);
  // The third is as old as the first two, but stands behind one that is younger: the log loses its beginning, and nothing out of its middle.
  const age = (numbers: number[]) =>
    syncline.pool.query("update event set created_at = now() - interval '40 days' where application_id = $1 and number = any ($2)", [
      vendor.applicationId,
      numbers,
    ]);
  await age([1, 3]);
  const limits = { ...defaultLimits, eventDays: 30 };
  expect(await dropOldEvents({ db: emitter.db, limits })).toBe(1);
  expect((await vendor.list('/v1/events')).map(({ number }) => number)).toEqual([2, 3, 4]);
  await age([2]);
  expect(await dropOldEvents({ db: emitter.db, limits })).toBe(2);
  expect((await vendor.list('/v1/events')).map(({ number }) => number)).toEqual([4]);
  await syncline.pool.query(
    "update webhook_delivery set status = 'pending', next_attempt_at = now() where endpoint_id = $1 and event_number < 4",
    [id],
  );
  await vendor.call('PATCH', `/v1/webhook-endpoints/${id}`, { status: 'enabled' });
  await expectSoon(async () => (await deliveries()).filter(({ error }) => error === 'The event is no longer kept.').length, 3);
  await syncline.pool.query(
    "update webhook_delivery set created_at = now() - interval '31 days' where endpoint_id = $1 and event_number < 3",
    [id],
  );
  expect(await dropOldDeliveries({ db: emitter.db, limits })).toBe(2);
  expect((await deliveries()).map((one) => one.event_number)).toEqual([4, 3]);
});
