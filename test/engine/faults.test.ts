import { afterAll, beforeAll, expect, test } from 'vitest';
import { withTransaction } from '../../src/db/index.ts';
import { createConnectionChanged, pauseSync } from '../../src/syncs/index.ts';
import { type Engine, startEngine } from './support/start-engine.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    limits: { requestTimeoutSeconds: 1 },
    adapt: (provider) => {
      const circling = provider.objects.companies!;
      const [part] = circling.full.parts;
      const turn = {
        ...part!,
        next: (page: { position: unknown }) => ({ turn: page.position === null ? 1 : 2 }),
        request: () => part!.request({ object: 'companies', position: null, since: null, pageSize: 5, prepared: null }),
      };
      return { ...provider, objects: { ...provider.objects, circling: { ...circling, full: { parts: [turn] } } } };
    },
  });
});
afterAll(() => engine.close());

test('P33 rate limits, time-outs, cut connections, 500s and answers that are no pages are asked again within the run', async () => {
  const vendor = await engine.createVendor();
  const account = 'bumpy';
  const match = { account, object: 'contacts' };
  const { syncId } = await vendor.setUp('contacts', account);
  await engine.control.fault({ match, fault: { kind: 'rate_limited', as: 'none' }, times: 2, skip: 1 });
  await engine.control.fault({ match, fault: { kind: 'slow', delayMs: 1500 }, skip: 4 });
  await engine.control.fault({ match, fault: { kind: 'cut', at: 'half' }, skip: 6 });
  await engine.control.fault({ match, fault: { kind: 'server_error' }, skip: 8 });
  await engine.control.fault({ match, fault: { kind: 'not_json' }, skip: 10 });
  const run = await vendor.finish(syncId);
  const truth = await engine.truth(account, 'contacts');
  expect(run).toMatchObject({ status: 'succeeded', fetched: truth.size, inserted: truth.size });
  expect((await vendor.hubRows('contacts')).live.size).toBe(truth.size);
  expect((await vendor.runs(syncId)).length).toBe(1);
  // Six answers were bad; every other request was asked once.
  expect(run.apiCalls).toBe(Math.ceil(truth.size / 10) + 6);
});

test('B21 Retry-After is waited out, without a worker, and other tenants go on meanwhile', async () => {
  const vendor = await engine.createVendor();
  const other = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'patient');
  const { syncId: otherSyncId } = await other.setUp('contacts', 'impatient');
  await engine.control.fault({ match: { account: 'patient' }, fault: { kind: 'rate_limited', retryAfterSeconds: 3 }, skip: 3 });
  const outcomes = [];
  for (let i = 0; i < 3 && outcomes.at(-1) !== 'postponed'; i++) outcomes.push(await engine.slice(syncId));
  expect(outcomes.at(-1)).toBe('postponed');
  expect(await vendor.sync(syncId)).toMatchObject({ health: 'delayed', status: 'active' });
  expect(await engine.slice(syncId)).toBe('idle');
  expect(await other.finish(otherSyncId)).toMatchObject({ status: 'succeeded' });
  expect(await vendor.finish(syncId)).toMatchObject({ status: 'succeeded' });
  const log = await engine.control.requests({ account: 'patient' });
  const limited = log.findIndex((entry) => entry.status === 429);
  expect(Date.parse(log[limited + 1]!.at) - Date.parse(log[limited]!.at)).toBeGreaterThanOrEqual(3000);
});

test('H56 an expired page token begins the read anew, once', async () => {
  const vendor = await engine.createVendor();
  const account = 'expiring';
  const { syncId } = await vendor.setUp('contacts', account);
  await engine.control.fault({ match: { account }, fault: { kind: 'page_expired' }, skip: 3 });
  expect(await vendor.finish(syncId)).toMatchObject({ status: 'succeeded', kind: 'full' });
  expect((await vendor.hubRows('contacts')).live.size).toBe((await engine.truth(account, 'contacts')).size);
  // Twice in one run is too often: it fails with its reason, and the next run misses nothing.
  await engine.control.update({ account, object: 'contacts', count: 60, fields: { name: 'Edited' } });
  await engine.control.fault({ match: { account }, fault: { kind: 'page_expired' }, skip: 2, times: 2 });
  await engine.control.fault({ match: { account }, fault: { kind: 'page_expired' }, skip: 4, times: 20 });
  expect(await vendor.run(syncId)).toMatchObject({ status: 'failed', errorCode: 'page_expired' });
  await engine.control.clearFaults({ account });
  expect(await vendor.run(syncId)).toMatchObject({ status: 'succeeded' });
  const { live } = await vendor.hubRows('contacts');
  expect([...live.values()].filter((record) => record.name === 'Edited')).toHaveLength(60);
});

test('B24 a full read that was asked for and had to be given up is owed still: the next run reads in full', async () => {
  const vendor = await engine.createVendor();
  const account = 'given-up';
  const { syncId } = await vendor.setUp('contacts', account);
  await vendor.finish(syncId);
  await engine.control.fault({ match: { account }, fault: { kind: 'page_expired' }, skip: 1, times: 20 });
  expect(await vendor.run(syncId, { full: true })).toMatchObject({ status: 'failed', kind: 'full', errorCode: 'page_expired' });
  await engine.control.clearFaults({ account });
  expect(await vendor.run(syncId)).toMatchObject({ status: 'succeeded', kind: 'full' });
  expect(await vendor.run(syncId)).toMatchObject({ status: 'succeeded', kind: 'incremental' });
});

