import { expect, test } from 'vitest';
import { prepareSlice } from './prepare-slice.ts';
import type { IncomingRecord } from './types.ts';

const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms);

function record(id: string, rest: Partial<IncomingRecord> = {}): IncomingRecord {
  return {
    id,
    hash: '\0'.repeat(16),
    raw: Buffer.from('{}'),
    modifiedAt: null,
    isDeleted: false,
    isSanitised: false,
    askedSeq: 0n,
    ...rest,
  };
}

test('ids are unique and sorted over the whole slice', () => {
  const { live } = prepareSlice([record('b'), record('a'), record('c'), record('a')], []);
  expect(live.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
});

test.each([
  ['the newer time wins', at(2), at(1), 0],
  ['the later one wins on equal time', at(1), at(1), 1],
  ['the later one wins where a time is missing', at(2), null, 1],
])('%s', (_, first, second, winner) => {
  const records = [record('a', { modifiedAt: first, askedSeq: 0n }), record('a', { modifiedAt: second, askedSeq: 1n })];
  expect(prepareSlice(records, []).live[0]!.askedSeq).toBe(BigInt(winner));
});

test('a delete signal and a live version of one id in a slice end as one of the two', () => {
  const { live, deletes } = prepareSlice([record('a', { isDeleted: true, modifiedAt: at(2) }), record('a', { modifiedAt: at(1) })], []);
  expect([live.length, deletes.length]).toEqual([0, 1]);
});

test('of the items of a feed the later one wins, whatever the times say: a clock can be set back', () => {
  const items = [
    record('a', { modifiedAt: at(2), isInOrder: true }),
    record('a', { modifiedAt: at(1), isDeleted: true, isInOrder: true }),
    record('b', { modifiedAt: at(2), isDeleted: true, isInOrder: true }),
    record('b', { modifiedAt: at(1), isInOrder: true }),
  ];
  const { live, deletes } = prepareSlice(items, []);
  expect([live.map(({ id }) => id), deletes.map(({ id }) => id)]).toEqual([['b'], ['a']]);
});

test('a provider time outside of any calendar counts as missing', () => {
  const times = [new Date(Number.NaN), new Date(8.64e15), new Date(-8.64e15), new Date(Date.UTC(1600, 0, 1))];
  const { live } = prepareSlice(
    times.map((modifiedAt, n) => record(`r${n}`, { modifiedAt })),
    [],
  );
  expect(live.map(({ modifiedAt }) => modifiedAt)).toEqual([null, null, null, null]);
});
