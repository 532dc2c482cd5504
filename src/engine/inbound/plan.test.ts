import { expect, test } from 'vitest';
import { type CheckpointState, emptyState, type ReadState } from '../../syncs/checkpoint-state.ts';
import { type Plan, type PlanInput, planRead } from './plan.ts';

const afterFull: CheckpointState = { ...emptyState, hasFull: true, watermark: '2026-01-01T00:00:00.000Z' };
const openRead = (kind: ReadState['kind']): ReadState => ({
  kind,
  generation: '1',
  horizon: '0',
  since: null,
  deletionsSince: null,
  prepared: null,
  part: 0,
  position: { cursor: 'x' },
  pages: 3,
  beacon: null,
  met: 30,
  idless: 0,
  signals: 0,
  unmarked: 0,
  firstPageHighest: null,
  total: null,
  highest: null,
  highestDeletion: null,
  feed: null,
  isFeedSettled: true,
  warnings: [],
  startedAt: '2026-01-01T00:00:00.000Z',
  providerTime: null,
  restarts: 0,
  resumedAt: null,
  deleting: null,
});
const base: PlanInput = {
  state: afterFull,
  strategy: 'full_then_incremental',
  fullRefreshEvery: null,
  incrementalsSinceFull: 0,
  fullRequested: false,
  readsAnewSince: null,
  isScheduled: true,
  consecutiveFailures: 0,
  watermarkType: 'datetime',
  feedSecondsMax: null,
  windowSeconds: null,
  now: new Date('2026-02-01T00:00:00Z'),
  parts: { full: 1, incremental: 1, delta: 1, window: 1, keys: 1 },
};
const day = 24 * 3600;
const feedState: CheckpointState = {
  ...afterFull,
  strategy: 'full_then_delta',
  feed: { position: 'p1', at: '2026-01-02T00:00:00.000Z' },
};
const windowState: CheckpointState = {
  ...afterFull,
  strategy: 'full_then_window',
  covered: { until: '2026-01-02T00:00:00.000Z', at: '2026-01-02T00:00:00.000Z' },
};

test.each<[string, Partial<PlanInput>, Partial<Plan>]>([
  ['the first run reads in full', { state: emptyState }, { kind: 'full', isResumed: false }],
  ['later runs read what changed', {}, { kind: 'incremental', isResumed: false }],
  ['S09 full_only always reads in full', { strategy: 'full_only' }, { kind: 'full', isResumed: false }],
  ['an object without a filter reads in full', { watermarkType: null }, { kind: 'full', isResumed: false }],
  ['a full read that was asked for', { fullRequested: true }, { kind: 'full', isResumed: false }],
  ['no mark, although a full read ended: in full again', { state: { ...afterFull, watermark: null } }, { kind: 'full', isResumed: false }],
  [
    'versions have no mark after a full read: the first incremental read begins at the beginning',
    { state: { ...afterFull, watermark: null }, watermarkType: 'integer' },
    { kind: 'incremental', isResumed: false },
  ],
  ['an unfinished full read goes on', { state: { ...emptyState, read: openRead('full') } }, { kind: 'full', isResumed: true }],
  [
    'an unfinished incremental read goes on',
    { state: { ...afterFull, read: openRead('incremental') } },
    { kind: 'incremental', isResumed: true },
  ],
  [
    'an unfinished incremental read gives way to a full one that was asked for',
    { state: { ...afterFull, read: openRead('incremental') }, fullRequested: true },
    { kind: 'full', isResumed: false },
  ],
  [
    'a full read goes on although an incremental one would do',
    { state: { ...afterFull, read: openRead('full') } },
    { kind: 'full', isResumed: true },
  ],
  [
    'a read of parts that the provider no longer has begins anew',
    { state: { ...afterFull, read: { ...openRead('full'), part: 5 } } },
    { kind: 'incremental', isResumed: false },
  ],
  [
    'D16 under another strategy than the last full read’s, everything is read first',
    { state: { ...afterFull, strategy: 'full_only' } },
    { kind: 'full', isResumed: false },
  ],
  [
    'D16 an unfinished read of the former strategy gives way to the baseline',
    { state: { ...feedState, read: openRead('delta') } },
    { kind: 'full', isResumed: false },
  ],
  ['D18 a feed goes on from its position', { strategy: 'full_then_delta', state: feedState }, { kind: 'delta', isResumed: false }],
  [
    'a feed without a position begins with everything',
    { strategy: 'full_then_delta', state: { ...feedState, feed: null } },
    { kind: 'full', isResumed: false },
  ],
  [
    'D19 a position older than the feed reaches is not asked from',
    { strategy: 'full_then_delta', state: feedState, feedSecondsMax: 29 * day },
    { kind: 'full', isResumed: false, warnings: ['position_expired'] },
  ],
  [
    'D19 a position just within the feed is',
    { strategy: 'full_then_delta', state: feedState, feedSecondsMax: 30 * day },
    { kind: 'delta', isResumed: false },
  ],
  [
    'D39 a window is read again',
    { strategy: 'full_then_window', state: windowState, windowSeconds: 30 * day },
    { kind: 'window', isResumed: false },
  ],
  [
    'D42 a downtime longer than the window is noticed',
    { strategy: 'full_then_window', state: windowState, windowSeconds: 29 * day },
    { kind: 'window', isResumed: false, warnings: ['window_exceeded'] },
  ],
  [
    'D41 a pass over the keys that is owed comes first',
    { strategy: 'full_then_window', state: { ...windowState, owesKeys: true }, windowSeconds: 30 * day },
    { kind: 'keys', isResumed: false },
  ],
  [
    'without a listing of keys the pass reads everything',
    { state: { ...afterFull, owesKeys: true }, parts: { ...base.parts, keys: 0 } },
    { kind: 'full', isResumed: false },
  ],
  [
    'whoever asks for a run gets what changed, not the pass',
    { state: { ...afterFull, owesKeys: true }, isScheduled: false },
    { kind: 'incremental', isResumed: false },
  ],
  [
    'a pass that keeps failing lets the changes by',
    { state: { ...afterFull, owesKeys: true }, consecutiveFailures: 3 },
    { kind: 'incremental', isResumed: false },
  ],
  [
    'a pass that broke off and keeps failing lets the changes by',
    { state: { ...afterFull, owesKeys: true, read: openRead('keys') }, consecutiveFailures: 3 },
    { kind: 'incremental', isResumed: false },
  ],
  [
    'P38 a pass that broke off goes on',
    { state: { ...afterFull, owesKeys: true, read: openRead('keys') }, isScheduled: false },
    { kind: 'keys', isResumed: true },
  ],
])('%s', (_title, change, plan) => {
  expect(planRead({ ...base, ...change })).toEqual({ warnings: [], ...plan });
});

test('S11 n = 3 reads in full at run 1, 5 and 9', () => {
  const kinds: string[] = [];
  let incrementalsSinceFull = 0;
  let state = emptyState;
  for (let run = 1; run <= 9; run++) {
    const { kind } = planRead({ ...base, state, fullRefreshEvery: 3, incrementalsSinceFull });
    kinds.push(kind);
    incrementalsSinceFull = kind === 'full' ? 0 : incrementalsSinceFull + 1;
    state = afterFull;
  }
  expect(kinds.flatMap((kind, i) => (kind === 'full' ? [i + 1] : []))).toEqual([1, 5, 9]);
});
