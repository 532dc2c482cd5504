import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts';
import { caller, tokensFor } from './support.ts';

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

const list = 'https://sandbox.test/crm/v1/contacts?limit=10';

const dayMs = 86_400_000;
/** Moves an account's clock to noon, so that no midnight comes in between. */
const noonOffsetMs = dayMs / 2 - (Date.now() % dayMs);

test('a daily limit refuses until midnight by the account’s own clock, and says how long that is', async () => {
  const account = 'day';
  await sandbox.control.configure({ account, dailyLimit: 2, clockOffsetMs: noonOffsetMs });
  const call = caller(sandbox, 'key_day');
  const statuses = [];
  for (let i = 0; i < 4; i++) statuses.push((await call(list)).status);
  expect(statuses).toEqual([200, 200, 429, 429]);
  const seconds = Number((await call(list)).headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(42_000);
  expect(seconds).toBeLessThanOrEqual(43_200);
  await sandbox.control.configure({ account, clockOffsetMs: noonOffsetMs + dayMs });
  expect((await call(list)).status).toBe(200);
});

test('HubSpot’s search has a limit of its own, and a used-up day is told in words, without Retry-After', async () => {
  const account = { dialect: 'hubspot', account: '4321' } as const;
  const call = caller(sandbox, (await tokensFor(sandbox, 'hubspot', '4321')).access_token);
  const search = () => call('https://api.hubapi.com/crm/v3/objects/contacts/search', { method: 'POST', json: { limit: 1 } });
  const listed = () => call('https://api.hubapi.com/crm/v3/objects/contacts?limit=1');
  await sandbox.control.configure({
    ...account,
    categoryLimits: { search: { requests: 1, windowSeconds: 60 } },
    clockOffsetMs: noonOffsetMs,
  });
  expect([(await search()).status, (await search()).status, (await listed()).status]).toEqual([200, 429, 200]);
  await sandbox.control.configure({ ...account, dailyLimit: 2 });
  const refused = await listed();
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, null]);
  expect(refused.body).toMatchObject({ policyName: 'DAILY', errorType: 'RATE_LIMIT' });
});

test('an answer reports its window: how long, how much, how much is left', async () => {
  await sandbox.control.configure({ account: 'told', rateLimit: { requests: 7, windowSeconds: 30 } });
  const { headers } = await caller(sandbox, 'key_told')(list);
  const named = ['limit', 'remaining', 'window'].map((name) => headers.get(`x-ratelimit-${name}`));
  expect(named).toEqual(['7', '6', '30']);
});
