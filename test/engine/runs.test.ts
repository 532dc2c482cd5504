import { afterAll, beforeAll, expect, test } from 'vitest';
import { withTransaction } from '../../src/db/index.ts';
import { FenceLost } from '../../src/hub/index.ts';
import { openHub } from '../../src/syncs/edit-checkpoint.ts';
import { claimDueSyncs, deleteSyncConfig, getRun, pauseSync, resumeSync, triggerSync } from '../../src/syncs/index.ts';
import { replaceAbandoned, takeLease } from '../../src/syncs/lease.ts';
import { purgeConnection } from '../../src/syncs/purge-connection.ts';
import { type Engine, startEngine } from './support/start-engine.ts';

let engine: Engine;

beforeAll(async () => {
  // Three pages to a slice, so that a run has several.
  engine = await startEngine({ limits: { slicePagesMax: 3 } });
});
afterAll(() => engine.close());

test('a run goes to the back of the queue after each slice, and its counters add up over all of them', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'sliced');
  expect(await engine.slice(syncId)).toBe('handed_over');
  const [running] = await vendor.runs(syncId);
  expect(running).toMatchObject({ status: 'running', fetched: 30, slices: 1 });
  expect(await queued(syncId)).toBe(1);
  const run = await vendor.finish(syncId);
  const truth = await engine.truth('sliced', 'contacts');
  expect(run).toMatchObject({
    id: running!.id,
    status: 'succeeded',
    fetched: truth.size,
    inserted: truth.size,
    apiCalls: Math.ceil(truth.size / 10),
  });
  expect(run.slices).toBe(Math.ceil(truth.size / 10 / 3));
  const [completed] = await vendor.events('run.completed');
  expect(completed!.data).toMatchObject({ run_id: run.id, sync_id: syncId, status: 'succeeded', inserted: truth.size });
  const [changed] = await vendor.events('records.changed');
  expect(changed!.data).toMatchObject({ run_id: run.id, first_seq: run.firstSeq, last_seq: run.lastSeq, inserted: truth.size });
});

test('H37 triggers during a run answer that run and queue exactly one more; two workers never work at once', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'overlapping');
  const outcomes = await Promise.all([engine.slice(syncId), engine.slice(syncId), engine.slice(syncId)]);
  expect(outcomes.sort()).toEqual(['handed_over', 'idle', 'idle']);
  const [running] = await vendor.runs(syncId);
  for (let i = 0; i < 3; i++) expect((await triggerSync({ ctx: vendor.ctx, input: { syncId } })).id).toBe(running!.id);
  expect(await vendor.finish(syncId)).toMatchObject({ id: running!.id, status: 'succeeded' });
  expect((await vendor.sync(syncId)).nextRunAt!.getTime()).toBeLessThanOrEqual(Date.now() + 100);
  expect(await vendor.finish(syncId)).toMatchObject({ trigger: 'manual', kind: 'incremental' });
  expect((await vendor.sync(syncId)).nextRunAt!.getTime()).toBeGreaterThan(Date.now() + 60_000);
  expect(await vendor.runs(syncId)).toHaveLength(2);
});

test('B24 a full read asked for during a run is what the next run does', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'asked-meanwhile');
  await vendor.finish(syncId);
  await engine.control.update({ account: 'asked-meanwhile', object: 'contacts', count: 60 });
  await triggerSync({ ctx: vendor.ctx, input: { syncId } });
  expect(await engine.slice(syncId)).toBe('handed_over');
  const asked = await triggerSync({ ctx: vendor.ctx, input: { syncId, full: true } });
  expect(asked).toMatchObject({ status: 'running', kind: 'incremental' });
  expect(await vendor.finish(syncId)).toMatchObject({ id: asked.id, kind: 'incremental', status: 'succeeded' });
  expect(await vendor.finish(syncId)).toMatchObject({ kind: 'full', status: 'succeeded' });
  expect(await vendor.sync(syncId)).toMatchObject({ fullRequested: false, rerunRequested: false });
});

