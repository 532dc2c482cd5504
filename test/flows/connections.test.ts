import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

test('S05 a rotated client secret is used by new connections; until it is set the config is flagged and nobody is disconnected', async () => {
  const { control } = syncline;
  const clientId = 'rotating-client';
  const secrets = ['first-secret-0123456789', 'second-secret-0123456789'] as const;
  await control.registerClient({ clientId, clientSecret: secrets[0] });
  const vendor = await syncline.createApplication();
  const config = { provider: 'sandbox', client_id: clientId, client_secret: secrets[0] };
  const { id } = await vendor.call('POST', '/v1/provider-configs', config);
  await vendor.call('POST', '/v1/sync-configs', { provider: 'sandbox', objects: [{ object: 'owners' }] });
  const { connectionId: old } = await vendor.connectCustomer({ customerId: 's05-old' });
  const sync = await vendor.findSync({ connectionId: old, object: 'owners' });
  await vendor.waitForRun({ syncId: sync.id });

  await control.registerClient({ clientId, clientSecret: secrets[1] });
  await control.expireTokens({ account: 's05-old' });
  expect(await vendor.runSync({ syncId: sync.id })).toMatchObject({ status: 'failed', error_code: 'config_invalid' });
  expect(await vendor.call('GET', `/v1/provider-configs/${id}`)).toMatchObject({
    status: 'broken',
    status_reason: expect.stringMatching(/\w/),
  });
  expect(await vendor.call('GET', `/v1/connections/${old}`)).toMatchObject({ status: 'active' });

  const patched = await vendor.request('PATCH', `/v1/provider-configs/${id}`, { client_secret: secrets[1] });
  expect(patched.body).toMatchObject({ status: 'active', status_reason: null, client_id: clientId, has_client_secret: true });
  expect(await vendor.runSync({ syncId: sync.id })).toMatchObject({ status: 'succeeded', first_seq: null });
  const fresh = await vendor.connectCustomer({ customerId: 's05-new' });
  expect(fresh.status).toBe('connected');
  const { id: freshSync } = await vendor.findSync({ connectionId: fresh.connectionId, object: 'owners' });
  expect(await vendor.waitForRun({ syncId: freshSync })).toMatchObject({ status: 'succeeded', inserted: 5 });
  for (const list of ['provider-configs', 'events', 'audit', 'runs', 'connections']) {
    const { text } = await vendor.request('GET', `/v1/${list}`);
    for (const secret of secrets) expect(text.includes(secret), list).toBe(false);
  }
});

