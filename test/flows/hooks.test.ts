import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { hubSchemaName } from '../../src/hub/schema-name.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  // A provider that is slow on purpose costs no run its lease, whatever else the machine does.
  syncline = await startSyncline({ limits: { leaseSeconds: 40 } });
});
afterAll(() => syncline.close());
beforeEach(() => syncline.setClock(0));

const waitMsMax = 40_000;
const manual = { schedule: { kind: 'manual' } };

interface HookOptions {
  withRecord?: boolean;
  dropEvery?: number;
  isHeld?: boolean;
}

/** A scene whose account tells the product of every write; nothing else makes it read. */
async function openHooked(options: Parameters<typeof openScene>[1], hooks: HookOptions = {}) {
  const scene = await openScene(syncline, { order: manual, ...options });
  const [config] = await scene.vendor.list('/v1/provider-configs');
  const isOwn = options.provider !== 'hubspot';
  const secret = isOwn ? `whsec_${options.account}` : 'sandbox-secret';
  if (isOwn) await scene.vendor.call('PATCH', `/v1/provider-configs/${config.id}`, { hook_secret: secret });
  const setHooks = (changed: HookOptions & { account?: string } = {}) =>
    scene.control.setHooks({ ...scene.at, url: config.hook_url, secret, ...hooks, ...changed });
  await setHooks();
  return {
    ...scene,
    setHooks,
    send: (input: Omit<Parameters<typeof scene.control.sendHooks>[0], 'account' | 'dialect'> = {}) =>
      scene.control.sendHooks({ ...scene.at, ...input }),
    /** Nothing that was told is still to be done. */
    async settled() {
      const pending = `select count(*)::int as pending from hook_notice where sync_id = $1 and version > done_version`;
      await expect.poll(async () => (await syncline.pool.query(pending, [scene.syncId])).rows[0].pending, { timeout: waitMsMax }).toBe(0);
    },
    /** Readings of one record by its id. */
    async rereadsOf(id: string) {
      const log = await scene.control.requests(scene.at);
      return log.filter((entry) => entry.path.endsWith(`/${id}`)).length;
    },
    /** The record in the listing, tombstones included. */
    listedOne: async (id: string) => (await scene.listed()).find((entry) => entry.record_id === id),
  };
}

const firstId = 'con_0000000001';

