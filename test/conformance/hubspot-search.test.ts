import { describe, expect, test } from 'vitest';
import type { RequestSpec } from '../../src/kit/index.ts';
import { catalog } from './support/catalog.ts';
import { answerSearch, type ModelRecord } from './support/hubspot-model.ts';
import { type Answer, readAll } from './support/read-all.ts';

const definition = catalog.object('hubspot', 'contacts');
const base = Date.parse('2026-01-01T00:00:00.000Z');
const since = new Date(base).toISOString();
const names = JSON.stringify({ results: [{ name: 'email' }, { name: 'lastmodifieddate' }] });
const noRecords = JSON.stringify({ results: [] });

function readSearch(records: ModelRecord[], before: (search: number) => void = () => {}) {
  let searches = 0;
  return readAll({ object: 'contacts', definition, kind: 'incremental', since, ask });

  function ask({ path, ...spec }: RequestSpec): Answer {
    if (path.endsWith('/properties/contacts')) return { body: names };
    if (!path.endsWith('/search')) return { body: noRecords };
    before(searches++);
    return { body: answerSearch(records, { path, ...spec }) };
  }
}

function ids(records: { id: string }[]): number[] {
  return [...new Set(records.map(({ id }) => Number(id)))].sort((a, b) => a - b);
}

test('every record of 25,000 is read although search ends at 10,000 and 12,000 share a millisecond', async () => {
  const records = Array.from({ length: 25_000 }, (_, i) => ({
    id: 1000 + i,
    modifiedMs: base + (i < 5000 ? i : i < 17_000 ? 5000 : 5000 + Math.floor(i / 3)),
  }));
  const { records: read, highest, requests } = await readSearch(records);
  expect(ids(read)).toEqual(records.map(({ id }) => id));
  expect(highest).toBe(new Date(records.at(-1)!.modifiedMs).toISOString());
  expect(requests.length).toBeLessThan(300);
});

test.each([0, 1, 199, 200, 201, 399, 400, 401])('every one of %i records that share one millisecond is read', async (count) => {
  const records = Array.from({ length: count }, (_, i) => ({ id: i + 1, modifiedMs: base }));
  expect(ids((await readSearch(records)).records)).toEqual(records.map(({ id }) => id));
});

test('groups of ties of every size, one behind the other, are read', async () => {
  const records: ModelRecord[] = [];
  for (let group = 0; group < 30; group++)
    for (let i = 0; i < (group * 37) % 450; i++) records.push({ id: records.length + 1, modifiedMs: base + group });
  expect(ids((await readSearch(records)).records)).toEqual(records.map(({ id }) => id));
});

test('B12 records that share the boundary timestamp are read, older ones are not', async () => {
  const records = [-1, 0, 0, 1].map((offset, i) => ({ id: i + 1, modifiedMs: base + offset }));
  expect(ids((await readSearch(records)).records)).toEqual([2, 3, 4]);
});

test('H54 a record that changes while the search is paged neither gets lost nor pushes another one out', async () => {
  const records = Array.from({ length: 3000 }, (_, i) => ({ id: i + 1, modifiedMs: base + Math.floor(i / 7) }));
  // Before every page some record that was already read moves to the end: offsets would skip one record each time.
  const before = (search: number) => {
    const moved = records[search * 3]!;
    if (search > 0 && search < 20) moved.modifiedMs = base + 10_000 + search;
  };
  const { records: read } = await readSearch(records, before);
  expect(ids(read)).toEqual(records.map(({ id }) => id));
});

describe('search answers are known to lag', () => {
  test('they never count as newer than what is stored', async () => {
    const { records } = await readSearch([{ id: 1, modifiedMs: base }]);
    expect(records.map(({ askedSeq }) => askedSeq)).toEqual([0n]);
  });

  test('the next read looks back over the time that they lag', () => {
    // A minute for freshness in every read, an hour for completeness in the settled pass.
    expect(definition).toMatchObject({ visibilityLagSeconds: 60, settledLagSeconds: 3600 });
  });
});