test('B24 also when the run in progress is a full one: its first pages were read before anybody asked', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'asked-in-full');
  await engine.slice(syncId);
  await triggerSync({ ctx: vendor.ctx, input: { syncId, full: true } });
  expect(await vendor.finish(syncId)).toMatchObject({ kind: 'full' });
  expect(await vendor.finish(syncId)).toMatchObject({ kind: 'full' });
  expect((await vendor.sync(syncId)).nextRunAt!.getTime()).toBeGreaterThan(Date.now() + 60_000);
});

test('H38 B18 a worker that dies leaves an abandoned run; another goes on from the last committed page, and the dead one can write nothing', async () => {
  const vendor = await engine.createVendor();
  const account = 'dying';
  const { syncId } = await vendor.setUp('contacts', account);
  await engine.slice(syncId);
  await engine.control.clearRequests({ account });
  // A worker takes the lease and is never heard of again.
  const dead = await takeLease(vendor.ctx, { syncId, owner: 'dead', leaseSeconds: 30 });
  expect(await engine.slice(syncId)).toBe('idle');
  await engine.pool.query(`update sync set lease_until = syncline_now() - interval '1 second' where id = $1`, [syncId]);
  expect(await claimDueSyncs({ ctx: vendor.ctx })).toBeGreaterThanOrEqual(1);
  const run = await vendor.finish(syncId);
  expect(await getRun({ ctx: vendor.ctx, input: { runId: dead!.run.id } })).toMatchObject({
    status: 'failed',
    errorCode: 'abandoned',
    fetched: 30,
  });
  const truth = await engine.truth(account, 'contacts');
  expect(run).toMatchObject({ status: 'succeeded', kind: 'full', fetched: truth.size - 30 });
  expect((await vendor.hubRows('contacts')).live.size).toBe(truth.size);
  expect((await engine.control.requests({ account })).length).toBe(Math.ceil(truth.size / 10) - 3);
  // Both runs announced what they wrote.
  const announced = (await vendor.events('records.changed')).map((event) => (event.data as { inserted: number }).inserted);
  expect(announced).toEqual([30, truth.size - 30]);
  const hub = await openHub(vendor.ctx, dead!.sync);
  await expect(hub.writeCheckpoint({ syncId, fence: dead!.fence, state: {} })).rejects.toThrow(FenceLost);
});

test('B18 a worker that dies after the hub’s last commit leaves a run that had ended: it is finished, not repeated', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'ended');
  const run = await vendor.finish(syncId);
  await engine.pool.query(`update run set status = 'running', finished_at = null, last_seq = null where id = $1`, [run.id]);
  await engine.pool.query(`delete from event where application_id = $1`, [vendor.applicationId]);
  await engine.pool.query(
    `update sync set current_run_id = $2, lease_owner = 'dead', lease_until = syncline_now() - interval '1 second', next_run_at = syncline_now() where id = $1`,
    [syncId, run.id],
  );
  await engine.control.clearRequests({ account: 'ended' });
  expect(await engine.slice(syncId)).toBe('succeeded');
  expect(await engine.control.requests({ account: 'ended' })).toEqual([]);
  expect(await getRun({ ctx: vendor.ctx, input: { runId: run.id } })).toMatchObject({
    status: 'succeeded',
    inserted: run.inserted,
    lastSeq: run.lastSeq,
  });
  expect(await vendor.events('records.changed')).toHaveLength(1);
});

test('a worker that takes a sync while its customer disconnects waits for its turn, and neither is refused', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'leaving');
  const { connectionId } = await vendor.sync(syncId);
  const leaving = await engine.pool.connect();
  try {
    // As who disconnects does: the connection first, its syncs after it.
    await leaving.query('begin');
    await leaving.query('select from connection where id = $1 for update', [connectionId]);
    const taking = takeLease(vendor.ctx, { syncId, owner: 'other', leaseSeconds: 30 });
    const waiting = `select count(*)::int4 as count from pg_locks where not granted and pid <> pg_backend_pid()`;
    await expect.poll(async () => (await engine.pool.query(waiting)).rows[0].count).toBeGreaterThan(0);
    await leaving.query(`update sync set status = 'paused', next_run_at = null where id = $1`, [syncId]);
    await leaving.query('commit');
    expect(await taking).toBeNull();
  } finally {
    leaving.release();
  }
});

