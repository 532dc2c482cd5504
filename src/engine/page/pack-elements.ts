import { contentHash, storedHashBytes } from '../../base/hash.ts';
import { sanitiseJson } from '../../base/json-sanitise.ts';
import { backslash, quote } from '../../base/json-skip.ts';
import type { Steps } from '../../base/steps.ts';
import { recordIdBytesMax } from '../../hub/prepare-slice.ts';
import type { RecordBatch } from '../../hub/types.ts';
import { breakElements, goTo, isMarkedDeleted, noteMark, type Reading } from './read-element.ts';

const lengthBytes = 4;
/** Room for the ids at first, each: most are shorter. */
const idBytesGuess = 24;

/**
 * Ids and hashes of a page whose records are expected to be what stands there already, in the form that Postgres is asked with. No
 * record is made, not even its id's text: of all that a re-read does, that cost the most. null: some element is no plain record (deleted,
 * to be mended, to be set aside, with a key that is not simply text or digits), and the page is read as any other.
 */
export function* packElements(reading: Reading): Steps<RecordBatch | null> {
  if (reading.isComposite || reading.isDeletionFeed) return null;
  const count = reading.ranges.length / 2;
  let ids: Buffer = Buffer.allocUnsafe(count * (lengthBytes + idBytesGuess));
  let idHashes: Buffer = Buffer.allocUnsafe(count * (lengthBytes + idBytesGuess + storedHashBytes));
  let at = 0;
  let hashAt = 0;
  for (let i = 0; i < count; i++) {
    if (i % breakElements === 0) yield;
    if (!isPlain(reading, i)) return null;
    ids = withRoom(ids, at, lengthBytes + recordIdBytesMax);
    const idBytes = copyId(reading, ids, at + lengthBytes);
    if (idBytes <= 0) return null;
    ids.writeInt32BE(idBytes, at);
    idHashes = withRoom(idHashes, hashAt, lengthBytes + recordIdBytesMax + storedHashBytes);
    hashAt = idHashes.writeInt32BE(idBytes + storedHashBytes, hashAt);
    hashAt += ids.copy(idHashes, hashAt, at + lengthBytes, at + lengthBytes + idBytes);
    const record = reading.body.subarray(reading.ranges[2 * i]!, reading.ranges[2 * i + 1]!);
    hashAt += idHashes.write(contentHash(record), hashAt, storedHashBytes, 'latin1');
    at += lengthBytes + idBytes;
    noteMark(reading);
  }
  return { count, ids: ids.subarray(0, at), idHashes: idHashes.subarray(0, hashAt) };
}

function isPlain(reading: Reading, i: number): boolean {
  const { ranges, body, input, mayNeedMending } = reading;
  const start = ranges[2 * i]!;
  const end = ranges[2 * i + 1]!;
  if (!goTo(reading, i) || end - start > input.recordBytesMax || isMarkedDeleted(reading)) return false;
  return !mayNeedMending || !sanitiseJson(body.subarray(start, end)).isSanitised;
}

/** Text without escapes, or a number's own digits: as they stand, the bytes are the id. How many there were; 0: it is something else. */
function copyId({ picker, idSlots, body }: Reading, into: Buffer, at: number): number {
  let start = picker.startOf(idSlots[0]!);
  let end = picker.endOf(idSlots[0]!);
  if (start === -1) return 0;
  if (body[start] === quote) {
    start++;
    end--;
  } else if (!isDigit(body[start]!)) return 0;
  if (end - start > recordIdBytesMax) return 0;
  for (let from = start, to = at; from < end; from++, to++) {
    const byte = body[from]!;
    if (byte === backslash || byte === 0) return 0;
    into[to] = byte;
  }
  return end - start;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function withRoom(buffer: Buffer, used: number, more: number): Buffer {
  if (used + more <= buffer.length) return buffer;
  const larger = Buffer.allocUnsafe(2 * buffer.length + more);
  buffer.copy(larger, 0, 0, used);
  return larger;
}
