import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { createEmitter, expectSoon, isSigned, type Received, type Receiver, someEvents, soon, startReceiver } from './support.ts';

let syncline: TestSyncline;
let receiver: Receiver;
let emitter: ReturnType<typeof createEmitter>;
beforeAll(async () => {
  [syncline, receiver] = await Promise.all([
    startSyncline({ limits: { webhookTimeoutSeconds: 60, webhookAttemptsMax: 3 } }),
    startReceiver(),
  ]);
  emitter = createEmitter(syncline.databaseUrl);
});
afterAll(async () => {
  await Promise.all([syncline.close(), receiver.close(), emitter.close()]);
});

const numbersAt = (path: string) => receiver.at(path).map(({ body }) => body.number);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

/** A vendor with an endpoint at a path of its own. */
async function openEndpoint(path: string, rest: Record<string, unknown> = {}) {
  const vendor = await syncline.createApplication();
  const endpoint = await vendor.call('POST', '/v1/webhook-endpoints', { url: receiver.url + path, ...rest });
  return {
    vendor,
    endpoint,
    secret: endpoint.secret as string,
    emit: (count: number, data = {}) => emitter.emit(someEvents(vendor.applicationId, count, data)),
    look: () => vendor.call('GET', `/v1/webhook-endpoints/${endpoint.id}`),
    deliveries: () => vendor.list(`/v1/webhook-deliveries?webhook_endpoint_id=${endpoint.id}`),
    /** The waits of what failed, and of the endpoint, are over. */
    async skipWaits() {
      await syncline.pool.query("update webhook_delivery set next_attempt_at = now() where endpoint_id = $1 and status = 'pending'", [
        endpoint.id,
      ]);
      await syncline.pool.query('update webhook_endpoint set not_before = null where id = $1', [endpoint.id]);
    },
  };
}

