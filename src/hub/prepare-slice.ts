import { likeRecord } from './incoming-record.ts';
import type { IncomingRecord, QuarantinedRecord } from './types.ts';

/** A slice, ready to be written: ids unique and sorted over the whole transaction. */
export interface PreparedSlice {
  live: IncomingRecord[];
  deletes: IncomingRecord[];
  quarantined: QuarantinedRecord[];
  /** Records whose id another one of the slice has too, beyond the first. */
  duplicates: number;
}

/** Longer ids do not fit an index row, which must stay below a third of a page, beside the other columns. */
export const recordIdBytesMax = 1024;
/** Of one UTF-16 unit. */
const utf8BytesMax = 3;
const timeMsMin = Date.UTC(1900, 0, 1);
const timeMsMax = Date.UTC(9999, 11, 31);

/**
 * The newest provider time of an id wins; on equal or missing time, and in a feed, the later one. Sorted, because `on conflict`
 * refuses to touch a row twice and writers that sort alike do not deadlock.
 */
export function prepareSlice(records: readonly IncomingRecord[], quarantined: readonly QuarantinedRecord[]): PreparedSlice {
  const refused: QuarantinedRecord[] = [];
  const named: IncomingRecord[] = [];
  let isSorted = true;
  let before = '';
  for (const given of records) {
    const record = withSaneTime(given);
    const flaw = flawOf(record.id);
    if (flaw) {
      refused.push({ id: null, reason: 'malformed', detail: flaw, raw: record.raw });
      continue;
    }
    named.push(record);
    if (record.id <= before) isSorted = false;
    before = record.id;
  }
  // Most listings are in the order of their ids already, and then no id stands twice.
  const unique = isSorted ? named : newestOfEach(named).sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    live: unique.filter((record) => !record.isDeleted),
    deletes: unique.filter((record) => record.isDeleted),
    quarantined: [...quarantined, ...refused],
    duplicates: records.length - refused.length - unique.length,
  };
}

function newestOfEach(records: readonly IncomingRecord[]): IncomingRecord[] {
  const byId = new Map<string, IncomingRecord>();
  for (const record of records) {
    const other = byId.get(record.id);
    if (!other || isLater(record, other)) byId.set(record.id, record);
  }
  return [...byId.values()];
}

/** A feed lists its items in the order in which they happened: where its times say otherwise, a clock was set back in between. */
function isLater(record: IncomingRecord, other: IncomingRecord): boolean {
  if (record.isInOrder && other.isInOrder) return true;
  return !record.modifiedAt || !other.modifiedAt || record.modifiedAt >= other.modifiedAt;
}

/** A provider's time far outside of any calendar orders nothing, and has no form in JSON: it counts as missing. */
function withSaneTime(record: IncomingRecord): IncomingRecord {
  const ms = record.modifiedAt?.getTime();
  return ms === undefined || (ms >= timeMsMin && ms <= timeMsMax) ? record : likeRecord(record, { modifiedAt: null });
}

/** An id that Postgres would refuse or store as another one (U+0000, lone surrogates) names no record. */
function flawOf(id: string): string | null {
  if (id === '') return 'the id is empty';
  if (id.includes('\u0000') || !id.isWellFormed()) return 'the id holds U+0000 or a lone surrogate';
  if (id.length * utf8BytesMax > recordIdBytesMax && Buffer.byteLength(id) > recordIdBytesMax)
    return `the id is longer than ${recordIdBytesMax} bytes`;
  return null;
}
