import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadRecordings, recordedAccounts } from '../support/replay.ts';
import { returnUrl } from '../support/steps.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene, type Scene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

const provider = 'stripe' as const;
const order = { strategy: 'full_then_delta' };
const lists = ['customers', 'products', 'prices', 'subscriptions', 'invoices', 'charges'] as const;

/** What Stripe itself lists now, by id. */
async function listedByStripe(account: string, list: string): Promise<Map<string, unknown>> {
  const records = new Map<string, unknown>();
  for (let after = ''; ; after = `&starting_after=${[...records.keys()].at(-1)}`) {
    const query = `limit=100${list === 'subscriptions' ? '&status=all' : ''}${after}`;
    const response = await fetch(`${syncline.sandboxUrl}/stripe/v1/${list}?${query}`, {
      headers: { authorization: `Bearer rk_test_${account}` },
    });
    const page = (await response.json()) as { data: { id: string }[]; has_more: boolean };
    for (const record of page.data) records.set(record.id, record);
    if (!page.has_more) return records;
  }
}

/** Stripe's clock goes on: what has happened is old enough to be counted on, and the position moves with the next run. */
async function settle(scene: Scene, seconds = 120): Promise<void> {
  const { clockOffsetMs } = await scene.control.configure(scene.at);
  await scene.control.configure({ ...scene.at, clockOffsetMs: clockOffsetMs + seconds * 1000 });
}

/** The listing says, value for value, what Stripe lists. */
async function expectSame(scene: Scene): Promise<void> {
  const listed = (await scene.listed()).filter((entry) => entry.deleted_at === null);
  const truth = await listedByStripe(scene.account, scene.object);
  expect(new Map(listed.map(({ record_id: id, record }) => [id, record]))).toEqual(truth);
}

test('every example and every recorded record comes out of the listing value for value', async () => {
  const expected = await loadRecordings(syncline.control);
  const vendor = await syncline.createApplication();
  await vendor.setUpProvider({ provider, objects: [...lists] });
  const { connectionId } = await vendor.connectCustomer({ customerId: 'fabrikam', provider, account: recordedAccounts.stripe });
  for (const object of lists) {
    const { id: syncId } = await vendor.findSync({ connectionId, object });
    const records = expected.stripeRecords.get(object)!;
    expect(await vendor.waitForRun({ syncId })).toMatchObject({ status: 'succeeded', inserted: records.length });
    const listed = await vendor.list(`/v1/records/stripe/${object}?customer_id=fabrikam`);
    expect(new Map(listed.map(({ record_id: id, record }) => [id, record]))).toEqual(new Map(records.map((record) => [record.id, record])));
  }
});

test('D18 the feed of events is consumed in order, forwards although it is listed backwards, and its position is stored with what it brought', async () => {
  const scene = await openScene(syncline, { account: 'd18-stripe', provider, object: 'customers', order });
  const { control, at } = scene;
  expect(scene.first).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 120, warnings: [] });
  await expectSame(scene);
  const [edited, doomed] = (await scene.rows()).map(({ id }) => id) as [string, string];
  // The account had no event before: the first ones fit a page, and are read from the beginning of the feed.
  await control.update({ ...at, id: edited, fields: { name: 'Zero' } });
  expect(await scene.run()).toMatchObject({ kind: 'delta', status: 'succeeded', updated: 1 });
  await settle(scene);
  expect(await scene.run()).toMatchObject({ kind: 'delta', status: 'succeeded', updated: 0, unchanged: 1 });
  const start = (await scene.checkpoint()).feed_position;
  expect(start).toMatch(/^evt_/);
  const untouched = (await scene.rows()).filter(({ id }) => id !== edited && id !== doomed);
  const { cursor } = await scene.changes();

  const created = await control.create({ ...at, fields: { name: 'Created', email: 'created@example.com' } });
  await control.update({ ...at, id: edited, fields: { name: 'Once' } });
  // More events than a page holds, of another object too: they are passed over.
  await control.createMany({ ...at, object: 'products', count: 30 });
  const { ids: many } = await control.createMany({ ...at, count: 150, fields: { name: 'Many' } });
  await control.update({ ...at, id: edited, fields: { name: 'Twice' } });
  await control.delete({ ...at, id: doomed });
  await control.delete({ ...at, id: many[0]! });
  await control.clearRequests(at);
  const run = await scene.run();
  expect(run).toMatchObject({ kind: 'delta', status: 'succeeded', updated: 1, warnings: [] });
  // An event that shows late may stand before the youngest of them: the position waits until they are a minute old.
  expect((await scene.checkpoint()).feed_position).toBe(start);

  const asked = (await control.requests(at)).filter(({ path }) => path !== '/v1/account');
  expect(asked.map(({ path }) => path)).toEqual(['/v1/events', '/v1/events']);
  const positions = asked.map(({ query }) => new URLSearchParams(query).get('ending_before'));
  expect(positions[0]).toBe(start);
  expect(positions[1]! > positions[0]!).toBe(true);
  expect((await scene.raw(edited)).name).toBe('Twice');
  expect((await scene.raw(created.id)).email).toBe('created@example.com');
  const { data } = await scene.changes(cursor);
  const tombstones = data.filter((entry) => entry.deleted_at !== null).map((entry) => entry.record_id);
  expect(tombstones).toEqual(expect.arrayContaining([doomed]));
  expect(new Set(data.map((entry) => entry.record_id)).size).toBe(data.length);
  expect((await scene.rows()).filter(({ id }) => untouched.some((row) => row.id === id))).toEqual(untouched);
  await expectSame(scene);
  await settle(scene);
  expect(await scene.run()).toMatchObject({ kind: 'delta', inserted: 0, updated: 0, deleted: 0 });
  const position = (await scene.checkpoint()).feed_position;
  expect(position > start).toBe(true);
  await scene.expectInvariants();
  expect((await scene.checkpoint()).feed_position).toBe(position);
});

