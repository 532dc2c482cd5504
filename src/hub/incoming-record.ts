import type { IncomingRecord } from './types.ts';

/** A record like this one but for some of its fields. A record of a page computes what it shows: spreading it would lose that. */
export function likeRecord(record: IncomingRecord, changes: Partial<IncomingRecord>): IncomingRecord {
  const { id, hash, raw, modifiedAt, isDeleted, isSanitised, askedSeq, isInOrder } = record;
  return { id, hash, raw, modifiedAt, isDeleted, isSanitised, askedSeq, ...(isInOrder && { isInOrder }), ...changes };
}
