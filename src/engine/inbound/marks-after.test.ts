import { describe, expect, test } from 'vitest';
import type { ObjectDefinition, ReadKind, ReadPart } from '../../kit/index.ts';
import { type CheckpointState, emptyState, type ReadState } from '../../syncs/checkpoint-state.ts';
import { type EndedInput, marksAfter } from './marks-after.ts';

const part: ReadPart = {
  ...{ name: 'list', signal: 'records', recordsPath: 'data', completeness: 'complete' },
  request: () => ({ method: 'GET', path: '/' }),
  next: () => null,
};
const object: ObjectDefinition = {
  ...{ label: 'Things', docsUrl: 'https://sandbox.test/docs', pageSizeMax: 100, scopes: [], visibilityLagSeconds: 0 },
  record: { id: 'id' },
  full: { parts: [part] },
  incremental: { parts: [part], watermark: { path: 'updated_at', type: 'datetime' } },
  deletions: { parts: [{ ...part, signal: 'deletions' }] },
};
const lastKeyPassAt = new Date('2026-02-28T23:00:00Z');
const startedAt = '2026-03-01T00:00:00.000Z';
const providerTime = '2026-03-01T00:00:07.000Z';
const state: CheckpointState = {
  ...emptyState,
  ...{ hasFull: true, strategy: 'full_then_incremental', watermark: '2026-02-01T00:00:00.000Z' },
  deletions: { pointer: '2026-02-02T00:00:00.000Z', at: '2026-02-28T00:00:00.000Z' },
};
const ended = (kind: ReadKind, read: Partial<ReadState> = {}, more: Partial<EndedInput> = {}) =>
  marksAfter({
    object,
    state,
    absence: 'none',
    sync: { strategy: 'full_then_incremental', keyPassIntervalSeconds: null, lastKeyPassAt },
    now: new Date('2026-03-01T00:05:00Z'),
    ...more,
    read: {
      ...{ kind, generation: '1', horizon: '0', since: null, deletionsSince: null, prepared: null },
      ...{ part: 1, position: null, pages: 1, beacon: null, met: 0, idless: 0, signals: 0, unmarked: 0 },
      ...{ firstPageHighest: null, highest: null, highestDeletion: null, feed: null, isFeedSettled: true, total: null, warnings: [] },
      ...{ startedAt, providerTime, restarts: 0, resumedAt: null, deleting: null },
      ...read,
    },
  });

describe('the pointer into the feed of deletions', () => {
  test.each<[string, ReadKind, Partial<ReadState>, Partial<EndedInput>, string | null, string]>([
    ['follows what was listed', 'incremental', { highestDeletion: '2026-02-20T00:00:00.000Z' }, {}, '2026-02-20T00:00:00.000Z', startedAt],
    ['stays where nothing was listed', 'incremental', {}, {}, '2026-02-02T00:00:00.000Z', startedAt],
    ['never goes back', 'window', { highestDeletion: '2026-01-01T00:00:00.000Z' }, {}, '2026-02-02T00:00:00.000Z', startedAt],
    ['never passes the provider’s clock', 'incremental', { highestDeletion: '2027-01-01T00:00:00.000Z' }, {}, providerTime, startedAt],
    ['begins with a complete read', 'full', {}, { absence: 'complete' }, providerTime, startedAt],
    ['moves with a complete pass over the keys', 'keys', {}, { absence: 'complete' }, providerTime, startedAt],
    ['stays where a pass proves nothing', 'keys', {}, {}, '2026-02-02T00:00:00.000Z', '2026-02-28T00:00:00.000Z'],
    ['stays where a feed of changes is read', 'delta', {}, {}, '2026-02-02T00:00:00.000Z', '2026-02-28T00:00:00.000Z'],
  ])('%s', (_name, kind, read, more, pointer, at) => {
    expect(ended(kind, read, more).deletions).toEqual({ pointer, at });
  });
});

describe('the position of a feed', () => {
  const sync = { strategy: 'full_then_delta', keyPassIntervalSeconds: null, lastKeyPassAt };
  const known = { ...state, feed: { position: 'p1', at: '2026-02-28T00:00:00.000Z' } };

  test('D18 is that of the last page', () => {
    expect(ended('delta', { feed: { position: 'p2' } }, { sync, state: known }).feed).toEqual({ position: 'p2', at: startedAt });
  });

  test('stays where nothing came, and was confirmed by asking', () => {
    expect(ended('delta', {}, { sync, state: known }).feed).toEqual({ position: 'p1', at: startedAt });
  });

  test('begins with the full read, also where the feed was empty', () => {
    expect(ended('full', { feed: { position: null } }, { sync }).feed).toEqual({ position: null, at: startedAt });
  });

  test('D16 a full read under another strategy leaves none', () => {
    expect(ended('full', { feed: { position: 'p2' } }, { state: known }).feed).toBeNull();
  });
});

describe('what the watermark and the window go by', () => {
  test('a window, a feed and a pass over the keys leave the watermark alone', () => {
    for (const kind of ['window', 'delta', 'keys'] as const)
      expect(ended(kind, { highest: '2026-02-25T00:00:00.000Z' }).watermark).toBe(state.watermark);
    expect(ended('incremental', { highest: '2026-02-25T00:00:00.000Z' }).watermark).toBe('2026-02-25T00:00:00.000Z');
  });

  test('D42 everything is covered until the provider’s time at the beginning of a full read or a window', () => {
    for (const kind of ['full', 'window'] as const) expect(ended(kind).covered).toEqual({ until: providerTime, at: startedAt });
    for (const kind of ['incremental', 'delta', 'keys'] as const) expect(ended(kind).covered).toBeNull();
  });

  test('D16 only a full read is the baseline of a strategy', () => {
    const sync = { strategy: 'full_then_window', keyPassIntervalSeconds: null, lastKeyPassAt };
    expect(ended('full', {}, { sync }).strategy).toBe('full_then_window');
    expect(ended('incremental', {}, { sync }).strategy).toBe('full_then_incremental');
  });
});

describe('a pass over the keys', () => {
  const every = (keyPassIntervalSeconds: number | null) => ({
    sync: { strategy: 'full_then_incremental', keyPassIntervalSeconds, lastKeyPassAt },
  });
  test.each<[string, ReadKind, Partial<ReadState>, Partial<EndedInput>, boolean]>([
    ['D41 is owed once its interval has passed', 'incremental', {}, every(3900), true],
    ['is not owed before', 'incremental', {}, every(3901), false],
    ['is never owed without an interval', 'incremental', {}, every(null), false],
    ['is owed when deletions were forgotten', 'incremental', { warnings: ['deletions_expired'] }, every(null), true],
    ['stays owed until it was made', 'incremental', {}, { state: { ...state, owesKeys: true } }, true],
    ['is made by itself', 'keys', {}, { ...every(60), state: { ...state, owesKeys: true } }, false],
    ['is made by a full read', 'full', {}, { ...every(60), state: { ...state, owesKeys: true } }, false],
  ])('%s', (_name, kind, read, more, isOwed) => {
    expect(ended(kind, read, more).owesKeys).toBe(isOwed);
  });
});
