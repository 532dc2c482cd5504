import { expect, test } from 'vitest';
import { type GuardInput, judgeDeletes } from './guard.ts';

const limits = { guardDeletesMax: 500, guardShareMax: 0.2, guardShareFromRows: 100 };
const base: GuardInput = { kind: 'full', met: 1000, known: 1000, deletes: 0, deletedLastDay: 0, limits };

test.each<[string, ReturnType<typeof judgeDeletes>, Partial<GuardInput>]>([
  ['nothing to delete', null, {}],
  ['nothing to delete after many deletes', null, { deletedLastDay: 5000 }],
  ['a few', null, { deletes: 20 }],
  ['exactly a fifth', null, { deletes: 200 }],
  ['one more than a fifth', 'too_large_share', { deletes: 201 }],
  ['a third of 99 rows: small tables are not judged by share', null, { known: 99, deletes: 33 }],
  ['a third of 100 rows', 'too_large_share', { known: 100, deletes: 33 }],
  ['500 of many', null, { known: 100_000, deletes: 500 }],
  ['501 of many', 'too_many_deletes', { known: 100_000, deletes: 501 }],
  ['B17 an empty read, however few rows are known', 'empty_read', { met: 0, known: 1, deletes: 1 }],
  ['an empty incremental read with a signal is not an empty source', null, { kind: 'incremental', met: 0, known: 10, deletes: 1 }],
  ['many signals are held like many absences', 'too_many_deletes', { kind: 'incremental', known: 100_000, deletes: 501 }],
  ['deletes of one day add up to the bound', 'too_many_deletes', { known: 100_000, deletes: 300, deletedLastDay: 300 }],
  ['deletes of one day add up to the share', 'too_large_share', { known: 900, deletes: 110, deletedLastDay: 100 }],
])('H18 %s', (_title, verdict, change) => {
  expect(judgeDeletes({ ...base, ...change })).toBe(verdict);
});
