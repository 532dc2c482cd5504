import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Loose } from '../support/client.ts';
import { createTestDatabase } from '../support/database.ts';
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene, type Scene } from './support.ts';

/**
 * Budgets from outside: what the provider's log has seen. Two products work on one database, with pools of their own, as two processes do. Windows are minutes
 * long and the clock is moved, so that the speed of the machine does not matter: between two moves no more than one window's worth.
 */
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let sandbox: RunningSandbox;
let syncline: TestSyncline;
let beside: TestSyncline;

const dayMs = 86_400_000;
const pageRecords = 10;
const seconds = 600;
/** A window, and the caution on top of it. */
const nextWindowMs = seconds * 1200;
const moveMsMin = 60_000;
const waitMs = 60_000;
vi.setConfig({ testTimeout: 240_000 });
/** Noon: no midnight comes in between unasked. */
let clockMs = dayMs / 2 - (Date.now() % dayMs);

beforeAll(async () => {
  [database, sandbox] = await Promise.all([createTestDatabase(), startSandbox()]);
  syncline = await startSyncline({ databaseUrl: database.url, sandbox });
  beside = await startSyncline({ databaseUrl: database.url, sandbox });
  await moveClock(0);
});
afterAll(async () => {
  await beside?.close();
  await syncline?.close();
  await sandbox?.close();
  await database?.drop();
});

async function moveClock(byMs: number) {
  clockMs += byMs;
  await Promise.all([syncline.setClock(clockMs), beside.setClock(clockMs)]);
}

/** A customer whose contacts have been read once, and who then has so many, on pages of ten. */
async function openMany(account: string, size: number): Promise<Scene> {
  const scene = await openScene(syncline, { account, size: 1, order: { strategy: 'full_only', interval_seconds: 2_592_000 } });
  await scene.control.setSize({ ...scene.at, size });
  await scene.control.configure({ account, pageRecordsMax: pageRecords });
  await scene.control.clearRequests({ account });
  return scene;
}

/** Another sync of the same connection. */
async function addSync(scene: Scene, object: string, size: number, order: Record<string, unknown> = {}): Promise<string> {
  await scene.control.setSize({ account: scene.account, object, size });
  const objects = [{ object, strategy: 'full_only', interval_seconds: 2_592_000, ...order }];
  await scene.vendor.call('POST', '/v1/sync-configs', { provider: 'sandbox', objects });
  return (await scene.vendor.findSync({ connectionId: scene.connectionId, object })).id;
}

const setLimits = (scene: Scene, rateLimits: object[] | null) =>
  scene.vendor.call('PATCH', `/v1/connections/${scene.connectionId}`, { rate_limits: rateLimits });
const budgets = (scene: Scene) => scene.vendor.call('GET', `/v1/connections/${scene.connectionId}/rate-budgets`);
const trigger = (scene: Scene, syncId = scene.syncId) => scene.vendor.call('POST', `/v1/syncs/${syncId}:trigger`, { full: true });

/** What the provider was asked for, by object. */
async function asked(scene: Scene): Promise<Record<string, number>> {
  const counts: Record<string, number> = { all: 0 };
  for (const { path } of await scene.control.requests({ account: scene.account })) {
    const object = /^\/crm\/v1\/(\w+)/.exec(path)?.[1];
    if (object === undefined) continue;
    counts.all!++;
    counts[object] = (counts[object] ?? 0) + 1;
  }
  return counts;
}

/** Waits until each sync has nothing to do, or waits for a moment that the clock does not reach by itself. */
async function settled(scene: Scene, ...syncIds: string[]): Promise<Loose[]> {
  const look = () => Promise.all(syncIds.map((id) => scene.vendor.call('GET', `/v1/syncs/${id}`)));
  const isSettled = (sync: Loose) =>
    sync.current_run_id === null || (sync.health === 'delayed' && Date.parse(sync.next_run_at) > Date.now() + clockMs + moveMsMin);
  await expect.poll(async () => (await look()).every(isSettled), { timeout: waitMs, interval: 50 }).toBe(true);
  return look();
}

