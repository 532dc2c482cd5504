import { arrayElements, idHashArray, textArray } from './encode.ts';
import { flawOf } from './prepare-slice.ts';
import type { IncomingRecord, RecordBatch } from './types.ts';

/** null: not all of the records are alive, named and as they came. */
export function recordBatchOf(records: readonly IncomingRecord[]): RecordBatch | null {
  for (const { id, isDeleted, isSanitised } of records) if (isDeleted || isSanitised || flawOf(id) !== null) return null;
  return {
    count: records.length,
    ids: arrayElements(textArray(records.map(({ id }) => id))),
    idHashes: arrayElements(idHashArray(records)),
  };
}
