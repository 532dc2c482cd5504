import { describe, expect, test } from 'vitest';
import type { ObjectDefinition, PageRequest, ReadPart } from '../../kit/index.ts';
import { backdated } from './backdated.ts';

const part = (name: string, signal: ReadPart['signal'] = 'records'): ReadPart => ({
  ...{ name, signal, recordsPath: 'data', completeness: 'complete' },
  request: ({ since }) => ({ method: 'GET', path: `/${name}`, query: { since: String(since) } }),
  next: () => null,
});
const object = (more: Partial<ObjectDefinition> = {}): ObjectDefinition => ({
  ...{ label: 'Contacts', docsUrl: 'https://acme.test', pageSizeMax: 100, scopes: [], visibilityLagSeconds: 0 },
  record: { id: 'id' },
  full: { parts: [part('list')] },
  incremental: { watermark: { path: 'at', type: 'datetime' }, parts: [part('changes'), part('gone', 'deletions')] },
  ...more,
});
const start = '2026-03-01T12:00:00.000Z';
const page = (since: string | null): PageRequest => ({ object: 'contacts', position: null, since, pageSize: 10, prepared: null });
const asked = (parts: ReadPart[], since: string | null) => parts.map((one) => one.request(page(since)).query?.since);

describe('a sync that begins at a time', () => {
  const { full, incremental, window, keys } = backdated(object(), new Date(start));

  test('reads in full what was modified since, and no deletions', () => {
    expect(full.parts.map(({ name }) => name)).toEqual(['changes']);
    expect(asked(full.parts, null)).toEqual([start]);
  });

  test.each([
    ['2026-02-01T00:00:00.000Z', start],
    ['2026-04-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z'],
  ])('asks for changes since %s from %s', (since, from) => {
    expect(asked(incremental!.parts, since)).toEqual([from, from]);
    expect(asked(window!.parts, since)).toEqual([from, from]);
  });

  test('meets everything in a pass over the keys', () => {
    expect(keys!.parts.map(({ name }) => name)).toEqual(['list']);
    expect(asked(keys!.parts, null)).toEqual(['null']);
  });

  test('begins at the beginning of the step where the filter is coarse', () => {
    const coarse = object({
      incremental: { watermark: { path: 'at', type: 'datetime' }, filterStepSeconds: 86_400, parts: [part('changes')] },
    });
    expect(asked(backdated(coarse, new Date(start)).full.parts, null)).toEqual(['2026-03-01T00:00:00.000Z']);
  });
});

test('without a start, or without a filter by time, an object is as it is', () => {
  const { incremental: _none, ...plain } = object();
  expect(backdated(plain, new Date(start))).toBe(plain);
  const timed = object();
  expect(backdated(timed, null)).toBe(timed);
});