test('D19 a position that Stripe has forgotten after 30 days is noticed: everything is read, reported, and nothing is missing', async () => {
  const scene = await openScene(syncline, { account: 'd19-stripe', provider, object: 'products', order });
  const { control, at } = scene;
  const [edited, doomed] = (await scene.rows()).map(({ id }) => id) as [string, string];
  await control.update({ ...at, id: edited, fields: { name: 'Known' } });
  expect(await scene.run()).toMatchObject({ kind: 'delta', updated: 1, warnings: [] });
  await settle(scene);
  await scene.run();
  expect((await scene.checkpoint()).feed_position).toMatch(/^evt_/);
  const before = await scene.rows();

  await control.create({ ...at, fields: { name: 'Before the events were forgotten' } });
  await control.delete({ ...at, id: doomed });
  await settle(scene, 31 * 24 * 3600);
  await control.create({ ...at, fields: { name: 'After' } });
  const run = await scene.run();
  expect(run).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 2, deleted: 1, warnings: ['position_expired'] });
  expect(await scene.events('sync.gap_found')).toMatchObject([{ data: { run_id: run.id, reason: 'position_expired', kind: 'full' } }]);
  const kept = ({ id }: { id: string }) => before.some((row) => row.id === id && id !== doomed);
  expect((await scene.rows()).filter(kept)).toEqual(before.filter(kept));
  await expectSame(scene);
  await control.update({ ...at, id: edited, fields: { name: 'And on' } });
  expect(await scene.run()).toMatchObject({ kind: 'delta', updated: 1, warnings: [] });
  await scene.expectInvariants();
});

test('first events that fill more than a page have no place to begin at: the records are read anew, and nothing is missing', async () => {
  const scene = await openScene(syncline, { account: 'burst', provider, object: 'prices', order });
  const { control, at } = scene;
  expect((await scene.checkpoint()).feed_position).toBeNull();
  await control.createMany({ ...at, count: 130 });
  await control.update({ ...at, count: 3, fields: { nickname: 'Edited' } });
  expect(await scene.run()).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 130, updated: 3, warnings: ['position_expired'] });
  expect((await scene.checkpoint()).feed_position).toMatch(/^evt_/);
  await control.update({ ...at, count: 1, fields: { nickname: 'Again' } });
  expect(await scene.run()).toMatchObject({ kind: 'delta', status: 'succeeded', updated: 1 });
  await expectSame(scene);
  await scene.expectInvariants();
});

test('an event that shows late stands before one that was read already, and is not missed', async () => {
  const scene = await openScene(syncline, { account: 'late', provider, object: 'customers', size: 5, order });
  const { control, at } = scene;
  await control.create({ ...at, fields: { name: 'First' } });
  await scene.run();
  await settle(scene);
  await scene.run();
  await control.configure({ ...at, visibilityLagMs: 55_000 });
  const late = await control.create({ ...at, fields: { name: 'Late' } });
  await control.configure({ ...at, visibilityLagMs: 0 });
  await settle(scene, 2);
  const early = await control.create({ ...at, fields: { name: 'Early' } });
  expect(await scene.run()).toMatchObject({ kind: 'delta', inserted: 1 });
  expect((await scene.raw(early.id)).name).toBe('Early');
  await settle(scene);
  expect(await scene.run()).toMatchObject({ kind: 'delta', inserted: 1 });
  expect((await scene.raw(late.id)).name).toBe('Late');
  await expectSame(scene);
  await scene.expectInvariants();
});