test.each([
  ['seconds', 'wait-seconds'],
  ['date', 'wait-date'],
] as const)(
  'H10 S02 Retry-After as %s: nothing of that category is asked before it is over, whoever asks; the run goes on by itself and fails nothing',
  async (as, account) => {
    const scene = await openMany(account, 30);
    const wait = { kind: 'rate_limited', retryAfterSeconds: 900, as } as const;
    await scene.control.fault({ match: { account, object: 'contacts' }, fault: wait, skip: 1 });
    const run = await trigger(scene);
    const [sync] = await settled(scene, scene.syncId);
    expect(sync).toMatchObject({ health: 'delayed', current_run_id: run.id, consecutive_failures: 0 });
    const secondsLeft = (at: string) => (Date.parse(at) - Date.now() - clockMs) / 1000;
    expect(Math.abs(secondsLeft(sync!.next_run_at) - 900)).toBeLessThan(60);
    const { waits } = await budgets(scene);
    expect(waits).toEqual([{ category: 'read', until: expect.any(String) }]);
    expect(Math.abs(secondsLeft(waits[0].until) - 900)).toBeLessThan(60);

    // Another sync of the connection, and both once more in the middle of the wait: no request leaves.
    const companies = await addSync(scene, 'companies', 5);
    await settled(scene, scene.syncId, companies);
    await moveClock(600_000);
    const slices = (await scene.vendor.call('GET', `/v1/runs/${run.id}`)).slices;
    await setLimits(scene, [{ category: 'read', requests: 500, seconds: 60 }]);
    await expect
      .poll(async () => (await scene.vendor.call('GET', `/v1/runs/${run.id}`)).slices, { timeout: waitMs, interval: 50 })
      .toBeGreaterThan(slices);
    await settled(scene, scene.syncId, companies);
    expect(await asked(scene)).toEqual({ all: 2, contacts: 2 });

    await moveClock(360_000);
    expect(await scene.vendor.waitForEnd({ runId: run.id, timeoutMs: waitMs })).toMatchObject({
      status: 'succeeded',
      fetched: 30,
      inserted: 29,
    });
    await scene.vendor.waitForRun({ syncId: companies, timeoutMs: waitMs });
    // The refused page was asked for again, and no other.
    expect(await asked(scene)).toMatchObject({ contacts: 4, companies: 1 });
    await scene.expectAgrees();
    await scene.expectInvariants();
  },
);

