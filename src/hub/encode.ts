/**
 * Postgres' binary formats for array parameters and COPY, written by hand: text parameters cost a second pass over every
 * record (escaping) and a parse on the server. https://www.postgresql.org/docs/current/sql-copy.html (binary format)
 */
const oids = { bool: 16, bytea: 17, int8: 20, text: 25, timestamptz: 1184, jsonb: 3802 } as const;
const nullLength = -1;
const jsonbVersion = 1;
const epochMs = 946_684_800_000; // 2000-01-01, Postgres' zero
const exactMsMax = Number.MAX_SAFE_INTEGER / 1000;

export function textArray(values: readonly string[]): Buffer {
  const lengths = values.map((value) => Buffer.byteLength(value));
  const out = startArray(oids.text, values.length, sum(lengths));
  let at = arrayHeaderBytes;
  for (let i = 0; i < values.length; i++) {
    at = out.writeInt32BE(lengths[i]!, at);
    at += out.write(values[i]!, at);
  }
  return out;
}

export function byteaArray(values: readonly Buffer[]): Buffer {
  const out = startArray(oids.bytea, values.length, sum(values.map((value) => value.length)));
  let at = arrayHeaderBytes;
  for (const value of values) {
    at = out.writeInt32BE(value.length, at);
    at += value.copy(out, at);
  }
  return out;
}

/** The same of hashes, which are held as text of one byte a character. */
export function hashArray(values: readonly string[]): Buffer {
  const out = startArray(oids.bytea, values.length, sum(values.map((value) => value.length)));
  let at = arrayHeaderBytes;
  for (const value of values) {
    at = out.writeInt32BE(value.length, at);
    at += out.write(value, at, 'latin1');
  }
  return out;
}

/** Id and hash of each as one value. */
export function idHashArray(records: readonly { id: string; hash: string }[]): Buffer {
  const lengths = records.map(({ id }) => Buffer.byteLength(id));
  const out = startArray(oids.bytea, records.length, sum(lengths) + sum(records.map(({ hash }) => hash.length)));
  let at = arrayHeaderBytes;
  for (let i = 0; i < records.length; i++) {
    const { id, hash } = records[i]!;
    at = out.writeInt32BE(lengths[i]! + hash.length, at);
    at += out.write(id, at);
    at += out.write(hash, at, 'latin1');
  }
  return out;
}

export function jsonbArray(values: readonly Buffer[]): Buffer {
  const out = startArray(oids.jsonb, values.length, sum(values.map((value) => value.length + 1)));
  let at = arrayHeaderBytes;
  for (const value of values) {
    at = out.writeInt32BE(value.length + 1, at);
    at = out.writeUInt8(jsonbVersion, at);
    at += value.copy(out, at);
  }
  return out;
}

export function timestampArray(values: readonly (Date | null)[]): Buffer {
  const filled = values.filter((value) => value !== null).length;
  const out = startArray(oids.timestamptz, values.length, filled * 8);
  let at = arrayHeaderBytes;
  for (const value of values) at = writeTimestamp(out, value, at);
  return out;
}

export function bigintArray(values: readonly bigint[]): Buffer {
  const out = startArray(oids.int8, values.length, values.length * 8);
  let at = arrayHeaderBytes;
  for (const value of values) {
    at = out.writeInt32BE(8, at);
    at = out.writeBigInt64BE(value, at);
  }
  return out;
}

export function boolArray(values: readonly boolean[]): Buffer {
  const out = startArray(oids.bool, values.length, values.length);
  let at = arrayHeaderBytes;
  for (const value of values) {
    at = out.writeInt32BE(1, at);
    at = out.writeUInt8(value ? 1 : 0, at);
  }
  return out;
}

const arrayHeaderBytes = 20;

function startArray(oid: number, count: number, valueBytes: number): Buffer {
  const out = Buffer.allocUnsafe(arrayHeaderBytes + count * 4 + valueBytes);
  out.writeInt32BE(count === 0 ? 0 : 1, 0); // dimensions
  out.writeInt32BE(1, 4); // may hold nulls
  out.writeInt32BE(oid, 8);
  out.writeInt32BE(count, 12);
  out.writeInt32BE(1, 16); // lower bound
  return count === 0 ? out.subarray(0, 12) : out;
}

/** Length and value, or the null length; returns the next offset. */
function writeTimestamp(out: Buffer, value: Date | null, at: number): number {
  if (value === null) return out.writeInt32BE(nullLength, at);
  const ms = value.getTime() - epochMs;
  const next = out.writeInt32BE(8, at);
  if (Math.abs(ms) > exactMsMax) return out.writeBigInt64BE(BigInt(ms) * 1000n, next);
  const microseconds = ms * 1000;
  const high = Math.floor(microseconds / 2 ** 32);
  out.writeInt32BE(high, next);
  return out.writeUInt32BE(microseconds - high * 2 ** 32, next + 4);
}

/** What every row of one COPY shares. */
export interface CopyConstants {
  connection: number;
  customerId: string;
  syncedAt: Date;
}

export interface CopyRow {
  id: string;
  /** One byte a character (latin1). */
  hash: string;
  modifiedAt: Date | null;
  isSanitised: boolean;
  raw: Buffer;
}

/** The columns of `writeCopyRow`, in its order. */
export const copyColumns = `_syncline_connection, _syncline_customer_id, _syncline_synced_at,
  _syncline_record_id, _syncline_hash, _syncline_modified_at, _syncline_is_sanitised, raw`;
const copyColumnCount = 8;

export const copyHeader = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
export const copyTrailer = Buffer.from([0xff, 0xff]);

/** What all rows share stands first in each row, encoded once for a COPY. */
export function copyRowHead({ connection, customerId, syncedAt }: CopyConstants): Buffer {
  const customer = Buffer.from(customerId, 'utf8');
  const out = Buffer.allocUnsafe(2 + 8 + 4 + customer.length + 12);
  let at = out.writeInt16BE(copyColumnCount, 0);
  at = out.writeInt32BE(4, at);
  at = out.writeInt32BE(connection, at);
  at = out.writeInt32BE(customer.length, at);
  at += customer.copy(out, at);
  writeTimestamp(out, syncedAt, at);
  return out;
}

/** An upper bound, without a look at the id's characters. */
export function copyRowBytesMax(head: Buffer, row: CopyRow): number {
  return head.length + 4 + row.id.length * 3 + 4 + row.hash.length + 12 + 5 + 5 + row.raw.length;
}

/** Writes a row at `at` and returns the next offset. */
export function writeCopyRow(out: Buffer, head: Buffer, row: CopyRow, start: number): number {
  let at = start + head.copy(out, start);
  const idBytes = out.write(row.id, at + 4);
  at = out.writeInt32BE(idBytes, at) + idBytes;
  at = out.writeInt32BE(row.hash.length, at);
  at += out.write(row.hash, at, 'latin1');
  at = writeTimestamp(out, row.modifiedAt, at);
  at = out.writeInt32BE(1, at);
  at = out.writeUInt8(row.isSanitised ? 1 : 0, at);
  at = out.writeInt32BE(row.raw.length + 1, at);
  at = out.writeUInt8(jsonbVersion, at);
  return at + row.raw.copy(out, at);
}

function sum(numbers: number[]): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
