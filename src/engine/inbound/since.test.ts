import { describe, expect, test } from 'vitest';
import type { IncrementalDefinition, ObjectDefinition, ReadPart } from '../../kit/index.ts';
import { type CheckpointState, emptyState } from '../../syncs/checkpoint-state.ts';
import { deletionsSince, sinceFor } from './since.ts';

const part: ReadPart = {
  ...{ name: 'list', signal: 'records', recordsPath: 'data', completeness: 'complete' },
  request: () => ({ method: 'GET', path: '/' }),
  next: () => null,
};
const incremental: IncrementalDefinition = { parts: [part], watermark: { path: 'updated_at', type: 'datetime' } };
const object: ObjectDefinition = {
  ...{ label: 'Things', docsUrl: 'https://sandbox.test/docs', pageSizeMax: 100, scopes: [], visibilityLagSeconds: 10 },
  record: { id: 'id' },
  full: { parts: [part] },
  incremental,
};
const hour = 3600;
const day = 24 * hour;
/** The provider's clock runs two minutes ahead of ours. */
const state: CheckpointState = {
  ...emptyState,
  watermark: '2026-03-01T12:34:56.789Z',
  covered: { until: '2026-03-01T00:02:00.000Z', at: '2026-03-01T00:00:00.000Z' },
  deletions: { pointer: '2026-02-01T00:00:00.000Z', at: '2026-03-01T00:00:00.000Z' },
};
const at = (now: string) => ({ object, state, windowSeconds: 30 * day, now: new Date(now) });

test.each([
  [undefined, '2026-03-01T12:34:46.789Z'],
  [1, '2026-03-01T12:34:46.000Z'],
  [day, '2026-03-01T00:00:00.000Z'],
])('D43 a filter that compares in steps of %s seconds is asked from the beginning of the step', (filterStepSeconds, since) => {
  const coarse = { ...object, incremental: { ...incremental, ...(filterStepSeconds === undefined ? {} : { filterStepSeconds }) } };
  expect(sinceFor('incremental', { ...at('2026-03-02T00:00:00Z'), object: coarse })).toBe(since);
});

test.each([
  ['D39 a window ends now, by the provider’s clock', '2026-03-02T00:00:00Z', '2026-01-31T00:01:50.000Z'],
  ['right after a read it reaches a whole window back', '2026-03-01T00:00:00Z', '2026-01-30T00:01:50.000Z'],
  ['as long as the window is, it begins where the last read began', '2026-03-31T00:00:00Z', '2026-03-01T00:01:50.000Z'],
  ['D42 after a longer downtime too: no stretch of time is left out', '2026-05-01T00:00:00Z', '2026-03-01T00:01:50.000Z'],
  ['a clock of ours that was set back widens nothing', '2026-02-01T00:00:00Z', '2026-01-30T00:01:50.000Z'],
])('%s', (_name, now, since) => {
  expect(sinceFor('window', at(now))).toBe(since);
});

describe('the pointer into the deletions', () => {
  const withFeed = (maxAgeSeconds?: number): ObjectDefinition => ({
    ...object,
    deletions: { parts: [{ ...part, signal: 'deletions' }], ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }) },
  });
  const since = (now: string, maxAgeSeconds?: number) => deletionsSince('incremental', { ...at(now), object: withFeed(maxAgeSeconds) });

  test('D25 is its own, minus the look-back', () => {
    expect(since('2026-03-02T00:00:00Z')).toEqual({ since: '2026-01-31T23:59:50.000Z', isExpired: false });
  });

  test('an old one is moved to what the provider still knows: all before was read in time', () => {
    expect(since('2026-03-02T00:00:00Z', 7 * day)).toEqual({ since: '2026-02-23T00:07:00.000Z', isExpired: false });
  });

  test('when the last reading itself is older than that, some are forgotten', () => {
    expect(since('2026-03-09T00:00:00Z', 7 * day)).toMatchObject({ isExpired: true });
  });

  test('a read of everything has none', () => {
    expect(deletionsSince('full', { ...at('2026-03-02T00:00:00Z'), object: withFeed() })).toEqual({ since: null, isExpired: false });
  });
});
