import { storedHashBytes } from '../base/hash.ts';
import type { RecordBatch } from './types.ts';

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
  const out = startArray(oids.text, values.length, sum(values.map(textBytesMax)));
  let at = arrayHeaderBytes;
  for (const value of values) {
    const bytes = writeText(out, value, at + 4);
    at = out.writeInt32BE(bytes, at) + bytes;
  }
  return endArray(out, values.length, at);
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

/** Hashes, which are held as text of one byte a character: the part that is stored. */
export function hashArray(values: readonly string[]): Buffer {
  const out = startArray(oids.bytea, values.length, values.length * storedHashBytes);
  let at = arrayHeaderBytes;
  for (const value of values) at = writeHash(out, value, out.writeInt32BE(storedHashBytes, at));
  return out;
}

/** Id and hash of each as one value. */
export function idHashArray(records: readonly { id: string; hash: string }[]): Buffer {
  const out = startArray(oids.bytea, records.length, sum(records.map(({ id }) => textBytesMax(id) + storedHashBytes)));
  let at = arrayHeaderBytes;
  for (const { id, hash } of records) {
    const idBytes = writeText(out, id, at + 4);
    at = writeHash(out, hash, out.writeInt32BE(idBytes + storedHashBytes, at) + idBytes);
  }
  return endArray(out, records.length, at);
}

function writeHash(out: Buffer, hash: string, at: number): number {
  return at + out.write(hash, at, storedHashBytes, 'latin1');
}

/** Longer texts are written by Node, whose call costs more than these characters. */
const shortTextChars = 48;

/** UTF-8; the number of bytes. Ids are short and mostly ASCII. */
function writeText(out: Buffer, text: string, at: number): number {
  const { length } = text;
  if (length > shortTextChars) return out.write(text, at);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) return out.write(text, at);
    out[at + i] = code;
  }
  return length;
}

/** An upper bound, without a look at the characters. */
function textBytesMax(text: string): number {
  return text.length * 3;
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

/** One array parameter out of the ids of several batches. */
export function joinIds(batches: readonly RecordBatch[]): Buffer {
  return joinArray(
    oids.text,
    batches.map(({ count, ids }) => ({ count, elements: ids })),
  );
}

/** The same of their ids and hashes as one value each. */
export function joinIdHashes(batches: readonly RecordBatch[]): Buffer {
  return joinArray(
    oids.bytea,
    batches.map(({ count, idHashes }) => ({ count, elements: idHashes })),
  );
}

function joinArray(oid: number, parts: { count: number; elements: Uint8Array }[]): Buffer {
  const count = sum(parts.map((part) => part.count));
  const out = startArray(oid, count, sum(parts.map(({ elements }) => elements.length)) - count * 4);
  let at = arrayHeaderBytes;
  for (const { elements } of parts) {
    out.set(elements, at);
    at += elements.length;
  }
  return out;
}

/** Texts were given room for the longest that they may be. */
function endArray(out: Buffer, count: number, end: number): Buffer {
  return count === 0 ? out : out.subarray(0, end);
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
  return head.length + 4 + textBytesMax(row.id) + 4 + storedHashBytes + 12 + 5 + 5 + row.raw.length;
}

/** Writes a row at `at` and returns the next offset. */
export function writeCopyRow(out: Buffer, head: Buffer, row: CopyRow, start: number): number {
  let at = start + head.copy(out, start);
  const idBytes = writeText(out, row.id, at + 4);
  at = out.writeInt32BE(idBytes, at) + idBytes;
  at = writeHash(out, row.hash, out.writeInt32BE(storedHashBytes, at));
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
