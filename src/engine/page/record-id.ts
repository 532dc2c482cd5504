import type { Picked } from '../../base/json-pick.ts';
import { recordIdBytesMax } from '../../hub/prepare-slice.ts';

export type RecordId = { id: string } | { id: null; detail: string };

/**
 * The record's id as text. A number id is taken as it was written, because JavaScript would round it; a composite key
 * becomes a JSON array of its parts as written, so that ["a","b"] and ["a,b"], and [1] and ["1"], stay different.
 */
export function readRecordId(parts: Picked[], isComposite: boolean): RecordId {
  const [first] = parts;
  if (!isComposite) return checkId(typeof first === 'string' ? first : writtenNumber(first));
  const written = parts.map((part) => (typeof part === 'string' && part !== '' ? JSON.stringify(part) : writtenNumber(part)));
  return checkId(written.includes(undefined) ? undefined : `[${written.join(',')}]`);
}

/** A value that is text on the wire: a string, or a number's own digits. */
export function writtenNumber(value: Picked): string | undefined {
  return typeof value === 'object' && value !== null && 'number' in value ? value.number : undefined;
}

function checkId(id: string | undefined): RecordId {
  if (id === undefined || id === '') return { id: null, detail: 'The record has no id, or a part of its key is missing.' };
  if (Buffer.byteLength(id) > recordIdBytesMax)
    return { id: null, detail: `The id is longer than ${recordIdBytesMax} bytes: ${id.slice(0, 100)}…` };
  if (id.includes('\u0000') || !id.isWellFormed())
    return { id: null, detail: 'The id holds a character that Postgres cannot store (U+0000 or a lone surrogate).' };
  return { id };
}