test('H11 O20 two syncs of one connection with two workers never exceed its budget together, and a cap on one leaves room to the other', async () => {
  const scene = await openMany('shared', 120);
  await setLimits(scene, [{ category: 'read', requests: 10, seconds }]);
  const companies = await addSync(scene, 'companies', 60, { rate_limits: [{ category: 'read', requests: 3, seconds }] });
  await trigger(scene);

  const windows: Record<string, number>[] = [];
  for (let isDone = false; !isDone; ) {
    const syncs = await settled(scene, scene.syncId, companies);
    isDone = syncs.every((sync) => sync.current_run_id === null);
    windows.push(await asked(scene));
    if (windows.length === 1)
      expect((await budgets(scene)).budgets.filter(({ source }: Loose) => source === 'chosen')).toMatchObject([
        { category: 'read', sync_id: null, requests: 10, seconds, used: 10, source: 'chosen', full_until: expect.any(String) },
        { category: 'read', sync_id: companies, requests: 3, seconds, source: 'chosen' },
      ]);
    await scene.control.clearRequests({ account: 'shared' });
    await moveClock(nextWindowMs);
  }
  expect(windows[0]).toEqual({ all: 10, contacts: expect.any(Number), companies: expect.any(Number) });
  expect(windows[0]!.contacts).toBeGreaterThanOrEqual(7);
  for (const window of windows) {
    expect(window.all).toBeLessThanOrEqual(10);
    expect(window.companies ?? 0).toBeLessThanOrEqual(3);
  }
  expect(windows.reduce((sum, window) => sum + (window.contacts ?? 0), 0)).toBe(12);
  expect(windows.reduce((sum, window) => sum + (window.companies ?? 0), 0)).toBe(6);

  // A sync that goes takes its count along; the connection's stays.
  const { sync_config_id: config } = await scene.vendor.call('GET', `/v1/syncs/${companies}`);
  await scene.vendor.call('DELETE', `/v1/sync-configs/${config}?force=true`);
  const { rows } = await syncline.pool.query('select holder from rate_window where connection_id = $1 and holder = $2', [
    scene.connectionId,
    companies,
  ]);
  expect(rows).toEqual([]);
  await setLimits(scene, null);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('O20 a higher limit sets a waiting run free at once, and without one of its own the provider’s holds again', async () => {
  const scene = await openMany('freed', 40);
  await setLimits(scene, [{ category: 'read', requests: 2, seconds }]);
  const run = await trigger(scene);
  await settled(scene, scene.syncId);
  expect(await asked(scene)).toEqual({ all: 2, contacts: 2 });
  expect((await setLimits(scene, null)).rate_limits).toEqual([]);
  expect(await scene.vendor.waitForEnd({ runId: run.id, timeoutMs: waitMs })).toMatchObject({ status: 'succeeded', fetched: 40 });
  expect((await budgets(scene)).budgets).toMatchObject([{ requests: 10_000, seconds: 10, source: 'reported' }]);
  await scene.expectInvariants();
});

test('B21 what the answers report is obeyed before the provider complains, the use of others included', async () => {
  const scene = await openMany('learned', 120);
  await scene.control.configure({ account: 'learned', rateLimit: { requests: 12, windowSeconds: seconds } });
  const elsewhere = () => fetch(`${syncline.sandboxUrl}/crm/v1/contacts?limit=1`, { headers: { 'x-api-key': 'key_learned' } });
  for (let i = 0; i < 3; i++) expect((await elsewhere()).status).toBe(200);
  const run = await trigger(scene);
  await settled(scene, scene.syncId);
  const log = await scene.control.requests({ account: 'learned' });
  expect(new Set(log.map(({ status }) => status))).toEqual(new Set([200]));
  expect(log.length).toBeGreaterThan(3);
  expect(log.length).toBeLessThanOrEqual(12);
  expect((await budgets(scene)).budgets).toContainEqual(
    expect.objectContaining({ requests: 12, seconds, used: 12, source: 'reported', full_until: expect.any(String) }),
  );
  await scene.control.configure({ account: 'learned', rateLimit: null });
  await moveClock(nextWindowMs);
  expect(await scene.vendor.waitForEnd({ runId: run.id, timeoutMs: waitMs })).toMatchObject({ status: 'succeeded', fetched: 120 });
  await scene.expectInvariants();
});

test('O20 limits that say nothing, or the same thing twice, are refused and change nothing', async () => {
  const scene = await openMany('refused', 1);
  const refused = [
    [{ category: 'read', requests: 0, seconds: 1 }],
    [{ category: 'read', requests: 1.5, seconds: 1 }],
    [{ category: 'read', requests: 5 }],
    [{ category: 'Read; drop', requests: 5, seconds: 1 }],
    [{ requests: 5, resets_daily_in: 'Mars/Olympus' }],
    [{ requests: 5, resets_daily_in: '+05:00' }],
    [
      { requests: 5, seconds: 1 },
      { category: 'all', requests: 6, seconds: 1 },
    ],
  ];
  for (const limits of refused) {
    const { status, body } = await scene.vendor.request('PATCH', `/v1/connections/${scene.connectionId}`, { rate_limits: limits });
    expect([status, (body as Loose).code], JSON.stringify(limits)).toEqual([400, 'input_invalid']);
  }
  expect((await scene.vendor.call('GET', `/v1/connections/${scene.connectionId}`)).rate_limits).toEqual([]);
});

test('H12 a daily budget of 100 calls: no more than 100 until midnight, the sync says delayed and until when, and afterwards all is done', async () => {
  const scene = await openMany('daily', 1200);
  await setLimits(scene, [{ category: 'all', requests: 100, resets_daily_in: 'UTC' }]);
  const run = await trigger(scene);
  const [sync] = await settled(scene, scene.syncId);
  expect((await asked(scene)).all).toBe(95); // five are kept for calls that somebody waits for
  expect(sync).toMatchObject({ health: 'delayed', current_run_id: run.id, status: 'active' });
  const midnight = new Date(Math.ceil((Date.now() + clockMs) / dayMs) * dayMs).toISOString();
  const [budget] = (await budgets(scene)).budgets.filter((one: Loose) => one.category === 'all');
  expect(budget).toMatchObject({ requests: 100, requests_for_syncs: 95, used: 95, resets_at: midnight, full_until: midnight });
  expect(Math.abs(Date.parse(sync!.next_run_at) - Date.parse(midnight))).toBeLessThan(moveMsMin);

  // Another sync that becomes due before midnight asks for nothing.
  await moveClock(Date.parse(midnight) - Date.now() - clockMs - 2 * 3_600_000);
  const companies = await addSync(scene, 'companies', 5);
  await settled(scene, scene.syncId, companies);
  expect((await asked(scene)).all).toBe(95);

  await moveClock(2 * 3_600_000 + moveMsMin);
  expect(await scene.vendor.waitForEnd({ runId: run.id, timeoutMs: waitMs })).toMatchObject({ status: 'succeeded', fetched: 1200 });
  await scene.vendor.waitForRun({ syncId: companies, timeoutMs: waitMs });
  expect(await asked(scene)).toEqual({ all: 121, contacts: 120, companies: 1 });
  await setLimits(scene, null);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('O19 HubSpot’s search has a budget of its own: while it is used up lists are read on, and no search leaves', async () => {
  const scene = await openScene(syncline, { account: '190019', provider: 'hubspot', size: 3, order: { interval_seconds: 2_592_000 } });
  const at = { dialect: 'hubspot', account: '190019' } as const;
  expect((await budgets(scene)).budgets).toMatchObject([
    { category: 'read', requests: 110, seconds: 10 },
    { category: 'search', requests: 5, seconds: 1 },
  ]);
  await setLimits(scene, [{ category: 'search', requests: 2, seconds }]);
  await scene.control.createMany({ ...scene.at, count: 900 });
  await scene.control.clearRequests(at);
  const searches = async () => (await scene.control.requests(at)).filter(({ path }) => path.endsWith('/search')).length;
  const run = await scene.vendor.call('POST', `/v1/syncs/${scene.syncId}:trigger`, {});
  await settled(scene, scene.syncId);
  expect(await searches()).toBe(2);

  await scene.control.setSize({ ...at, object: 'companies', size: 250 });
  await scene.vendor.call('POST', '/v1/sync-configs', { provider: 'hubspot', objects: [{ object: 'companies', strategy: 'full_only' }] });
  const companies = await scene.vendor.findSync({ connectionId: scene.connectionId, object: 'companies' });
  expect(await scene.vendor.waitForRun({ syncId: companies.id, timeoutMs: waitMs })).toMatchObject({ status: 'succeeded', fetched: 250 });
  expect(await searches()).toBe(2);

  for (let window = 2; (await scene.sync()).current_run_id !== null; window++) {
    await moveClock(nextWindowMs);
    await settled(scene, scene.syncId);
    expect(await searches()).toBeLessThanOrEqual(2 * window);
  }
  expect(await scene.vendor.waitForEnd({ runId: run.id })).toMatchObject({ status: 'succeeded', inserted: 900 });
  await setLimits(scene, null);
  expect((await scene.rows()).map((row) => row.id)).toEqual([...(await scene.truth()).keys()].sort());
});
