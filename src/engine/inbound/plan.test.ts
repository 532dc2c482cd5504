import { expect, test } from 'vitest';
import { type CheckpointState, emptyState, type ReadState } from '../../syncs/checkpoint-state.ts';
import { type PlanInput, planRead } from './plan.ts';

const afterFull: CheckpointState = { ...emptyState, hasFull: true, watermark: '2026-01-01T00:00:00.000Z' };
const openRead = (kind: ReadState['kind']): ReadState => ({
  kind,
  generation: '1',
  horizon: '0',
  since: null,
  prepared: null,
  part: 0,
  position: { cursor: 'x' },
  pages: 3,
  beacon: null,
  met: 30,
  idless: 0,
  signals: 0,
  firstPageHighest: null,
  highest: null,
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
  watermarkType: 'datetime',
  parts: { full: 1, incremental: 1 },
};

test.each<[string, Partial<PlanInput>, ReturnType<typeof planRead>]>([
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
])('%s', (_title, change, plan) => {
  expect(planRead({ ...base, ...change })).toEqual(plan);
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
