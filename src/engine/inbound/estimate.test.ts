import { expect, test } from 'vitest';
import { estimateTotal } from './estimate.ts';

const read = { kind: 'full', total: null, met: 30, idless: 0 } as const;

test.each<[string, number | null, Parameters<typeof estimateTotal>[0]]>([
  ['what the provider says', 100, { read: { ...read, total: 100 }, fetched: 30, lastFullRecords: 70, before: null }],
  ['what the last full read met', 70, { read, fetched: 30, lastFullRecords: 70, before: null }],
  ['the rest, for a run that goes on with an earlier one’s read', 50, { read, fetched: 10, lastFullRecords: 70, before: null }],
  ['never less than what was read', 30, { read, fetched: 30, lastFullRecords: 5, before: null }],
  ['nothing, for a read of changes', null, { read: { ...read, kind: 'incremental' }, fetched: 3, lastFullRecords: 70, before: null }],
  ['as before, once the read has ended', 70, { read: null, fetched: 69, lastFullRecords: 1, before: 70 }],
])('%s', (_title, expected, input) => {
  expect(estimateTotal(input)).toBe(expected);
});