test('a sync whose workers keep dying backs off: its data may be what kills them', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'deadly');
  for (let deaths = 0; deaths < 4; deaths++) {
    await takeLease(vendor.ctx, { syncId, owner: `dead ${deaths}`, leaseSeconds: 30 });
    await engine.pool.query(`update sync set lease_until = syncline_now() - interval '1 second' where id = $1`, [syncId]);
    // Whoever comes next gets no further than taking over.
    if (deaths < 3) await replaceAndDie(vendor, syncId);
  }
  expect(await engine.slice(syncId)).toBe('postponed');
  const { nextRunAt, health, currentRunId } = await vendor.sync(syncId);
  expect({ health, currentRunId }).toEqual({ health: 'failed', currentRunId: null });
  expect(nextRunAt!.getTime()).toBeGreaterThan(Date.now() + 10_000);
  expect((await vendor.runs(syncId)).every((run) => run.status === 'failed')).toBe(true);
});

test('pausing ends the run in progress at once; resuming goes on from where it was', async () => {
  const vendor = await engine.createVendor();
  const account = 'paused';
  const { syncId } = await vendor.setUp('contacts', account);
  await engine.slice(syncId);
  expect(await pauseSync({ ctx: vendor.ctx, input: { syncId } })).toMatchObject({
    status: 'paused',
    pauseReason: 'manual',
    currentRunId: null,
  });
  expect(await vendor.runs(syncId)).toMatchObject([{ status: 'cancelled', errorCode: 'paused_manual' }]);
  expect(await engine.slice(syncId)).toBe('idle');
  await expect(triggerSync({ ctx: vendor.ctx, input: { syncId } })).rejects.toMatchObject({ code: 'conflict' });
  await engine.control.clearRequests({ account });
  expect(await resumeSync({ ctx: vendor.ctx, input: { syncId } })).toMatchObject({ status: 'active', pauseReason: null });
  const run = await vendor.finish(syncId);
  const truth = await engine.truth(account, 'contacts');
  expect(run).toMatchObject({ status: 'succeeded', fetched: truth.size - 30 });
  expect((await engine.control.requests({ account })).length).toBe(Math.ceil(truth.size / 10) - 3);
});

test('a sync that is paused while a slice is at work loses it the lease: nothing of it reaches the control plane', async () => {
  const vendor = await engine.createVendor();
  const account = 'paused-in-slice';
  const { syncId } = await vendor.setUp('contacts', account);
  await engine.control.fault({ match: { account }, fault: { kind: 'slow', delayMs: 400 }, skip: 1 });
  const slice = engine.slice(syncId);
  await until(async () => (await engine.control.requests({ account })).length > 0);
  await pauseSync({ ctx: vendor.ctx, input: { syncId } });
  expect(await slice).toBe('lost');
  expect(await vendor.runs(syncId)).toMatchObject([{ status: 'cancelled', fetched: 30 }]);
  expect(await vendor.sync(syncId)).toMatchObject({ status: 'paused', currentRunId: null });
  // What it had committed is true, and was announced.
  expect((await vendor.events('records.changed'))[0]!.data).toMatchObject({ inserted: 30 });
});

test('a sync that is removed while a slice is at work takes its run with it, and the slice ends quietly', async () => {
  const vendor = await engine.createVendor();
  const account = 'removed-in-slice';
  const { syncId } = await vendor.setUp('contacts', account);
  await engine.control.fault({ match: { account }, fault: { kind: 'slow', delayMs: 400 }, skip: 1 });
  const slice = engine.slice(syncId);
  await until(async () => (await engine.control.requests({ account })).length > 0);
  const { syncConfigId } = await vendor.sync(syncId);
  await deleteSyncConfig({ ctx: vendor.ctx, input: { syncConfigId, force: true } });
  expect(await slice).toBe('lost');
  await expect(vendor.sync(syncId)).rejects.toMatchObject({ code: 'not_found' });
  expect((await vendor.hubRows('contacts')).live.size).toBeGreaterThan(0);
});

test('a reset during a run cancels it, and the next one begins from nothing', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'reset-midway');
  await engine.slice(syncId);
  await vendor.reset(syncId);
  expect(await vendor.runs(syncId)).toMatchObject([{ status: 'cancelled', errorCode: 'checkpoint_changed' }]);
  const truth = await engine.truth('reset-midway', 'contacts');
  expect(await vendor.finish(syncId)).toMatchObject({ kind: 'full', fetched: truth.size, inserted: truth.size - 30, unchanged: 30 });
});