test('H36 (read) access refused in the middle ends the run as auth_failed after a few calls; authorised again, the next run completes', async () => {
  const account = 'h36';
  await syncline.control.fault({ match: { account, object: 'contacts' }, fault: { kind: 'slow', delayMs: 500 }, times: null });
  const scene = await openScene(syncline, { account, size: 4500, waits: false });
  await expect.poll(async () => (await scene.pages()).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(2);
  await scene.control.endGrants({ account });
  await scene.control.expireTokens({ account });
  const { id, ...ended } = await scene.vendor.waitForRun({ syncId: scene.syncId });
  expect(ended).toMatchObject({ status: 'failed', error_code: 'auth_failed', quarantined: 0 });
  // The run ends with the grant; what its worker was storing at that moment is counted when the worker notices.
  const counted = async () => (await scene.vendor.call('GET', `/v1/runs/${id}`)).inserted;
  await expect.poll(async () => (await counted()) - (await scene.rows()).length, { timeout: 30_000 }).toBe(0);
  const stored = (await scene.rows()).length;
  expect(stored).toBeLessThan(4500);
  expect((await scene.pages()).filter(({ status }) => status === 401).length).toBeLessThanOrEqual(3);
  const connection = await scene.vendor.call('GET', `/v1/connections/${scene.connectionId}`);
  expect(connection).toMatchObject({ status: 'needs_reauth', status_reason: expect.stringMatching(/\w/) });
  expect(await scene.sync()).toMatchObject({ status: 'paused', pause_reason: 'auth' });
  await scene.control.clearFaults({ account });
  const again = await scene.vendor.connectCustomer({ customerId: account, connectionId: scene.connectionId });
  expect(again).toMatchObject({ status: 'connected', connectionId: scene.connectionId });
  expect(await scene.vendor.waitForRun({ syncId: scene.syncId, count: 2 })).toMatchObject({
    status: 'succeeded',
    inserted: 4500 - stored,
  });
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('B23 reconnecting resumes what the ended grant paused, leaves paused what a person paused, and is announced', async () => {
  const account = 'b23';
  const vendor = await syncline.createApplication();
  await vendor.setUpProvider({ objects: ['contacts', 'companies', 'owners'] });
  const { connectionId } = await vendor.connectCustomer({ customerId: account });
  const find = (object: string) => vendor.findSync({ connectionId, object });
  for (const object of ['contacts', 'companies', 'owners']) await vendor.waitForRun({ syncId: (await find(object)).id });
  await vendor.call('POST', `/v1/syncs/${(await find('companies')).id}:pause`);
  await syncline.control.endGrants({ account });
  await syncline.control.expireTokens({ account });
  expect(await vendor.runSync({ syncId: (await find('contacts')).id })).toMatchObject({ status: 'failed', error_code: 'auth_failed' });
  for (const object of ['contacts', 'owners']) expect(await find(object)).toMatchObject({ status: 'paused', pause_reason: 'auth' });
  expect(await find('companies')).toMatchObject({ status: 'paused', pause_reason: 'manual' });

  const seen = (await vendor.list('/v1/events')).length;
  await vendor.connectCustomer({ customerId: account, connectionId });
  for (const object of ['contacts', 'owners']) {
    const sync = await find(object);
    expect(sync).toMatchObject({ status: 'active', pause_reason: null });
    const before = object === 'contacts' ? 2 : 1;
    expect(await vendor.waitForRun({ syncId: sync.id, count: before + 1 })).toMatchObject({ status: 'succeeded', first_seq: null });
  }
  expect(await find('companies')).toMatchObject({ status: 'paused', pause_reason: 'manual' });
  expect(await vendor.list(`/v1/runs?sync_id=${(await find('companies')).id}`)).toHaveLength(1);
  const after = (await vendor.list('/v1/events')).slice(seen);
  expect(after.filter(({ type }) => type === 'connection.reconnected')).toMatchObject([{ data: { connection_id: connectionId } }]);
  expect(after.filter(({ type }) => type === 'sync.resumed')).toHaveLength(2);
});

test('X08 (read) the same account connected again is the same connection; another account is another one, and they never mix', async () => {
  const scene = await openScene(syncline, { account: 'x08', object: 'owners' });
  const before = await scene.rows();
  const again = await scene.vendor.connectCustomer({ customerId: 'x08', account: 'x08' });
  expect(again).toMatchObject({ status: 'connected', connectionId: scene.connectionId });
  expect((await scene.sync()).id).toBe(scene.syncId);
  expect(await scene.run({ full: true })).toMatchObject({ status: 'succeeded', inserted: 0, unchanged: before.length });
  expect(await scene.rows()).toEqual(before);

  await scene.control.setSize({ account: 'x08-other', object: 'owners', size: 2 });
  const other = await scene.vendor.connectCustomer({ customerId: 'x08', account: 'x08-other' });
  expect(other.connectionId).not.toBe(scene.connectionId);
  const { id } = await scene.vendor.findSync({ connectionId: other.connectionId, object: 'owners' });
  expect(id).not.toBe(scene.syncId);
  expect(await scene.vendor.waitForRun({ syncId: id })).toMatchObject({ status: 'succeeded', inserted: 2 });
  const listed = async (connectionId: string) =>
    (await scene.vendor.list(`/v1/records/sandbox/owners?connection_id=${connectionId}`)).map((entry) => entry.record_id);
  expect([(await listed(scene.connectionId)).length, (await listed(other.connectionId)).length]).toEqual([before.length, 2]);
  // The ids are the same at both accounts: each connection has its own row.
  expect(await listed(scene.connectionId)).toEqual(expect.arrayContaining(await listed(other.connectionId)));
  expect(await scene.run({ full: true })).toMatchObject({ deleted: 0, unchanged: before.length });
});

test('X09 (read) a connection that is authorised for another account is refused; its records and access stay as they were', async () => {
  const scene = await openScene(syncline, { account: 'x09', object: 'owners' });
  const before = await scene.rows();
  const connection = await scene.vendor.call('GET', `/v1/connections/${scene.connectionId}`);
  const swapped = scene.vendor.connectCustomer({ customerId: 'x09', account: 'x09-sandbox', connectionId: scene.connectionId });
  await expect(swapped).rejects.toThrow(/answered 409/);
  expect(await scene.vendor.call('GET', `/v1/connections/${scene.connectionId}`)).toEqual(connection);
  expect(connection).toMatchObject({ status: 'active', remote_account_id: 'x09' });
  expect(await scene.vendor.list('/v1/connections?customer_id=x09')).toHaveLength(1);
  await scene.control.clearRequests({ account: 'x09-sandbox' });
  expect(await scene.run({ full: true })).toMatchObject({ status: 'succeeded', unchanged: before.length, deleted: 0 });
  expect((await scene.control.requests({ account: 'x09-sandbox' })).filter((entry) => entry.path.includes('owners'))).toEqual([]);
  expect(await scene.rows()).toEqual(before);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('B21 a 429 with Retry-After delays at least that long, and other customers go on meanwhile', async () => {
  const account = 'b21';
  await syncline.control.fault({ match: { account, object: 'contacts' }, fault: { kind: 'rate_limited', retryAfterSeconds: 6 }, skip: 1 });
  const scene = await openScene(syncline, { account, size: 2500, waits: false });
  await expect.poll(async () => (await scene.pages()).some(({ status }) => status === 429), { timeout: 30_000 }).toBe(true);
  await expect.poll(scene.sync, { timeout: 30_000 }).toMatchObject({ health: 'delayed', status: 'active' });
  const other = await openScene(syncline, { account: 'b21-other', object: 'owners' });
  expect(other.first).toMatchObject({ status: 'succeeded' });
  const run = await scene.vendor.waitForRun({ syncId: scene.syncId });
  expect(run).toMatchObject({ status: 'succeeded', inserted: 2500 });
  const pages = await scene.pages();
  const refused = pages.findIndex(({ status }) => status === 429);
  expect(pages.map(({ status }) => status)).toEqual([200, 429, 200, 200]);
  expect(Date.parse(pages[refused + 1]!.at) - Date.parse(pages[refused]!.at)).toBeGreaterThanOrEqual(6000);
  expect(Date.parse(other.first.finished_at)).toBeLessThan(Date.parse(pages[refused + 1]!.at));
  await scene.expectAgrees();
  await scene.expectInvariants();
});
