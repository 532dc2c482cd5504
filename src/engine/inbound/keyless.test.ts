import { expect, test } from 'vitest';
import type { IncomingRecord, QuarantinedRecord } from '../../hub/types.ts';
import { nameByPlace, placeOfPage } from './keyless.ts';

test('D37 records without a key get the id of their place: other reads, pages and records have others, in the order of reading', () => {
  const page = (generation: string, pages: number) => {
    const records = Array.from({ length: 11 }, () => ({ id: '[]' }) as IncomingRecord);
    const quarantined = [{ id: '[]' } as QuarantinedRecord];
    nameByPlace({ records, quarantined }, placeOfPage({ generation }, { pages }));
    expect(quarantined).toEqual([{ id: null }]);
    return records.map(({ id }) => id);
  };
  const ids = [...page('9', 0), ...page('9', 9), ...page('9', 10), ...page('10', 0)];
  expect(new Set(ids).size).toBe(44);
  expect(ids.toSorted()).toEqual(ids);
  expect(page('9', 10)).toEqual(page('9', 10));
});