test('O71 the end of a run is sent: signed, with sync, run, health and counts; tried again until it is received', async () => {
  const vendor = await syncline.createApplication();
  let refusals = 2;
  receiver.answers('/o71', () => (refusals-- > 0 ? 503 : 204));
  const { id, secret } = await vendor.call('POST', '/v1/webhook-endpoints', {
    url: `${receiver.url}/o71`,
    event_types: ['run.completed'],
  });
  await syncline.control.setSize({ account: 'o71', object: 'contacts', size: 7 });
  await vendor.setUpProvider({ objects: [{ object: 'contacts', schedule: { kind: 'manual' } }] });
  const { connectionId } = await vendor.connectCustomer({ customerId: 'o71' });
  const sync = await vendor.findSync({ connectionId, object: 'contacts' });
  const run = await vendor.waitForRun({ syncId: sync.id });
  // The run is over whatever the receiver says.
  expect(run.status).toBe('succeeded');
  await expect
    .poll(async () => {
      await syncline.pool.query("update webhook_delivery set next_attempt_at = now() where endpoint_id = $1 and status = 'pending'", [id]);
      await syncline.pool.query('update webhook_endpoint set not_before = null where id = $1', [id]);
      return (await vendor.call('GET', `/v1/webhook-deliveries?webhook_endpoint_id=${id}&status=succeeded`)).data.length;
    }, soon)
    .toBe(1);
  const sent = receiver.at('/o71');
  expect(sent).toHaveLength(3);
  expect(new Set(sent.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  for (const request of sent) expect(isSigned(request, secret)).toBe(true);
  const [event] = await vendor.list('/v1/events?types=run.completed');
  expect(sent[2]!.body).toEqual(event);
  expect(event.data).toMatchObject({
    ...{ run_id: run.id, sync_id: sync.id, connection_id: connectionId, customer_id: 'o71', provider: 'sandbox', object: 'contacts' },
    ...{
      status: 'succeeded',
      health: 'healthy',
      error_code: null,
      fetched: 7,
      inserted: 7,
      updated: 0,
      deleted: 0,
      unchanged: 0,
      quarantined: 0,
    },
  });
  const [delivery] = await vendor.list(`/v1/webhook-deliveries?webhook_endpoint_id=${id}`);
  expect(delivery).toMatchObject({ event_id: event.id, event_number: event.number, attempts: 3, response_status: 204, is_replay: false });
});

test('every event comes, and they begin with what happens after the endpoint was created, or with the oldest', async () => {
  const vendor = await syncline.createApplication();
  await emitter.emit(someEvents(vendor.applicationId, 3));
  const from = (which: string) => ({ url: `${receiver.url}/${which}`, from: which });
  await vendor.call('POST', '/v1/webhook-endpoints', from('now'));
  await vendor.call('POST', '/v1/webhook-endpoints', from('beginning'));
  await emitter.emit(someEvents(vendor.applicationId, 600, {}, 4));
  await expectSoon(() => receiver.at('/now').length, 600);
  await expectSoon(() => receiver.at('/beginning').length, 603);
  expect(new Set(numbersAt('/now'))).toEqual(new Set(upTo(603).slice(3)));
  expect(new Set(numbersAt('/beginning'))).toEqual(new Set(upTo(603)));
});

describe('an endpoint hears of what it asks for', () => {
  test('types and filters: an event passes that says everything that is asked for', async () => {
    const all = { customer_id: 'acme', provider: 'sandbox', object: 'contacts' };
    const { vendor } = await openEndpoint('/filters', {
      event_types: ['run.completed', 'sync.held'],
      filters: { customer_ids: ['acme', 'other'], providers: ['sandbox'], objects: ['contacts'] },
    });
    const events = [
      { type: 'run.completed' as const, data: { n: 1, ...all } },
      { type: 'run.failed' as const, data: { n: 2, ...all } },
      { type: 'sync.held' as const, data: { n: 3, ...all, customer_id: 'third' } },
      { type: 'sync.held' as const, data: { n: 4, ...all, provider: 'hubspot' } },
      { type: 'sync.held' as const, data: { n: 5, ...all, object: 'companies' } },
      { type: 'run.completed' as const, data: { n: 6, customer_id: 'acme' } },
      { type: 'sync.held' as const, data: { n: 7, ...all, customer_id: 'other' } },
    ];
    await emitter.emit(events.map((event) => ({ applicationId: vendor.applicationId, ...event })));
    await expectSoon(() => receiver.at('/filters').map(({ body }) => body.data.n), [1, 7]);
  });

  test('a test event is for the endpoint that it names, whatever it asks for', async () => {
    const { vendor, endpoint } = await openEndpoint('/tested', { event_types: ['run.failed'], filters: { customer_ids: ['nobody'] } });
    await vendor.call('POST', '/v1/webhook-endpoints', { url: `${receiver.url}/not-tested` });
    const { event_id } = await vendor.call('POST', `/v1/webhook-endpoints/${endpoint.id}:test`);
    await emitter.emit(someEvents(vendor.applicationId, 1));
    await expectSoon(() => receiver.at('/tested').map(({ body }) => [body.id, body.type]), [[event_id, 'webhook.test']]);
    await expectSoon(() => receiver.at('/not-tested').map(({ body }) => body.type), ['run.completed']);
  });
});

describe('what is not received', () => {
  test.each([408, 429, 503])('%i is tried again, with the same id, until the attempts are over', async (status) => {
    const path = `/status-${status}`;
    receiver.answers(path, () => status);
    const { emit, deliveries, skipWaits } = await openEndpoint(path);
    await emit(1);
    await expect
      .poll(async () => {
        await skipWaits();
        return (await deliveries()).map((one) => [one.status, one.attempts, one.response_status]);
      }, soon)
      .toEqual([['dead', 3, status]]);
    expect(new Set(receiver.at(path).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(receiver.at(path)).toHaveLength(3);
  });

  test.each([307, 404])('%i is given up at once', async (status) => {
    const path = `/status-${status}`;
    receiver.answers(path, (_request, response) => {
      response.writeHead(status, { location: `${receiver.url}/elsewhere` }).end();
      return undefined;
    });
    const { emit, deliveries } = await openEndpoint(path);
    await emit(1);
    await expectSoon(async () => (await deliveries()).map((one) => [one.status, one.attempts, one.response_status]), [['dead', 1, status]]);
    expect(receiver.at('/elsewhere')).toEqual([]);
  });

  test('a cut connection is tried again', async () => {
    let cuts = 1;
    receiver.answers('/cut', (_request, response) => {
      if (cuts-- <= 0) return 200;
      response.destroy();
      return undefined;
    });
    const { emit, deliveries, skipWaits } = await openEndpoint('/cut');
    await emit(1);
    await expectSoon(async () => (await deliveries())[0]?.error, 'The endpoint could not be reached, or the connection was cut.');
    await skipWaits();
    await expectSoon(async () => (await deliveries()).map((one) => [one.status, one.attempts, one.error]), [['succeeded', 2, null]]);
  });

  test('what the receiver asks for by Retry-After is obeyed, for the endpoint as a whole', async () => {
    receiver.answers('/later', (_request, response) => {
      response.writeHead(429, { 'retry-after': '3600' }).end();
      return undefined;
    });
    const { emit, deliveries, look } = await openEndpoint('/later');
    await emit(1);
    await expectSoon(async () => (await deliveries())[0]?.attempts, 1);
    const [delivery] = await deliveries();
    const from = Date.parse(delivery.updated_at) + 3_590_000;
    expect(Date.parse(delivery.next_attempt_at)).toBeGreaterThan(from);
    expect(Date.parse((await look()).paused_until)).toBeGreaterThan(from);
    await emit(5);
    await expectSoon(async () => (await look()).position, 1);
    expect(receiver.at('/later')).toHaveLength(1);
  });

  test('410 disables the endpoint, and tells so; enabled again it goes on where it was', async () => {
    receiver.answers('/gone', () => 410);
    const { vendor, endpoint, emit, look } = await openEndpoint('/gone', { event_types: ['run.completed'] });
    await emit(1);
    await expectSoon(async () => (await look()).status, 'disabled');
    expect((await look()).status_reason).toContain('410');
    const [told] = await vendor.list('/v1/events?types=webhook_endpoint.disabled');
    expect(told.data).toMatchObject({ webhook_endpoint_id: endpoint.id });
    await emit(2);
    expect(receiver.at('/gone')).toHaveLength(1);
    receiver.answers('/gone', () => 200);
    await vendor.call('PATCH', `/v1/webhook-endpoints/${endpoint.id}`, { status: 'enabled' });
    await expectSoon(() => receiver.at('/gone').map(({ body }) => body.data.n), [1, 1, 2]);
  });

  test('an endpoint that answers nothing delays no other one, and is itself not stormed', async () => {
    const held: (() => void)[] = [];
    receiver.answers('/hangs', (_request, response) => {
      held.push(() => response.writeHead(200).end());
      return undefined;
    });
    const bad = await openEndpoint('/hangs');
    await bad.vendor.call('POST', '/v1/webhook-endpoints', { url: `${receiver.url}/well` });
    await bad.emit(50);
    // In the order of the log, twenty at a time.
    await expectSoon(() => new Set(numbersAt('/hangs')), new Set(upTo(20)));
    await bad.emit(50);
    await expectSoon(() => new Set(numbersAt('/well')).size, 100);
    expect(receiver.at('/hangs')).toHaveLength(20);
    for (const answer of held.splice(0)) answer();
    receiver.answers('/hangs', () => 200);
    await expectSoon(() => new Set(numbersAt('/hangs')).size, 100);
  });

  test('an endpoint that is down is asked now and then, by few: what waits loses no attempt, and comes when it is up again', async () => {
    let isUp = false;
    receiver.answers('/down', () => (isUp ? 200 : 500));
    const { emit, look, deliveries, skipWaits } = await openEndpoint('/down');
    await emit(100);
    await expectSoon(async () => (await look()).paused_until !== null, true);
    const tried = (await deliveries()).filter(({ attempts }) => attempts > 0).length;
    expect(tried).toBeLessThan(50);
    isUp = true;
    await skipWaits();
    await expectSoon(async () => (await deliveries()).filter(({ status }) => status === 'succeeded').length, 100);
    expect(await look()).toMatchObject({ failures: 0, paused_until: null, position: 100 });
  });
});

test('deliveries and the place in the log move together: when they cannot be made, nothing has moved', async () => {
  const { endpoint, emit, look } = await openEndpoint('/together');
  // A sequence remembers what a transaction that is rolled back has done.
  await syncline.pool.query(`
    create sequence refusals;
    create function refuse_delivery() returns trigger language plpgsql as $$ begin perform nextval('refusals'); raise exception 'no'; end $$;
    create trigger refuse before insert on webhook_delivery execute function refuse_delivery()`);
  await emit(3);
  await expectSoon(async () => (await syncline.pool.query('select is_called from refusals')).rows[0].is_called, true);
  expect(await look()).toMatchObject({ position: 0 });
  await syncline.pool.query('drop function refuse_delivery cascade');
  await syncline.pool.query('update webhook_endpoint set lease_until = now() where id = $1', [endpoint.id]);
  await expectSoon(() => numbersAt('/together').toSorted(), [1, 2, 3]);
});

describe('secrets', () => {
  test('after a rotation messages carry both signatures for a day, then the new one alone', async () => {
    const { vendor, endpoint, secret, emit } = await openEndpoint('/rotated');
    const rotated = await vendor.call('POST', `/v1/webhook-endpoints/${endpoint.id}:rotate`);
    expect(rotated.secret).not.toBe(secret);
    await emit(1);
    await expectSoon(() => receiver.at('/rotated').length, 1);
    const [first] = receiver.at('/rotated') as [Received];
    expect([isSigned(first, secret), isSigned(first, rotated.secret)]).toEqual([true, true]);
    await syncline.pool.query("update webhook_endpoint set previous_secret_until = now() - interval '1 second' where id = $1", [
      endpoint.id,
    ]);
    await emit(1);
    await expectSoon(() => receiver.at('/rotated').length, 2);
    const second = receiver.at('/rotated')[1]!;
    expect([isSigned(second, secret), isSigned(second, rotated.secret)]).toEqual([false, true]);
  });
});