test('a pagination that goes in circles is stopped and named', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('circling', 'circles');
  expect(await vendor.finish(syncId)).toMatchObject({ status: 'failed', errorCode: 'pagination_endless' });
});

test('H36 B23 credentials that are refused in the middle end the run after a few calls; reconnecting resumes what that paused, and nothing else', async () => {
  const vendor = await engine.createVendor();
  const account = 'revoked';
  await vendor.order(['contacts', 'companies', 'deals']);
  const connectionId = await vendor.connect(account);
  const contacts = (await vendor.findSync(connectionId, 'contacts')).id;
  const companies = (await vendor.findSync(connectionId, 'companies')).id;
  const deals = (await vendor.findSync(connectionId, 'deals')).id;
  await pauseSync({ ctx: vendor.ctx, input: { syncId: companies } });
  await engine.control.fault({ match: { account }, fault: { kind: 'unauthorized' }, skip: 4, times: null });
  await engine.slice(contacts);
  const [run] = await vendor.runs(contacts);
  expect(run).toMatchObject({ status: 'failed', errorCode: 'auth_failed' });
  expect((await engine.control.requests({ account })).filter((entry) => entry.status === 401).length).toBeLessThanOrEqual(3);
  expect(await engine.db.prisma.connection.findUnique({ where: { id: connectionId } })).toMatchObject({ status: 'needs_reauth' });
  expect(await vendor.sync(contacts)).toMatchObject({ status: 'paused', pauseReason: 'auth', currentRunId: null });
  expect(await vendor.sync(companies)).toMatchObject({ status: 'paused', pauseReason: 'manual' });
  expect(await vendor.sync(deals)).toMatchObject({ status: 'paused', pauseReason: 'auth' });
  expect(await engine.slice(deals)).toBe('idle');

  await engine.control.clearFaults({ account });
  const changed = createConnectionChanged({ clock: vendor.ctx.clock });
  const { applicationId, providerConfigId } = vendor;
  await withTransaction(vendor.ctx, async (tx) => {
    await tx.connection.update({ where: { id: connectionId }, data: { status: 'active' } });
    await changed(tx, { kind: 'reconnected', applicationId, connectionId, customerId: account, providerConfigId });
  });
  expect(await vendor.sync(companies)).toMatchObject({ status: 'paused', pauseReason: 'manual' });
  expect(await vendor.finish(contacts)).toMatchObject({ status: 'succeeded' });
  expect(await vendor.finish(deals)).toMatchObject({ status: 'succeeded' });
  expect((await vendor.hubRows('contacts')).live.size).toBe((await engine.truth(account, 'contacts')).size);
  expect((await vendor.events('sync.resumed')).length).toBe(2);
});

test('a provider that stays away fails the run, and the sync backs off with growing waits; what was read is kept', async () => {
  const vendor = await engine.createVendor();
  const account = 'away';
  const { syncId } = await vendor.setUp('contacts', account, { intervalSeconds: 86_400 });
  await engine.control.fault({ match: { account }, fault: { kind: 'server_error', status: 503 }, skip: 5, times: null });
  const waits: number[] = [];
  let offset = 0;
  try {
    for (let failed = 0, i = 0; failed < 2 && i < 30; i++) {
      const outcome = await engine.slice(syncId);
      const { nextRunAt } = await vendor.sync(syncId);
      if (outcome === 'failed') {
        failed++;
        waits.push(Math.round((nextRunAt!.getTime() - Date.now() - offset) / 1000));
      }
      offset = nextRunAt!.getTime() - Date.now() + 100;
      await engine.setClock(offset);
    }
    expect(waits).toEqual([30, 60]);
    expect(await vendor.runs(syncId)).toMatchObject([{ status: 'failed', errorCode: 'provider_unavailable' }, { status: 'failed' }]);
    expect(await vendor.sync(syncId)).toMatchObject({ health: 'failed', status: 'active', consecutiveFailures: 2 });
    await engine.control.clearFaults({ account });
    await engine.control.clearRequests({ account });
    expect(await vendor.finish(syncId)).toMatchObject({ status: 'succeeded' });
    const truth = await engine.truth(account, 'contacts');
    expect((await vendor.hubRows('contacts')).live.size).toBe(truth.size);
    expect((await engine.control.requests({ account })).length).toBe(Math.ceil(truth.size / 10) - 5);
  } finally {
    await engine.setClock(0);
  }
}, 180_000);

test('B28 one vendor’s broken sync fails by itself with its reason, and nobody else notices', async () => {
  const broken = await engine.createVendor();
  const sound = await engine.createVendor();
  const { syncId } = await broken.setUp('contacts', 'broken');
  const { syncId: soundSyncId } = await sound.setUp('contacts', 'sound');
  await engine.pool.query(`update sync set object = 'no_such_object' where id = $1`, [syncId]);
  await engine.pool.query(`update sync_config set objects = '"nonsense"' where application_id = $1`, [broken.applicationId]);
  expect(await engine.slice(syncId)).toBe('failed');
  expect(await broken.runs(syncId)).toMatchObject([{ status: 'failed', errorCode: 'object_unknown' }]);
  expect(await broken.sync(syncId)).toMatchObject({ status: 'active', health: 'failed' });
  expect(await sound.finish(soundSyncId)).toMatchObject({ status: 'succeeded' });
  await sound.connect('sound-too');
});
