import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  // A provider that is slow on purpose costs no run its lease, whatever else the machine does.
  syncline = await startSyncline({ limits: { leaseSeconds: 40 } });
});
afterAll(() => syncline.close());

test('O06 a trigger answers the run at once; source and metadata stand on it; the same key is the same run', async () => {
  const scene = await openScene(syncline, { account: 'o06', size: 10 });
  const body = { source: 'nightly-import', metadata: { ticket: 'T-17', by: 'Zoë' } };
  const trigger = () =>
    scene.vendor.request('POST', `/v1/syncs/${scene.syncId}:trigger`, body, { headers: { 'idempotency-key': 'o06-once' } });
  const asked = await trigger();
  expect(asked).toMatchObject({ status: 200, body: { trigger: 'manual', ...body } });
  expect(['queued', 'running']).toContain(asked.body.status);
  const ended = await scene.vendor.waitForEnd({ runId: asked.body.id });
  expect(ended).toMatchObject({ id: asked.body.id, status: 'succeeded', ...body });
  const again = await trigger();
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.body.id).toBe(asked.body.id);
  expect((await scene.runs()).filter((run) => run.source === 'nightly-import')).toHaveLength(1);
  await scene.expectInvariants();
});

test('O06 a trigger needs no body, also from a client that always says what its body is', async () => {
  const scene = await openScene(syncline, { account: 'o06-empty', size: 10 });
  const post = (path: string, headers: Record<string, string>) =>
    fetch(`${syncline.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${scene.vendor.apiKey}`, 'content-type': 'application/json', ...headers },
    });
  const plain: Record<string, string> = {};
  for (const headers of [plain, { 'idempotency-key': 'o06-empty' }]) {
    const asked = await post(`/v1/syncs/${scene.syncId}:trigger`, headers);
    expect(asked.status).toBe(200);
    await scene.vendor.waitForEnd({ runId: ((await asked.json()) as { id: string }).id });
  }
  // Where something has to be said, nothing is no JSON.
  expect((await post('/v1/connect-sessions', {})).status).toBe(400);
});

test('O06 with wait_seconds the answer is the result, or after that time the run as it is then', async () => {
  const scene = await openScene(syncline, { account: 'o06-wait', size: 10 });
  await scene.control.update({ ...scene.at, count: 2, fields: { notes: 'waited for' } });
  const trigger = (wait: number, metadata?: Record<string, string>) =>
    scene.vendor.call('POST', `/v1/syncs/${scene.syncId}:trigger`, { wait_seconds: wait, source: 'ci', ...(metadata ? { metadata } : {}) });
  const result = await trigger(30);
  expect(result).toMatchObject({ status: 'succeeded', source: 'ci', updated: 2 });
  expect(result.finished_at).not.toBe(null);

  await scene.control.fault({ match: { account: 'o06-wait' }, fault: { kind: 'slow', delayMs: 4000 } });
  const unfinished = await trigger(1);
  expect(unfinished.finished_at).toBe(null);
  await expect
    .poll(async () => (await scene.vendor.call('GET', `/v1/runs/${unfinished.id}`)).status, { timeout: 20_000, interval: 20 })
    .toBe('running');
  // Asked for while it runs: the run that follows is the one that carries these words.
  const during = await scene.vendor.call('POST', `/v1/syncs/${scene.syncId}:trigger`, { source: 'second', metadata: { n: '2' } });
  expect(during.id).toBe(unfinished.id);
  await scene.vendor.waitForEnd({ runId: unfinished.id });
  const last = await scene.vendor.waitForRun({ syncId: scene.syncId, count: 4 });
  expect(last).toMatchObject({ status: 'succeeded', trigger: 'manual', source: 'second', metadata: { n: '2' } });
  await scene.expectInvariants();
});

test('O07 a sync runs after another one of its connection: on any end, or only when it went well', async () => {
  const vendor = await syncline.createApplication();
  const objects = [
    { object: 'contacts', schedule: { kind: 'manual' } },
    { object: 'companies', schedule: { kind: 'after', object: 'contacts', on: 'completed' } },
    { object: 'deals', schedule: { kind: 'after', object: 'contacts', on: 'succeeded' } },
    { object: 'owners', schedule: { kind: 'after', object: 'deals', on: 'succeeded' } },
  ];
  await vendor.setUpProvider({ objects });
  const { connectionId } = await vendor.connectCustomer({ customerId: 'o07' });
  const other = await vendor.connectCustomer({ customerId: 'o07-other' });
  const syncOf = async (object: string, of = connectionId) => (await vendor.findSync({ connectionId: of, object })).id as string;
  const ids = { contacts: await syncOf('contacts'), companies: await syncOf('companies'), deals: await syncOf('deals') };
  const runsOf = (syncId: string) => vendor.list(`/v1/runs?sync_id=${syncId}`);

  // The first read of the leader brings those that follow with it, and what follows them.
  const first = await vendor.waitForRun({ syncId: ids.contacts });
  for (const syncId of [ids.companies, ids.deals])
    expect(await vendor.waitForRun({ syncId })).toMatchObject({ trigger: 'after', source: first.id, status: 'succeeded' });
  const ofDeals = (await runsOf(ids.deals))[0]!;
  expect(await vendor.waitForRun({ syncId: await syncOf('owners') })).toMatchObject({ trigger: 'after', source: ofDeals.id });
  await vendor.waitForRun({ syncId: await syncOf('owners', other.connectionId) });

  const otherRuns = await vendor.list(`/v1/runs?connection_id=${other.connectionId}`);
  await syncline.control.fault({ match: { account: 'o07', object: 'contacts' }, fault: { kind: 'forbidden' } });
  const failed = await vendor.runSync({ syncId: ids.contacts });
  expect(failed).toMatchObject({ status: 'failed' });
  expect(await vendor.waitForRun({ syncId: ids.companies, count: 2 })).toMatchObject({ trigger: 'after', source: failed.id });
  // The end of the leader's run and what follows from it are one transaction: nothing is still to come.
  expect(await runsOf(ids.deals)).toHaveLength(1);
  expect(await vendor.call('GET', `/v1/syncs/${ids.deals}`)).toMatchObject({ next_run_at: null, rerun_requested: false });

  const mended = await vendor.runSync({ syncId: ids.contacts });
  expect(mended).toMatchObject({ status: 'succeeded' });
  expect(await vendor.waitForRun({ syncId: ids.deals, count: 2 })).toMatchObject({ trigger: 'after', source: mended.id });
  expect(await vendor.list(`/v1/runs?connection_id=${other.connectionId}`)).toEqual(otherRuns);
});