test('a feed that meets a limit and a cut between its pages misses nothing', async () => {
  const scene = await openScene(syncline, { account: 'faults', provider, object: 'customers', size: 20, order });
  const { control, at } = scene;
  await control.update({ ...at, count: 1, fields: { name: 'First' } });
  await scene.run();
  await settle(scene);
  await scene.run();
  await control.createMany({ ...at, count: 240, fields: { name: 'Many' } });
  const match = { dialect: provider, account: at.account, path: '/v1/events' };
  await control.fault({ match, fault: { kind: 'rate_limited', limit: 'window' }, skip: 1 });
  await control.fault({ match, fault: { kind: 'cut', at: 'half' }, skip: 1 });
  await control.clearRequests(at);
  expect(await scene.run()).toMatchObject({ kind: 'delta', status: 'succeeded', inserted: 240 });
  const met = (await control.requests(at)).flatMap(({ faults }) => faults);
  expect(met.sort()).toEqual(['cut', 'rate_limited']);
  await expectSame(scene);
  await scene.expectInvariants();
});

test('a customer connects with a restricted key: it is checked, every list is read with it, and one without the right says so', async () => {
  const vendor = await syncline.createApplication();
  await vendor.call('POST', '/v1/provider-configs', { provider, auth_kind: 'api_key' });
  await vendor.call('POST', '/v1/sync-configs', { provider, objects: [{ object: 'products' }] });
  await vendor.call('PUT', '/v1/customers/keyed', {});
  const connect = async (key: string) => {
    const session = await vendor.call('POST', '/v1/connect-sessions', { customer_id: 'keyed', provider, return_url: returnUrl });
    return fetch(session.url, { method: 'POST', body: new URLSearchParams({ api_key: key }), redirect: 'manual' });
  };
  expect((await connect('sk_live_wrong')).status).toBe(422);
  const answer = await connect('rk_test_keyed');
  expect(answer.status).toBe(303);
  const connectionId = new URL(answer.headers.get('location')!).searchParams.get('connection_id')!;
  const { id: syncId } = await vendor.findSync({ connectionId, object: 'products' });
  expect(await vendor.waitForRun({ syncId })).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 20 });
  await syncline.control.update({ dialect: provider, account: 'keyed', object: 'products', count: 1, fields: { name: 'Edited' } });
  expect(await vendor.runSync({ syncId })).toMatchObject({ kind: 'delta', status: 'succeeded', updated: 1 });
  await syncline.control.fault({ match: { dialect: provider, account: 'keyed' }, fault: { kind: 'forbidden' } });
  const refused = await vendor.runSync({ syncId });
  expect(refused).toMatchObject({ status: 'failed', error_code: 'provider_forbidden' });
  expect(refused.error_message).toContain('rak_');
  expect(JSON.stringify(await vendor.list('/v1/runs'))).not.toContain('rk_test_keyed');
});

describe('what each object’s events mean', () => {
  test.each([
    ['subscriptions', { deleted: 0, updated: 2 }],
    ['invoices', { deleted: 1, updated: 1 }],
  ] as const)('%s', async (object, expected) => {
    const scene = await openScene(syncline, { account: `events-${object}`, provider, object, size: 12, order });
    const { control, at } = scene;
    const [edited, doomed] = (await scene.rows()).map(({ id }) => id) as [string, string];
    await control.create({ ...at, fields: { description: 'Created' } });
    await control.update({ ...at, id: edited, fields: { description: 'Edited' } });
    await control.delete({ ...at, id: doomed });
    expect(await scene.run()).toMatchObject({ kind: 'delta', status: 'succeeded', inserted: 1, ...expected });
    if (object === 'subscriptions') expect(await scene.raw(doomed)).toMatchObject({ status: 'canceled' });
    await expectSame(scene);
    // A full read finds nothing to add: canceled subscriptions are listed, deleted drafts are not.
    expect(await scene.run({ full: true })).toMatchObject({ kind: 'full', inserted: 0, updated: 0, deleted: 0 });
    await scene.expectInvariants();
  });
});
