import { isoTime } from './iso-time.ts';
import { RowFields } from './row-fields.ts';

/** Columns of a page's row, in COPY's binary format, in this order. The first row has no connection: it is the registry's. */
export const pageColumns = [
  '_syncline_seq',
  '_syncline_connection',
  '_syncline_customer_id',
  '_syncline_record_id',
  '_syncline_modified_at',
  '_syncline_synced_at',
  '_syncline_deleted_at',
  '_syncline_is_sanitised',
  'raw',
] as const;

/** The answer is one body in memory; a page always has one record, however large, and ends before the bytes do. */
const pageBytesMax = 32 * 1024 * 1024;
const bodyOpening = '{"data":[';
const closingBytes = 1024; // cursor and the rest
const closingBrace = 0x7d;
/** What is asked for at first, at most: most pages need no more, and one of large records grows. */
const firstBytesMax = 4 * 1024 * 1024;
/** Of the page before, in this process: a hint. */
let recordBytes = 1024;

export interface WrittenPage {
  count: number;
  hasMore: boolean;
  lastSeq: bigint;
  /** Of all seqs: exact while it stays below 2^53. */
  seqSum: number;
  /** The highest seq of a tombstone that was dropped from the table, read in the page's own statement. */
  droppedSeq: bigint;
  /** Connections whose id is not known here yet: the page must be read again when they are. */
  unknownConnections: Set<number>;
}

/**
 * Writes rows into the body of an answer as they arrive. The stored JSON is copied, never parsed: numbers keep every digit.
 * What many rows share is made into text once.
 */
export function pageWriter({
  pageSize,
  connectionIds,
  onRecord,
}: {
  pageSize: number;
  connectionIds: ReadonlyMap<number, string>;
  /** Hears of every record that is written. */
  onRecord?: ((recordId: string, connection: number) => void) | undefined;
}) {
  const page: WrittenPage = { count: 0, hasMore: false, lastSeq: 0n, seqSum: 0, droppedSeq: 0n, unknownConnections: new Set() };
  const body = growingBody(pageSize);
  const fields = new RowFields();
  const owners = new Map<number, string>();
  const synced = { at: Number.NaN, text: '' };
  let lastSeq = 0;

  function onRow(row: Buffer): void {
    fields.begin(row);
    const seq = fields.integer()!;
    const connection = fields.int();
    if (connection === null) page.droppedSeq = BigInt(seq);
    else if (page.hasMore || page.count === pageSize) page.hasMore = true;
    else write(seq, connection);
  }

  function write(seq: number, connection: number): void {
    const owner = ownerOf(connection);
    const recordId = fields.text();
    const modified = timeOf(fields.integer());
    const syncedAt = syncedTime(fields.integer()!);
    const deleted = timeOf(fields.integer());
    const mark = fields.bool() ? ',"is_sanitised":true' : '';
    const raw = fields.json();
    if (page.count > 0 && body.length() + raw.length > pageBytesMax) {
      page.hasMore = true;
      return;
    }
    const comma = page.count > 0 ? ',' : '';
    body.append(
      `${comma}{"seq":"${seq}",${owner},"record_id":${JSON.stringify(recordId)},"modified_at":${modified},"synced_at":${syncedAt},"deleted_at":${deleted}${mark},"record":`,
      raw,
    );
    page.count++;
    page.seqSum += seq;
    onRecord?.(recordId, connection);
    lastSeq = seq;
  }

  /** Reads the customer's field. A connection belongs to one customer for ever. */
  function ownerOf(connection: number): string {
    const known = owners.get(connection);
    if (known !== undefined) {
      fields.skip();
      return known;
    }
    const id = connectionIds.get(connection);
    if (id === undefined) page.unknownConnections.add(connection);
    const text = `"customer_id":${JSON.stringify(fields.text())},"connection_id":${JSON.stringify(id ?? '')}`;
    owners.set(connection, text);
    return text;
  }

  /** Records of one slice were synced at the same moment. */
  function syncedTime(microseconds: number): string {
    if (synced.at !== microseconds) Object.assign(synced, { at: microseconds, text: timeOf(microseconds) });
    return synced.text;
  }

  function finish(closing: string): Buffer {
    if (page.count > 0) recordBytes = Math.ceil(body.length() / page.count);
    return body.close(closing);
  }

  return {
    onRow,
    finish,
    page: (): WrittenPage => ({ ...page, lastSeq: BigInt(lastSeq) }),
  };
}

/** Asked for when the first row comes: a reader that polls for changes gets an empty page most times. */
function growingBody(pageSize: number) {
  let buffer = Buffer.alloc(0);
  let at = 0;

  function makeRoom(bytes: number): void {
    const needed = at + bytes + closingBytes;
    if (needed <= buffer.length) return;
    const first = Math.min(firstBytesMax, Math.ceil(pageSize * recordBytes * 1.1));
    const larger = Buffer.allocUnsafe(Math.max(at === 0 ? first : buffer.length * 2, needed));
    if (at === 0) at = larger.write(bodyOpening, 0, 'latin1');
    else buffer.copy(larger, 0, 0, at);
    buffer = larger;
  }

  return {
    length: () => at,
    append(head: string, raw: Buffer): void {
      makeRoom(bodyOpening.length + head.length * 3 + raw.length + 1);
      at += buffer.write(head, at, 'utf8');
      at += raw.copy(buffer, at);
      at = buffer.writeUInt8(closingBrace, at);
    },
    close(closing: string): Buffer {
      if (at === 0) return Buffer.from(bodyOpening + closing, 'utf8');
      makeRoom(closing.length * 3);
      return buffer.subarray(0, at + buffer.write(closing, at, 'utf8'));
    },
  };
}

function timeOf(microseconds: number | null): string {
  return microseconds === null ? 'null' : `"${isoTime(microseconds)}"`;
}