test('P37 T04 a delete that is told with an id only marks the row deleted, without a run', async () => {
  const scene = await openHooked({ account: 'p37', size: 30 });
  const before = await scene.runs();
  await scene.control.delete({ ...scene.at, id: firstId });
  await expect.poll(async () => (await scene.listedOne(firstId)).deleted_at, { timeout: waitMsMax }).not.toBe(null);
  await scene.control.update({ ...scene.at, id: 'con_0000000002', fields: { notes: 'told at once' } });
  await expect.poll(async () => (await scene.raw('con_0000000002')).notes, { timeout: waitMsMax }).toBe('told at once');
  const created = await scene.control.create({ ...scene.at, fields: { notes: 'new' } });
  await expect.poll(() => scene.listedOne(created.id), { timeout: waitMsMax }).toMatchObject({ deleted_at: null });
  await scene.settled();
  expect(await scene.runs()).toEqual(before);
  expect((await scene.sync()).last_hook_at).not.toBe(null);
  // A vendor who follows events hears of it as of a run's changes, without a run.
  const announced = (await scene.events('records.changed')).filter(({ data }) => data.run_id === null);
  expect(announced.reduce((sum, { data }) => sum + data.inserted + data.updated + data.deleted, 0)).toBe(3);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('P37 T05 HubSpot: creations, changes and deletions in its own format and signature, with all properties', async () => {
  const scene = await openHooked({ account: '20601', provider: 'hubspot', size: 12 });
  const before = await scene.runs();
  const [first, second] = [...(await scene.truth()).keys()] as [string, string];
  await scene.control.update({ ...scene.at, id: first, fields: { firstname: 'Hooked' } });
  await expect.poll(async () => (await scene.raw(first)).properties.firstname, { timeout: waitMsMax }).toBe('Hooked');
  await scene.control.delete({ ...scene.at, id: second });
  await expect.poll(async () => (await scene.listedOne(second)).deleted_at, { timeout: waitMsMax }).not.toBe(null);
  await scene.settled();
  expect(await scene.runs()).toEqual(before);
  // What the hook read is what a full read shows: nothing is rewritten.
  await scene.expectInvariants();
  expect(await scene.run({ full: true })).toMatchObject({ status: 'succeeded', inserted: 0, updated: 0, deleted: 0 });
});

test.each(['hubspot', 'sandbox'] as const)('P37 T05 %s: many records that are told of at once are read in one batch', async (provider) => {
  const object = provider === 'hubspot' ? 'contacts' : 'memos';
  const scene = await openHooked({ account: provider === 'hubspot' ? '20602' : 'batched', provider, object, size: 40 }, { isHeld: true });
  const before = await scene.runs();
  const ids = [...(await scene.truth()).keys()].sort();
  const [gone, ...changed] = ids.slice(0, 31) as [string, ...string[]];
  const told = { firstname: 'Told', note: 'Told' };
  await scene.control.update({ ...scene.at, ids: changed, fields: told });
  await scene.control.delete({ ...scene.at, id: gone });
  await scene.control.clearRequests(scene.at);
  await scene.send();
  await expect.poll(async () => (await scene.listedOne(gone)).deleted_at, { timeout: waitMsMax }).not.toBe(null);
  await scene.settled();
  for (const id of changed)
    expect(await scene.raw(id)).toMatchObject(provider === 'hubspot' ? { properties: { firstname: 'Told' } } : told);
  expect(await scene.runs()).toEqual(before);
  const read = (await scene.pages()).filter(({ path }) => !path.includes('/properties/'));
  expect(read.filter(({ path }) => path.includes('/batch')).length).toBeGreaterThanOrEqual(1);
  // Nothing but what a batch left out, and what came by itself, was asked for one by one.
  expect(read.length).toBeLessThan(10);
  await scene.expectInvariants();
});

test('P37 T05 Stripe: events of a connected account, one a request; a deleted customer is gone', async () => {
  const scene = await openHooked({ account: 'hookshop', provider: 'stripe', object: 'customers', size: 8 });
  const before = await scene.runs();
  const [first, second] = [...(await scene.truth()).keys()] as [string, string];
  await scene.control.update({ ...scene.at, id: first, fields: { description: 'by event' } });
  await expect.poll(async () => (await scene.raw(first)).description, { timeout: waitMsMax }).toBe('by event');
  // A customer tells no time of its change: it is as new as our question, so that older events of the feed do not undo it.
  expect((await scene.listedOne(first)).modified_at).not.toBe(null);
  await scene.control.delete({ ...scene.at, id: second });
  await expect.poll(async () => (await scene.listedOne(second)).deleted_at, { timeout: waitMsMax }).not.toBe(null);
  await scene.settled();
  expect(await scene.runs()).toEqual(before);
  await scene.run();
  await scene.expectInvariants();
});

test('T05 P37 a forged or an old signature is 401; a replay has one effect; a foreign account none', async () => {
  const scene = await openHooked({ account: 't05', size: 10 }, { isHeld: true });
  const before = await scene.rows();
  await scene.control.update({ ...scene.at, id: firstId, fields: { notes: 'forged' } });
  expect(await scene.send({ isForged: true })).toMatchObject({ statuses: [401], sent: 1 });
  await scene.control.tellHooks({ ...scene.at, id: firstId });
  expect((await scene.send({ secondsAgo: 301 })).statuses).toEqual([401]);
  const noHeaders = (await scene.vendor.list('/v1/provider-configs'))[0].hook_url;
  expect((await fetch(noHeaders, { method: 'POST', body: '{"notices":[]}' })).status).toBe(401);
  expect((await fetch(`${noHeaders}x`, { method: 'POST', body: '{}' })).status).toBe(404);
  expect((await fetch(noHeaders, { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) })).status).toBe(413);
  expect((await syncline.pool.query('select 1 from hook_notice where sync_id = $1', [scene.syncId])).rows).toEqual([]);
  expect(await scene.rows()).toEqual(before);

  // Signed with our key, about an account that nobody has connected: taken, and nothing follows.
  await scene.setHooks({ account: 't05-stranger', isHeld: true });
  await scene.control.tellHooks({ ...scene.at, account: 't05-stranger', id: firstId, kind: 'deleted' });
  expect((await scene.control.sendHooks({ account: 't05-stranger' })).statuses).toEqual([202]);
  expect((await syncline.pool.query('select 1 from hook_notice where sync_id = $1', [scene.syncId])).rows).toEqual([]);

  await scene.control.tellHooks({ ...scene.at, id: firstId });
  expect((await scene.send({ times: 3 })).statuses).toEqual([202, 202, 202]);
  await expect.poll(async () => (await scene.raw(firstId)).notes, { timeout: waitMsMax }).toBe('forged');
  await scene.settled();
  const changed = (await scene.rows()).filter((row, i) => row.xmin !== before[i]!.xmin);
  expect(changed.map((row) => row.id)).toEqual([firstId]);
  expect((await scene.events('records.changed')).filter(({ data }) => data.run_id === null)).toHaveLength(1);
  const metrics = await (await fetch(`${syncline.url}/metrics`)).text();
  expect(metrics).toMatch(/hook_records_total\{provider="unknown",outcome="refused"\} [1-9]/);
  expect(metrics).toMatch(/hook_records_total\{provider="sandbox",outcome="unrouted"\} [1-9]/);
  // A delete of a record that was never seen is nothing to show.
  await scene.control.tellHooks({ ...scene.at, id: 'con_9999999999', kind: 'deleted' });
  expect((await scene.send()).statuses).toEqual([202]);
  await scene.settled();
  expect(await scene.listedOne('con_9999999999')).toBe(undefined);
  await scene.expectInvariants();
});

/** Three versions and a delete, told from the last to the first. */
async function tellReversed(account: string, withRecord: boolean) {
  const scene = await openHooked({ account, size: 10 }, { withRecord, isHeld: true });
  for (const [at, notes] of ['first', 'second', 'third'].entries()) {
    // Two versions of one millisecond would have no order that anybody could know.
    const updatedAt = new Date(Date.now() + at).toISOString();
    await scene.control.update({ ...scene.at, ids: [firstId, 'con_0000000003'], fields: { notes }, updatedAt });
  }
  await scene.control.delete({ ...scene.at, id: 'con_0000000003' });
  await scene.control.clearRequests(scene.at);
  expect((await scene.send({ order: 'reversed', oneByOne: true })).sent).toBe(7);
  await expect.poll(async () => (await scene.raw(firstId)).notes, { timeout: waitMsMax }).toBe('third');
  await expect.poll(async () => (await scene.listedOne('con_0000000003')).deleted_at, { timeout: waitMsMax }).not.toBe(null);
  await scene.settled();
  expect((await scene.raw(firstId)).notes).toBe('third');
  await scene.expectAgrees();
  return scene;
}

test('H63 notices that come in the wrong order lead to what the provider holds', async () => {
  const scene = await tellReversed('h63-hints', false);
  expect(await scene.rereadsOf(firstId)).toBeGreaterThan(0);
  await scene.expectInvariants();
});

test('H63 notices that carry older versions in the wrong order lead to what the provider holds', async () => {
  const scene = await tellReversed('h63-records', true);
  // What came whole and newer was not asked for again.
  expect(await scene.rereadsOf(firstId)).toBe(0);
  await scene.expectInvariants();
});

test('H64 the same notice five times changes the hub once', async () => {
  const scene = await openHooked({ account: 'h64', size: 10 }, { isHeld: true });
  const before = await scene.rows();
  await scene.control.update({ ...scene.at, id: firstId, fields: { notes: 'once' } });
  expect((await scene.send({ times: 5 })).statuses).toEqual([202, 202, 202, 202, 202]);
  await expect.poll(async () => (await scene.raw(firstId)).notes, { timeout: waitMsMax }).toBe('once');
  await scene.settled();
  const told = (await scene.events('records.changed')).filter(({ data }) => data.run_id === null);
  expect(told.map(({ data }) => [data.inserted, data.updated, data.deleted])).toEqual([[0, 1, 0]]);
  expect((await scene.rows()).filter((row, i) => row.seq !== before[i]!.seq)).toHaveLength(1);
  await scene.expectInvariants();
});

test('H65 of five notices one is lost: all five changes are there no later than one interval on', async () => {
  const order = { schedule: { kind: 'interval', seconds: 300 } };
  const scene = await openHooked({ account: 'h65', size: 10, order }, { dropEvery: 5 });
  const ids = ['con_0000000001', 'con_0000000002', 'con_0000000003', 'con_0000000004', 'con_0000000005'];
  for (const id of ids) await scene.control.update({ ...scene.at, id, fields: { notes: 'changed' } });
  const changed = async () => (await Promise.all(ids.map((id) => scene.raw(id)))).filter((record) => record.notes === 'changed').length;
  await expect.poll(changed, { timeout: waitMsMax }).toBe(4);
  await scene.settled();
  expect(await changed()).toBe(4);
  await syncline.setClock(300_000);
  await scene.vendor.waitForRun({ syncId: scene.syncId, count: 2 });
  expect(await changed()).toBe(5);
  await scene.setHooks({ isHeld: true });
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('T06 five hundred notices of one record become a few readings, and the last value stands', async () => {
  const scene = await openHooked({ account: 't06', size: 10 }, { isHeld: true });
  const before = await scene.rows();
  await scene.control.tellHooks({ ...scene.at, id: firstId, count: 250 });
  await scene.control.update({ ...scene.at, id: firstId, fields: { notes: 'final' } });
  await scene.control.tellHooks({ ...scene.at, id: firstId, count: 249 });
  await scene.control.clearRequests(scene.at);
  expect((await scene.send()).statuses).toEqual([202, 202, 202, 202, 202]);
  await expect.poll(async () => (await scene.raw(firstId)).notes, { timeout: waitMsMax }).toBe('final');
  await scene.settled();
  expect(await scene.rereadsOf(firstId)).toBeLessThanOrEqual(10);
  expect((await scene.rows()).filter((row, i) => row.seq !== before[i]!.seq)).toHaveLength(1);
  await scene.expectInvariants();
});

test('so many notices that a run is cheaper are left to a run', async () => {
  const scene = await openHooked({ account: 'bulk', size: 10 }, { isHeld: true });
  await scene.control.clearRequests(scene.at);
  // The first hundred take long enough for all to arrive.
  await scene.control.fault({
    match: { account: scene.account, path: '/contacts/con_' },
    fault: { kind: 'slow', delayMs: 200 },
    times: null,
  });
  await scene.control.createMany({ ...scene.at, count: 900 });
  expect((await scene.send()).sent).toBe(900);
  await expect.poll(async () => (await scene.runs()).length, { timeout: waitMsMax }).toBe(2);
  await scene.control.clearFaults({ account: scene.account });
  await scene.settled();
  const run = await scene.vendor.waitForRun({ syncId: scene.syncId, count: 2 });
  expect(run).toMatchObject({ trigger: 'hook', status: 'succeeded' });
  const rereads = (await scene.control.requests(scene.at)).filter((entry) => entry.path.includes('/contacts/con_'));
  expect(rereads.length).toBeLessThan(450);
  expect((await scene.rows()).length).toBe(910);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('a change that is told while its record is being read is read once more', async () => {
  const scene = await openHooked({ account: 'told-twice', size: 10 });
  // The answer is made before the wait: it shows the first change, whenever it arrives.
  const match = { account: scene.account, path: `/contacts/${firstId}` };
  await scene.control.fault({ match, fault: { kind: 'slow', delayMs: 2_000, at: 'after' } });
  await scene.control.update({ ...scene.at, id: firstId, fields: { notes: 'first' } });
  const isAsked = async () => !(await scene.control.faults()).some((fault) => fault.match.account === scene.account);
  await expect.poll(isAsked, { timeout: waitMsMax }).toBe(true);
  await scene.control.update({ ...scene.at, id: firstId, fields: { notes: 'second' } });
  await expect.poll(async () => (await scene.raw(firstId)).notes, { timeout: waitMsMax }).toBe('second');
  await scene.settled();
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('T08 hooks give way to a schedule and come back: nothing is lost and nothing repeated', async () => {
  const scene = await openHooked({ account: 't08', size: 10 });
  const [a, b, c] = ['con_0000000001', 'con_0000000002', 'con_0000000003'] as const;
  await scene.control.update({ ...scene.at, id: a, fields: { notes: 'by hook' } });
  await expect.poll(async () => (await scene.raw(a)).notes, { timeout: waitMsMax }).toBe('by hook');
  await scene.settled();
  const byHook = await scene.rows();

  await scene.setHooks({ isHeld: true });
  const { sync_config_id: id } = await scene.sync();
  const change = (schedule: unknown) =>
    scene.vendor.call('PATCH', `/v1/sync-configs/${id}`, { objects: [{ object: 'contacts', schedule }] });
  await change({ kind: 'interval', seconds: 300 });
  await scene.control.update({ ...scene.at, id: b, fields: { notes: 'by schedule' } });
  await syncline.setClock(301_000);
  const run = await scene.vendor.waitForRun({ syncId: scene.syncId, count: 2 });
  expect(run).toMatchObject({ status: 'succeeded', trigger: 'schedule', inserted: 0, updated: 1, deleted: 0 });
  expect((await scene.rows()).filter((row, i) => row.xmin !== byHook[i]!.xmin).map((row) => row.id)).toEqual([b]);

  await change({ kind: 'manual' });
  await syncline.setClock(0);
  await scene.setHooks();
  await scene.control.update({ ...scene.at, id: c, fields: { notes: 'by hook again' } });
  await expect.poll(async () => (await scene.raw(c)).notes, { timeout: waitMsMax }).toBe('by hook again');
  await scene.settled();
  expect((await scene.sync()).next_run_at).toBe(null);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('B16 B19 H63 hooks while a full read is under way: whichever comes first, the hub ends as the provider', async () => {
  const scene = await openHooked({ account: 'b16-hooks', size: 2_500 });
  await scene.control.fault({
    match: { account: scene.account, object: 'contacts', path: '/contacts' },
    fault: { kind: 'slow', delayMs: 1_500 },
    skip: 1,
  });
  const asked = await scene.vendor.call('POST', `/v1/syncs/${scene.syncId}:trigger`, { full: true });
  await expect.poll(async () => (await scene.vendor.call('GET', `/v1/runs/${asked.id}`)).status, { timeout: waitMsMax }).toBe('running');
  // On a page that has been read, on one that has not, one that comes and goes, and one that is new.
  await scene.control.update({ ...scene.at, ids: ['con_0000000001', 'con_0000002400'], fields: { notes: 'meanwhile' } });
  await scene.control.delete({ ...scene.at, ids: ['con_0000000002', 'con_0000002401'] });
  await scene.control.create({ ...scene.at, id: 'con_0000009000', fields: { notes: 'new' } });
  await scene.control.create({ ...scene.at, id: 'con_0000009001', fields: { notes: 'short-lived' } });
  await scene.control.delete({ ...scene.at, id: 'con_0000009001' });
  expect(await scene.vendor.waitForEnd({ runId: asked.id })).toMatchObject({ status: 'succeeded' });
  await scene.settled();
  const live = (await scene.listed()).filter((entry) => entry.deleted_at === null).map((entry) => entry.record_id);
  expect(live.sort()).toEqual([...(await scene.truth()).keys()].sort());
  expect([(await scene.raw('con_0000000001')).notes, (await scene.raw('con_0000002400')).notes]).toEqual(['meanwhile', 'meanwhile']);
  await scene.run();
  await scene.expectInvariants();
});

test('hooks during the first load wait where they would get in its way, and are not lost', async () => {
  const scene = await openScene(syncline, { account: 'first-load', size: 2_500, waits: false, order: manual });
  const [config] = await scene.vendor.list('/v1/provider-configs');
  await scene.vendor.call('PATCH', `/v1/provider-configs/${config.id}`, { hook_secret: 'whsec' });
  await scene.control.setHooks({ ...scene.at, url: config.hook_url, secret: 'whsec' });
  await scene.control.update({ ...scene.at, ids: ['con_0000000001', 'con_0000002450'], fields: { notes: 'meanwhile' } });
  await scene.control.delete({ ...scene.at, id: 'con_0000000002' });
  await scene.vendor.waitForRun({ syncId: scene.syncId });
  const pending = `select count(*)::int as pending from hook_notice where sync_id = $1 and version > done_version`;
  await expect.poll(async () => (await syncline.pool.query(pending, [scene.syncId])).rows[0].pending, { timeout: waitMsMax }).toBe(0);
  const live = (await scene.listed()).filter((entry) => entry.deleted_at === null);
  expect(live.map((entry) => entry.record_id).sort()).toEqual([...(await scene.truth()).keys()].sort());
  expect((await scene.raw('con_0000002450')).notes).toBe('meanwhile');
  await scene.run();
  await scene.expectInvariants();
});

test('more deletes than the guard allows are not done by hooks: a run holds them for a person', async () => {
  const scene = await openHooked({ account: 'hook-guard', size: 120 }, { isHeld: true });
  const ids = Array.from({ length: 40 }, (_, i) => `con_${String(i + 1).padStart(10, '0')}`);
  await scene.control.delete({ ...scene.at, ids });
  expect((await scene.send()).statuses).toEqual([202]);
  const run = await scene.vendor.waitForRun({ syncId: scene.syncId, count: 2 });
  expect(run).toMatchObject({ trigger: 'hook', status: 'held', held_deletes: 40, deleted: 0 });
  await scene.settled();
  expect((await scene.rows()).filter((row) => row.isDeleted)).toEqual([]);
});

test('an object whose records cannot be read one by one is read by a run when a hook tells of it', async () => {
  const scene = await openHooked({ account: 'hook-run', object: 'opaque_events' });
  await scene.run();
  const { id } = await scene.control.create({ ...scene.at, fields: { kind: 'told' } });
  await expect.poll(() => scene.listedOne(id), { timeout: waitMsMax }).toMatchObject({ deleted_at: null });
  expect((await scene.runs()).map((run) => run.trigger)).toContain('hook');
  await scene.settled();
  // The record is there before its run has ended and told of it.
  await scene.vendor.waitForRun({ syncId: scene.syncId, count: 3 });
  await scene.expectInvariants();
});

test('a body waits in the hub alone; when the hub cannot take it, the ids are kept and the records read again', async () => {
  const scene = await openHooked({ account: 'hub-down', size: 10 }, { withRecord: true, isHeld: true });
  const content = 'only in the hub 4711';
  const table = `${hubSchemaName(scene.vendor.applicationId)}._syncline_hook_payload`;
  const controlPlane = `
    select coalesce(string_agg(t, ' '), '') as all from (
      select n::text as t from hook_notice n union all select j::text from graphile_worker._private_jobs j union all select e::text from event e
    ) as everything`;
  await scene.control.update({ ...scene.at, id: firstId, fields: { notes: content } });
  await syncline.pool.query(`alter table ${table} rename to hook_payload_away`);
  try {
    expect((await scene.send()).statuses).toEqual([202]);
    const { rows } = await syncline.pool.query('select record_id from hook_notice where sync_id = $1', [scene.syncId]);
    expect(rows).toEqual([{ record_id: firstId }]);
    expect((await syncline.pool.query(controlPlane)).rows[0].all).not.toContain(content);
  } finally {
    await syncline.pool.query(
      `alter table ${hubSchemaName(scene.vendor.applicationId)}.hook_payload_away rename to _syncline_hook_payload`,
    );
  }
  await scene.control.clearRequests(scene.at);
  await expect.poll(async () => (await scene.raw(firstId)).notes, { timeout: waitMsMax }).toBe(content);
  await scene.settled();
  expect(await scene.rereadsOf(firstId)).toBeGreaterThan(0);
  expect((await syncline.pool.query(`select 1 from ${table}`)).rows).toEqual([]);
  await scene.expectInvariants();
});

test('a disconnected customer’s hooks change nothing', async () => {
  const scene = await openHooked({ account: 'hook-gone', size: 10 }, { isHeld: true, withRecord: true });
  const before = await scene.rows();
  await scene.vendor.call('POST', `/v1/connections/${scene.connectionId}:disconnect`, {});
  await scene.control.update({ ...scene.at, id: firstId, fields: { notes: 'too late' } });
  expect((await scene.send()).statuses).toEqual([202]);
  expect((await syncline.pool.query('select 1 from hook_notice where sync_id = $1', [scene.syncId])).rows).toEqual([]);
  expect(await scene.rows()).toEqual(before);
});

test('a hook secret goes in and never comes out, and is refused where the provider signs with the client secret', async () => {
  const vendor = await syncline.createApplication();
  const { providerConfig } = await vendor.setUpProvider({});
  expect(providerConfig).toMatchObject({ has_hook_secret: false, hook_url: expect.stringContaining(`${syncline.url}/hooks/`) });
  const changed = await vendor.request('PATCH', `/v1/provider-configs/${providerConfig.id}`, { hook_secret: 'whsec_very_secret' });
  expect(changed).toMatchObject({ status: 200, body: { has_hook_secret: true, hook_url: providerConfig.hook_url } });
  expect(changed.text).not.toContain('very_secret');
  const { rows } = await syncline.pool.query('select hook_secret_sealed from provider_config where id = $1', [providerConfig.id]);
  expect(rows[0].hook_secret_sealed.toString('latin1')).not.toContain('very_secret');
  const client = { client_id: 'sandbox-client', client_secret: 'sandbox-secret' };
  const refused = await vendor.request('POST', '/v1/provider-configs', { provider: 'hubspot', ...client, hook_secret: 'x' });
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: 'hook_secret' }] } });
});