test('a stopping process ends its slice at once, and another goes on with the same run', async () => {
  const vendor = await engine.createVendor();
  const account = 'stopping';
  const { syncId } = await vendor.setUp('contacts', account);
  await engine.control.fault({ match: { account }, fault: { kind: 'slow', delayMs: 5000 }, skip: 1 });
  const stopping = new AbortController();
  const slice = engine.slice(syncId, stopping.signal);
  await until(async () => (await engine.control.requests({ account })).length > 0);
  await new Promise((resolve) => setTimeout(resolve, 200)); // the second request is in flight by then
  const begun = performance.now();
  stopping.abort();
  expect(await slice).toBe('handed_over');
  expect(performance.now() - begun).toBeLessThan(2000);
  const [run] = await vendor.runs(syncId);
  expect(run).toMatchObject({ status: 'running' });
  expect(await vendor.finish(syncId)).toMatchObject({
    id: run!.id,
    status: 'succeeded',
    fetched: (await engine.truth(account, 'contacts')).size,
  });
});

/** A worker that marks the abandoned run, begins its successor and dies as well. */
async function replaceAndDie(vendor: Awaited<ReturnType<Engine['createVendor']>>, syncId: string): Promise<void> {
  const lease = await takeLease(vendor.ctx, { syncId, owner: 'next', leaseSeconds: 30 });
  await replaceAbandoned(vendor.ctx, lease!, null);
  await engine.pool.query(`update sync set lease_until = syncline_now() - interval '1 second' where id = $1`, [syncId]);
}

async function queued(syncId: string): Promise<number> {
  const { rows } = await engine.pool.query<{ count: number }>(
    `select count(*)::int as count from graphile_worker._private_jobs where payload->>'syncId' = $1`,
    [syncId],
  );
  return rows[0]!.count;
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it did not come true within 4 s');
}

test('X07 a worker that had only begun its first run when its connection was purged writes nothing behind the purge', async () => {
  const vendor = await engine.createVendor();
  const { ctx, applicationId, providerConfigId } = vendor;
  const { syncId, connectionId } = await vendor.setUp('contacts', 'purged-early');
  const lease = (await takeLease(ctx, { syncId, owner: 'slow', leaseSeconds: 30 }))!;
  const hub = await openHub(ctx, lease.sync);
  await hub.takeCheckpoint({ syncId, fence: lease.fence });
  // It waits for the provider; meanwhile everything happens.
  await withTransaction(ctx, async (tx) => {
    await tx.connection.update({ where: { id: connectionId }, data: { status: 'disabled', purgeRequestedAt: new Date() } });
    await ctx.onConnectionChanged(tx, { kind: 'disabled', applicationId, connectionId, customerId: 'purged-early', providerConfigId });
  });
  expect(await purgeConnection({ ctx, input: { connectionId } })).toMatchObject({ isDone: true });
  const table = await hub.ensureTable('sandbox', 'contacts');
  const connection = await hub.ensureConnection({ connectionId, customerId: 'purged-early' });
  const begun = hub.beginRead({ syncId, fence: lease.fence, table, connection, kind: 'full', checkpoint: () => ({}) });
  await expect(begun).rejects.toThrow(FenceLost);
});

test('a sync that was removed in the middle of its full read leaves nothing that later ones go on filling', async () => {
  const vendor = await engine.createVendor();
  const config = await vendor.order(['contacts']);
  const connectionId = await vendor.connect('removed-open');
  expect(await engine.slice((await vendor.findSync(connectionId, 'contacts')).id)).toBe('handed_over');
  await deleteSyncConfig({ ctx: vendor.ctx, input: { syncConfigId: config.id, force: true } });
  await vendor.order(['contacts']);
  const { id } = await vendor.findSync(connectionId, 'contacts');
  expect(await vendor.finish(id)).toMatchObject({ status: 'succeeded', kind: 'full' });
  const { rows } = await engine.pool.query(`select distinct sync from ${vendor.schema}._syncline_seen`);
  expect(rows).toEqual([]);
});
