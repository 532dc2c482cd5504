import { closeBrace, closeBracket, colon, comma, openBrace, openBracket, quote, skipSpace, skipString, skipValue } from './json-skip.ts';
import type { Steps } from './steps.ts';

/**
 * Finds the array of records in a JSON document without parsing them, so that the bytes of every record can be stored
 * and hashed as they came (numbers beyond 2^53, 1.10 and key order included). It trusts nothing: whatever is not
 * certain gives null and the caller parses. Elements are delimited, not validated; the envelope is parsed by the caller.
 */
export interface ScannedArray {
  /** Start and end (exclusive) of element i stand at 2i and 2i + 1. */
  ranges: number[];
  /** The document with the array emptied. */
  envelope: Buffer;
}

/** Looks at the element that begins here and answers its end, so that it need not be walked a second time; -1: find the end without me. */
export type VisitElement = (body: Buffer, start: number) => number;

/** Elements between two breaks: about half a millisecond. */
const scanBreakElements = 100;

/** `path`: the keys that lead to the array; an empty list means that the document itself is the array. */
export function* scanArray(body: Buffer, path: readonly string[], visit?: VisitElement): Steps<ScannedArray | null> {
  const place = yield* findArray(body, skipSpace(body, 0), path, 0, visit);
  if (place === null || skipSpace(body, place.documentEnd) !== body.length) return null;
  return { ranges: place.ranges, envelope: Buffer.concat([body.subarray(0, place.start + 1), body.subarray(place.end - 1)]) };
}

interface Place {
  start: number;
  end: number;
  ranges: number[];
  documentEnd: number;
}

function* findArray(
  body: Buffer,
  at: number,
  path: readonly string[],
  depth: number,
  visit: VisitElement | undefined,
): Steps<Place | null> {
  if (depth < path.length) return body[at] === openBrace ? yield* findInObject(body, at, path, depth, visit) : null;
  if (body[at] !== openBracket) return null;
  const ranges: number[] = [];
  const end = yield* splitElements(body, at, ranges, visit);
  return end === -1 ? null : { start: at, end, ranges, documentEnd: end };
}

/** A key that stands twice is odd: the last would count, and it may be another kind of value. */
function* findInObject(
  body: Buffer,
  at: number,
  path: readonly string[],
  depth: number,
  visit: VisitElement | undefined,
): Steps<Place | null> {
  let place: Place | null = null;
  let i = skipSpace(body, at + 1);
  while (body[i] === quote) {
    const keyEnd = skipString(body, i);
    if (keyEnd === -1) return null;
    const isWanted = isSameKey(body, i, keyEnd, path[depth]!);
    i = skipSpace(body, keyEnd);
    if (body[i] !== colon) return null;
    i = skipSpace(body, i + 1);
    if (isWanted) {
      if (place !== null) return null;
      place = yield* findArray(body, i, path, depth + 1, visit);
      if (place === null) return null;
      i = place.documentEnd;
    } else i = skipValue(body, i);
    if (i === -1) return null;
    i = skipSpace(body, i);
    if (body[i] === closeBrace) return place === null ? null : { ...place, documentEnd: i + 1 };
    if (body[i] !== comma) return null;
    i = skipSpace(body, i + 1);
  }
  return null;
}

/** Collects the elements' ranges; the array's end, or -1. */
function* splitElements(body: Buffer, start: number, ranges: number[], visit: VisitElement | undefined): Steps<number> {
  let i = skipSpace(body, start + 1);
  if (body[i] === closeBracket) return i + 1;
  while (i < body.length) {
    let end = visit === undefined ? -1 : visit(body, i);
    if (end === -1) end = skipValue(body, i);
    if (end === -1) return -1;
    ranges.push(i, end);
    if (ranges.length % (2 * scanBreakElements) === 0) yield;
    i = skipSpace(body, end);
    if (body[i] === closeBracket) return i + 1;
    if (body[i] !== comma) return -1;
    i = skipSpace(body, i + 1);
  }
  return -1;
}

function isSameKey(body: Buffer, start: number, end: number, key: string): boolean {
  const text = body.toString('utf8', start, end);
  return text.includes('\\') ? decodeKey(text) === key : text.slice(1, -1) === key;
}

/** null: the escape is broken; whoever parses the envelope reports it. */
export function decodeKey(quoted: string): string | null {
  try {
    return JSON.parse(quoted) as string;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
