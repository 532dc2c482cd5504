import { arrayElements, idHashArray, textArray } from './encode.ts';
import { flawOf } from './prepare-slice.ts';
import type { IncomingRecord, RecordBatch } from './types.ts';

/** Plain values, which pass between threads; null: the records are not in the order of their ids, or not all of them are alive and as they came. */
export function recordBatchOf(records: readonly IncomingRecord[]): RecordBatch | null {
  let before = '';
  for (const { id, isDeleted, isSanitised } of records) {
    if (isDeleted || isSanitised || id <= before || flawOf(id) !== null) return null;
    before = id;
  }
  return {
    count: records.length,
    firstId: records[0]?.id ?? '',
    lastId: before,
    ids: arrayElements(textArray(records.map(({ id }) => id))),
    idHashes: arrayElements(idHashArray(records)),
  };
}

/** Whether they are in the order of their ids one behind the other, so that no id stands twice. */
export function areInOrder(batches: readonly RecordBatch[]): boolean {
  let before = '';
  for (const { count, firstId, lastId } of batches) {
    if (count === 0) continue;
    if (firstId <= before) return false;
    before = lastId;
  }
  return true;
}
