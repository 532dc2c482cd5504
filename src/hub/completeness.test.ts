import { expect, test } from 'vitest';
import { type Completeness, completeAsOf, movesMax } from './completeness.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 12, minute));
const move = (seq: number, before: number | null = null, beforeSeq: number | null = null) => ({
  seq: BigInt(seq),
  before: before === null ? null : at(before),
  beforeSeq: beforeSeq === null ? null : BigInt(beforeSeq),
});
const known = (change: Partial<Completeness>): Completeness => ({ isUnknown: false, oldest: at(30), recent: [move(10)], ...change });

test.each<[string, Partial<Completeness>, Date | null]>([
  ['the oldest of all syncs', {}, at(30)],
  ['a sync that was never read to its end', { isUnknown: true }, null],
  ['a sync that moved above the horizon counts with its time before', { recent: [move(101, 20, 50), move(10)] }, at(20)],
  ['and takes nothing back where that was later than the oldest', { recent: [move(101, 40, 50), move(10)] }, at(30)],
  ['its first time lies above the horizon', { recent: [move(101)] }, null],
  ['both of its times lie above the horizon', { recent: [move(120, 20, 101)] }, null],
  ['at the horizon is below it', { recent: [move(100)] }, at(30)],
  ['so many moved at once that there may be more', { recent: Array.from({ length: movesMax }, () => move(101, 20, 50)) }, null],
])('a page is complete as of: %s', (_title, change, expected) => {
  expect(completeAsOf(known(change), 100n)).toEqual(expected);
});
