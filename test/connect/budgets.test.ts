import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { BudgetSpent, interactiveShare, learnBudget, passGate } from '../../src/connect/budget.ts';
import type { WantedWindow } from '../../src/connect/budget-windows.ts';
import { readBudgets } from '../../src/connect/read-budgets.ts';
import { createDb, type Db } from '../../src/db/index.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { createTestDatabase } from '../support/database.ts';
import { testPool } from '../support/pool.ts';

/** The budgets at moments that the test chooses: the database's clock stands where it is put. */
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let db: Db;
let pool: pg.Pool;
const of = { applicationId: 'app_one', connectionId: 'conn_one', category: 'read' };
const noonMs = Date.parse('2026-11-21T12:00:00Z');

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb({ url: database.url, poolMax: 4, log: createLogger({ logLevel: 'silent' }) });
  pool = testPool(database.url, { max: 2 });
  await pool.query(`
    create table put_clock (at timestamptz not null);
    insert into put_clock values (now());
    create or replace function syncline_now() returns timestamptz language sql volatile as $$ select at from put_clock $$;
    insert into application (id, name, return_urls, origins, created_at) values ('app_one', 'One', '{}', '{}', now());
    insert into customer (application_id, id, created_at, updated_at) values ('app_one', 'acme', now(), now());
    insert into provider_config (id, application_id, provider, auth_kind, scopes, created_at, updated_at)
    values ('pcfg_one', 'app_one', 'sandbox', 'api_key', '{}', now(), now());
    insert into connection (id, application_id, customer_id, provider_config_id, provider, auth_kind, status, scopes, created_at, updated_at)
    values ('conn_one', 'app_one', 'acme', 'pcfg_one', 'sandbox', 'api_key', 'active', '{}', now(), now())`);
});
afterAll(async () => {
  await db.close();
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await pool.query('truncate rate_window, rate_budget');
  await put(noonMs);
});

const put = (atMs: number) => pool.query('update put_clock set at = $1', [new Date(atMs)]);

const rolling = (requests: number, seconds: number, more: Partial<WantedWindow> = {}): WantedWindow => ({
  ...{ category: 'read', holder: '', seconds, zone: null, requests, is_chosen: false },
  ...more,
});

const daily = (requests: number, zone: string) => rolling(requests, 0, { zone });

/** null: it passed; otherwise the seconds to wait. */
async function ask(windows: WantedWindow[], options: { isInteractive?: boolean; category?: string } = {}): Promise<number | null> {
  const { isInteractive = true, category = 'read' } = options;
  try {
    await passGate(db, { ...of, category }, { windows, isInteractive });
    return null;
  } catch (error) {
    if (error instanceof BudgetSpent) return error.retryAfterSeconds!;
    throw error;
  }
}

async function askTimes(times: number, ...args: Parameters<typeof ask>): Promise<number> {
  let passed = 0;
  for (let i = 0; i < times; i++) if ((await ask(...args)) === null) passed++;
  return passed;
}

const state = async (windows: WantedWindow[]) =>
  (await readBudgets(db, { ...of, windows, reserveShare: interactiveShare })).budgets.map(({ category, requests, used, source }) => ({
    ...{ category, requests, used, source },
  }));

test('H11 O19 never more than the budget in any span of its length, at whatever moments requests come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom(1, 7, 10, 60),
      fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 20, maxLength: 60 }),
      async (requests, seconds, gaps) => {
        await pool.query('truncate rate_window');
        const granted: number[] = [];
        let atMs = noonMs;
        for (const gap of gaps) {
          atMs += (gap * seconds * 10) / requests;
          await put(atMs);
          if ((await ask([rolling(requests, seconds)])) === null) granted.push(atMs);
        }
        // A tenth of the window on top is for the way to the provider.
        for (let i = requests; i < granted.length; i++)
          expect(granted[i]! - granted[i - requests]!).toBeGreaterThanOrEqual(seconds * 1100 - 1);
      },
    ),
    { numRuns: 15, seed: 11 },
  );
});

test('waiting as long as told is enough, and no more than a sixth of the budget is lost to caution', async () => {
  const windows = [rolling(10, 10)];
  let atMs = noonMs;
  let passed = 0;
  while (atMs < noonMs + 100_000) {
    const seconds = await ask(windows);
    if (seconds === null) passed++;
    else {
      atMs += Math.ceil(seconds * 1000);
      await put(atMs);
      expect(await ask(windows)).toBeNull();
      passed++;
    }
  }
  expect(passed).toBeGreaterThanOrEqual(85);
  expect(passed).toBeLessThanOrEqual(100);
});

