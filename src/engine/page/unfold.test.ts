import { expect, test } from 'vitest';
import type { IncomingRecord } from '../../hub/types.ts';
import { unfolder } from './unfold.ts';

const modifiedAt = new Date('2026-01-01T12:00:00Z');
const order = (raw: string): IncomingRecord => ({
  id: 'ord_1',
  hash: 'x'.repeat(16),
  raw: Buffer.from(raw),
  modifiedAt,
  isDeleted: false,
  isSanitised: false,
  askedSeq: 7n,
});
const lines = { object: 'order_lines', label: 'Order lines', path: 'lines', id: 'line' };
const unfold = unfolder(lines, 1000);

test('elements become records: named under their parent, as old as it, their bytes as they came', () => {
  const { records, quarantined } = unfold(order('{"id":"ord_1","lines":[{"line":1,"price":9.90},{"line":"b"}]}'))!;
  expect(records.map(({ id, raw }) => [id, raw.toString()])).toEqual([
    ['["ord_1","1"]', '{"line":1,"price":9.90}'],
    ['["ord_1","b"]', '{"line":"b"}'],
  ]);
  expect(records[0]).toMatchObject({ modifiedAt, askedSeq: 7n, isDeleted: false });
  expect(quarantined).toEqual([]);
});

test('an element has a time of its own where it is declared', () => {
  const own = unfolder({ ...lines, modifiedAt: 'at' }, 1000);
  const { records } = own(order('{"lines":[{"line":1,"at":"2026-02-01T00:00:00Z"},{"line":2}]}'))!;
  expect(records.map((record) => record.modifiedAt)).toEqual([new Date('2026-02-01T00:00:00Z'), modifiedAt]);
});

test('an element without an id is set aside; an empty list is a list', () => {
  expect(unfold(order('{"lines":[{"line":null},7]}'))!.quarantined.map(({ id, reason }) => [id, reason])).toEqual([
    [null, 'id_missing'],
    [null, 'malformed'],
  ]);
  expect(unfold(order('{"lines":[]}'))).toEqual({ records: [], quarantined: [] });
});

test.each(['{"id":"ord_1"}', '{"lines":null}', '{"lines":{}}', '{"lines":"x"}'])('%s has no list, which says nothing', (raw) => {
  expect(unfold(order(raw))).toBeNull();
});
