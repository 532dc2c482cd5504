import { scanArray, type VisitElement } from '../../base/json-scan.ts';
import { compilePath, readPath } from '../../base/path.ts';
import type { Steps } from '../../base/steps.ts';
import { type Json, ProviderError } from '../../kit/index.ts';

export interface SlicedPage {
  body: Buffer;
  /** Start and end of record i in `body` stand at 2i and 2i + 1. */
  ranges: number[];
  envelope: Json;
  /** Whether every element was visited; the parser's fallback cuts without visiting. */
  isVisited: boolean;
}

/** Cuts an answer into the bytes of its records. Falls back to parsing the whole answer where the scanner is not certain. */
export function* slicePage(body: Buffer, recordsPath: string, visit?: VisitElement): Steps<SlicedPage> {
  const document = body.subarray(startsWithMark(body) ? byteOrderMark.length : 0);
  const segments = segmentsOf(recordsPath);
  const scanned = yield* scanArray(document, segments, visit);
  if (scanned !== null)
    return { body: document, ranges: scanned.ranges, envelope: parse(scanned.envelope, reviveNothing) as Json, isVisited: true };
  return sliceParsed(document, recordsPath, segments);
}

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

function startsWithMark(body: Buffer): boolean {
  return body.subarray(0, byteOrderMark.length).equals(byteOrderMark);
}

function segmentsOf(recordsPath: string): readonly string[] {
  const [segments] = compilePath(recordsPath).alternatives;
  return recordsPath === '' ? [] : segments!;
}

function sliceParsed(document: Buffer, recordsPath: string, segments: readonly string[]): SlicedPage {
  const parsed = parse(document, keepNumbers);
  const records = readPath(parsed, compilePath(recordsPath));
  if (!Array.isArray(records))
    throw new ProviderError('unavailable', `The answer has no array of records at ${JSON.stringify(recordsPath)}, so it is not a page.`);
  const ranges: number[] = [];
  const pieces: Buffer[] = [];
  let at = 0;
  for (const record of records) {
    const piece = Buffer.from(JSON.stringify(record), 'utf8');
    pieces.push(piece);
    ranges.push(at, at + piece.length);
    at += piece.length;
  }
  const envelope = segments.length === 0 ? [] : parse(document, reviveNothing);
  if (segments.length > 0) emptyAt(envelope, segments);
  return { body: Buffer.concat(pieces), ranges, envelope: envelope as Json, isVisited: false };
}

function emptyAt(envelope: unknown, segments: readonly string[]): void {
  const parent = segments.slice(0, -1).reduce((value, segment) => (value as Record<string, unknown>)[segment], envelope);
  (parent as Record<string, unknown>)[segments.at(-1)!] = [];
}

type Reviver = ((key: string, value: unknown, context: { source: string }) => unknown) | undefined;

const reviveNothing: Reviver = undefined;

/** Numbers keep their own digits through parse and stringify: https://github.com/tc39/proposal-json-parse-with-source */
const keepNumbers: Reviver = (_key, value, { source }) => (typeof value === 'number' ? rawJson(source) : value);

const { rawJSON: rawJson } = JSON as unknown as { rawJSON: (text: string) => unknown };

function parse(document: Buffer, reviver: Reviver): unknown {
  try {
    return JSON.parse(document.toString('utf8'), reviver as Parameters<typeof JSON.parse>[1]);
  } catch (error) {
    // RangeError: nested more deeply than the stack reaches.
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    throw new ProviderError('unavailable', 'The answer is not complete JSON, or nested too deeply to be read.', { cause: error });
  }
}