test('O19 categories have budgets of their own, all of them count against what is declared for all, and a refused request counts nowhere', async () => {
  const all = rolling(5, 10, { category: 'all' });
  const windows = [rolling(2, 10), all];
  expect(await askTimes(4, windows)).toBe(2);
  const search = [rolling(9, 10, { category: 'search' }), all];
  expect(await askTimes(9, search, { category: 'search' })).toBe(3);
  expect(await state([...windows, search[0]!])).toEqual([
    { category: 'all', requests: 5, used: 5, source: 'provider' },
    { category: 'read', requests: 2, used: 2, source: 'provider' },
    { category: 'search', requests: 9, used: 3, source: 'provider' },
  ]);
});

test('O20 a sync’s own cap leaves the rest of the budget to others', async () => {
  const low = [rolling(10, 10), rolling(3, 10, { holder: 'sync_low', is_chosen: true })];
  expect(await askTimes(10, low)).toBe(3);
  expect(await askTimes(10, [rolling(10, 10)])).toBe(7);
});

test('syncs leave a reserve to requests that somebody waits for', async () => {
  const windows = [rolling(40, 10)];
  expect(await askTimes(41, windows, { isInteractive: false })).toBe(38);
  expect(await askTimes(3, windows, { isInteractive: true })).toBe(2);
});

test.each([
  ['UTC', '2026-11-22T00:00:00Z'],
  ['Europe/Berlin', '2026-11-21T23:00:00Z'],
  ['America/Los_Angeles', '2026-11-22T08:00:00Z'],
  ['Asia/Kathmandu', '2026-11-21T18:15:00Z'],
])('H12 a day in %s ends at its midnight, and nothing passes before', async (zone, midnight) => {
  const windows = [daily(3, zone)];
  expect(await askTimes(5, windows)).toBe(3);
  expect(await ask(windows)).toBe((Date.parse(midnight) - noonMs) / 1000);
  await put(Date.parse(midnight) - 1);
  expect(await ask(windows)).toBeCloseTo(0.001, 3);
  await put(Date.parse(midnight));
  expect(await askTimes(5, windows)).toBe(3);
});

test('H12 a day of 25 hours is one day', async () => {
  const windows = [daily(1, 'Europe/Berlin')];
  await put(Date.parse('2026-10-24T22:00:00Z'));
  expect(await ask(windows)).toBeNull();
  expect(await ask(windows)).toBe(25 * 3600);
});

test('H11 what others use of an account is learned from the answers, and leaves the count again', async () => {
  const windows = [rolling(110, 10)];
  await ask(windows);
  await learnBudget(db, of, { seconds: 10, requests: 110, used: 109 });
  expect(await askTimes(5, windows)).toBe(1);
  expect(await state(windows)).toEqual([{ category: 'read', requests: 110, used: 110, source: 'reported' }]);
  // Less than we have counted ourselves teaches nothing.
  await learnBudget(db, of, { seconds: 10, requests: 110, used: 2 });
  expect(await askTimes(1, windows)).toBe(0);
  await put(noonMs + 12_000);
  expect(await state(windows)).toMatchObject([{ used: 0 }]);
});

test('a reported limit stands in for the declared one, can only lower a chosen one, and is forgotten in time', async () => {
  await learnBudget(db, of, { seconds: 10, requests: 190, used: 0 });
  expect(await state([rolling(110, 10)])).toMatchObject([{ requests: 190, source: 'reported' }]);
  expect(await state([rolling(50, 10, { is_chosen: true })])).toMatchObject([{ requests: 50, source: 'chosen' }]);
  expect(await state([rolling(500, 10, { is_chosen: true })])).toMatchObject([{ requests: 190, source: 'reported' }]);
  await put(noonMs + 3_601_000);
  expect(await state([rolling(110, 10)])).toMatchObject([{ requests: 110, source: 'provider' }]);
});

test('a window that nobody declared is obeyed when the provider reports it, until it reports another', async () => {
  await learnBudget(db, of, { seconds: 60, requests: 3, used: 1 });
  expect(await askTimes(5, [])).toBe(2);
  expect(await askTimes(1, [], { category: 'search' })).toBe(1);
  await learnBudget(db, of, { seconds: 10, requests: 1000, used: 0 });
  expect(await askTimes(5, [])).toBe(5);
});

test('a clock that is set back by an hour does not hold requests up for an hour', async () => {
  const windows = [rolling(2, 10), daily(100, 'UTC')];
  expect(await askTimes(3, windows)).toBe(2);
  await put(noonMs - 3_600_000);
  expect(await askTimes(3, windows)).toBe(2);
});

test('requests that come at the same time never pass together beyond the budget', async () => {
  const windows = [rolling(7, 10), daily(50, 'UTC')];
  const answers = await Promise.all(Array.from({ length: 40 }, () => ask(windows)));
  expect(answers.filter((seconds) => seconds === null)).toHaveLength(7);
  expect(await state(windows)).toMatchObject([{ used: 7 }, { used: 7 }]);
});
