import { expect, test } from 'vitest';
import type { ObjectDefinition, ReadPart } from '../kit/index.ts';
import { recommend, strategiesOf } from './strategies.ts';

const part: ReadPart = {
  ...{ name: 'list', signal: 'records', recordsPath: 'data', completeness: 'complete' },
  request: () => ({ method: 'GET', path: '/' }),
  next: () => null,
};
const object = (more: Partial<ObjectDefinition> = {}): ObjectDefinition => ({
  ...{ label: 'Deals', docsUrl: 'https://acme.test', pageSizeMax: 100, scopes: [], visibilityLagSeconds: 0 },
  record: { id: 'id' },
  full: { parts: [part] },
  ...more,
});
const timed = { watermark: { path: 'at', type: 'datetime' as const }, parts: [part] };
const counted = { watermark: { path: 'v', type: 'integer' as const }, parts: [part] };
const delta = { start: { from: 'listed' as const, path: 't' }, mark: { from: 'envelope' as const, path: 't' }, parts: [part] };

test.each<[string, Partial<ObjectDefinition>, string[]]>([
  ['nothing', {}, ['full_only']],
  ['a filter by time', { incremental: timed }, ['full_only', 'full_then_incremental', 'full_then_window']],
  ['a filter by version', { incremental: counted }, ['full_only', 'full_then_incremental']],
  ['a feed', { delta }, ['full_only', 'full_then_delta']],
  ['a window of its own', { window: { parts: [part] } }, ['full_only', 'full_then_window']],
])('with %s an object allows what fits, and says why not of the others', (_title, more, expected) => {
  const all = Object.entries(strategiesOf('Acme', object(more)));
  expect(all.filter(([, { isPossible }]) => isPossible).map(([name]) => name)).toEqual(expected);
  for (const [, { isPossible, reason }] of all) expect(reason === null).toBe(isPossible);
});

const nothingMore = { fullRefreshEvery: null, keyPassIntervalSeconds: null };
test.each<[string, Partial<ObjectDefinition>, object]>([
  ['no filter', {}, { strategy: 'full_only', ...nothingMore }],
  ['a feed beside a filter', { incremental: timed, delta }, { strategy: 'full_then_delta', ...nothingMore }],
  ['a precise filter and silent deletes', { incremental: timed }, { strategy: 'full_then_incremental', keyPassIntervalSeconds: 86_400 }],
  [
    'a precise filter and marked deletes',
    { incremental: timed, record: { id: 'id', isDeleted: 'gone' } },
    { strategy: 'full_then_incremental', ...nothingMore },
  ],
  ['a coarse filter', { incremental: { ...timed, filterStepSeconds: 60 } }, { strategy: 'full_then_incremental', fullRefreshEvery: 24 }],
  [
    'a lagging index behind which a settled pass trails',
    { incremental: { ...timed, parts: [{ ...part, isLagging: true }] }, settledLagSeconds: 3600 },
    { strategy: 'full_then_incremental', fullRefreshEvery: null, keyPassIntervalSeconds: 86_400 },
  ],
  [
    'a lagging index',
    { incremental: { ...timed, parts: [{ ...part, isLagging: true }] } },
    { strategy: 'full_then_incremental', fullRefreshEvery: 24 },
  ],
])('with %s we would choose what misses nothing for long', (_title, more, expected) => {
  const recommended = recommend('Acme', object(more));
  expect(recommended).toMatchObject(expected);
  expect(recommended.reasons.every((reason) => /^[A-Z].*\.$/.test(reason))).toBe(true);
});
