import { expect, test } from 'vitest';
import { windowsFor, windowsOfAll } from './budget-windows.ts';

const budgets = { read: [{ requests: 110, seconds: 10 }], search: [{ requests: 5, seconds: 1 }] };
const bare = { holder: '', zone: null, is_chosen: false };

test('O19 a request has to fit the windows of its own category and of all, and of no other', () => {
  const rateLimits = [{ category: 'all', requests: 1000, resets_daily_in: 'Europe/Berlin' }];
  expect(windowsFor('search', { budgets, rateLimits, sync: null })).toEqual([
    { ...bare, category: 'search', requests: 5, seconds: 1 },
    { category: 'all', holder: '', requests: 1000, seconds: 0, zone: 'Europe/Berlin', is_chosen: true },
  ]);
  expect(windowsFor('write', { budgets, rateLimits: [], sync: null })).toEqual([]);
});

test('O20 what the vendor chose for a category stands in place of what is declared, and a sync’s cap comes on top', () => {
  const rateLimits = [{ category: 'read', requests: 20, seconds: 10 }];
  const sync = {
    id: 'sync_1',
    rateLimits: [
      { category: 'read', requests: 2, seconds: 1 },
      { category: 'search', requests: 1, seconds: 1 },
    ],
  };
  expect(windowsFor('read', { budgets, rateLimits, sync })).toEqual([
    { ...bare, category: 'read', requests: 20, seconds: 10, is_chosen: true },
    { ...bare, category: 'read', holder: 'sync_1', requests: 2, seconds: 1, is_chosen: true },
  ]);
  expect(windowsOfAll({ budgets, rateLimits }).map(({ category, requests }) => [category, requests])).toEqual([
    ['read', 20],
    ['search', 5],
  ]);
});
