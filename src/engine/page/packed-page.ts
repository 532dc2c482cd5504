import { storedHashBytes } from '../../base/hash.ts';
import { recordBatchOf } from '../../hub/record-batch.ts';
import type { QuarantinedRecord, RecordBatch } from '../../hub/types.ts';
import type { PageAnswer } from '../../kit/index.ts';
import { PageRecord } from './page-record.ts';
import type { ReadPage } from './read-page.ts';

/** A page's records as a few flat values, which pass between threads without a copy of each record. */
export interface PackedPage {
  /** What the records' bytes are ranges of; null: the page as it came, from this place on. */
  body: Uint8Array<ArrayBuffer> | null;
  bodyStart: number;
  /** null: they are not plain. */
  batch: RecordBatch | null;
  /** Of a page that is not plain; that of a batch stands in it. */
  ids: string[] | null;
  /** Start and end of record i's bytes stand at 2i and 2i + 1. */
  ranges: Uint32Array<ArrayBuffer>;
  /** Hash i stands at i × storedHashBytes. */
  hashes: Uint8Array<ArrayBuffer>;
  /** Milliseconds; NaN: the record has no time. */
  modified: Float64Array<ArrayBuffer>;
  isDeleted: Uint8Array<ArrayBuffer>;
  /** Records whose bytes are no range of the body, because they were mended. */
  mended: { at: number; raw: Uint8Array<ArrayBuffer> }[];
  quarantined: (Omit<QuarantinedRecord, 'raw'> & { raw: Uint8Array<ArrayBuffer> })[];
  highestWatermark: string | null;
  bytes: number;
}

/** `asked`: the page as it came. */
export function packPage({ records, quarantined, highestWatermark, bytes, body }: ReadPage, asked: Uint8Array): PackedPage {
  const batch = quarantined.length === 0 ? recordBatchOf(records) : null;
  const packed: PackedPage = {
    body: body.buffer === asked.buffer ? null : new Uint8Array(body),
    bodyStart: body.buffer === asked.buffer ? body.byteOffset - asked.byteOffset : 0,
    batch,
    ids: batch ? null : records.map(({ id }) => id),
    ranges: new Uint32Array(2 * records.length),
    hashes: new Uint8Array(storedHashBytes * records.length),
    modified: new Float64Array(records.length),
    isDeleted: new Uint8Array(records.length),
    mended: [],
    quarantined: quarantined.map((record) => ({ ...record, raw: new Uint8Array(record.raw) })),
    highestWatermark,
    bytes,
  };
  const hashes = toBuffer(packed.hashes);
  for (const [at, record] of records.entries()) {
    hashes.write(record.hash, at * storedHashBytes, storedHashBytes, 'latin1');
    packed.modified[at] = record.modifiedAt?.getTime() ?? Number.NaN;
    packed.isDeleted[at] = record.isDeleted ? 1 : 0;
    if (record.isSanitised) packed.mended.push({ at, raw: new Uint8Array(record.raw) });
    else {
      const { start, end } = record as PageRecord;
      packed.ranges[2 * at] = start;
      packed.ranges[2 * at + 1] = end;
    }
  }
  return packed;
}

/** The page again. Its records are made when somebody asks for them: of most pages of a re-read nobody does. `askedSeq`: of every record. */
export function openPacked(
  packed: PackedPage,
  { asked, askedSeq, answer }: { asked: Buffer; askedSeq: bigint; answer: PageAnswer },
): ReadPage {
  const body = packed.body ? toBuffer(packed.body) : asked.subarray(packed.bodyStart);
  let records: PageRecord[] | null = null;
  return {
    answer,
    batch: packed.batch,
    get records() {
      records ??= recordsOf(packed, body, askedSeq);
      return records;
    },
    quarantined: packed.quarantined.map((record) => ({ ...record, raw: toBuffer(record.raw) })),
    highestWatermark: packed.highestWatermark,
    bytes: packed.bytes,
    body: asked,
  };
}

function recordsOf({ batch, ids, ranges, hashes, modified, isDeleted, mended }: PackedPage, body: Buffer, askedSeq: bigint): PageRecord[] {
  const digests = toBuffer(hashes);
  const named = ids ?? textsOf(batch!);
  const records = named.map((id, at) => {
    const time = modified[at]!;
    const fields = {
      ...{ id, isDeleted: isDeleted[at] === 1, isSanitised: false, askedSeq },
      hash: digests.toString('latin1', at * storedHashBytes, (at + 1) * storedHashBytes),
      modifiedAt: Number.isNaN(time) ? null : new Date(time),
    };
    return new PageRecord(fields, body, ranges[2 * at]!, ranges[2 * at + 1]!);
  });
  for (const { at, raw } of mended) {
    const { id, hash, modifiedAt, isDeleted: isGone } = records[at]!;
    const fields = { id, hash, modifiedAt, isDeleted: isGone, isSanitised: true, askedSeq };
    records[at] = new PageRecord(fields, toBuffer(raw), 0, raw.length);
  }
  return records;
}

const lengthBytes = 4;

/** The elements of a text[]: length and UTF-8 each. */
function textsOf({ count, ids }: RecordBatch): string[] {
  const bytes = toBuffer(ids);
  const texts: string[] = [];
  for (let at = 0; texts.length < count; ) {
    const start = at + lengthBytes;
    at = start + bytes.readInt32BE(at);
    texts.push(bytes.toString('utf8', start, at));
  }
  return texts;
}

/** The same memory. */
export function toBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, length);
}
