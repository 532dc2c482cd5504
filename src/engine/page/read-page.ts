import { atOnce, type Steps, withBreaks } from '../../base/steps.ts';
import type { IncomingRecord, QuarantinedRecord } from '../../hub/types.ts';
import type { IncrementalDefinition, ObjectDefinition, PageAnswer, ReadPart } from '../../kit/index.ts';
import { findLast, type Reading, readElement, startReading } from './read-element.ts';

export interface PageInput {
  body: Buffer;
  part: ReadPart;
  object: ObjectDefinition;
  /** Absent: the object has no watermark (it can only be read in full). */
  watermark?: IncrementalDefinition['watermark'] | undefined;
  /** Of the answer, lower case names. */
  headers: Record<string, string>;
  /** The hub's last drawn seq, noted before the page was asked for; lagging parts count as 0 whatever it says. */
  askedSeq: bigint;
  recordBytesMax: number;
}

export interface ReadPage {
  records: IncomingRecord[];
  /** One without an id means that the read met a record that it cannot name: its absence elsewhere proves nothing. */
  quarantined: QuarantinedRecord[];
  answer: PageAnswer;
  /** As the provider wrote it; null when no record had one. Deletions never move it. */
  highestWatermark: string | null;
  bytes: number;
}

/**
 * Turns one answer into records. The bytes of each record are stored as they came, and only its id, times and deletion
 * mark are picked out; Postgres judges the rest. One bad record is set aside with its reason and never loses the page;
 * an answer that is not a page is a `ProviderError`, never an empty page.
 */
export function readPage(input: PageInput): ReadPage {
  const reading = atOnce(startReading(input));
  atOnce(readElements(reading));
  const count = reading.ranges.length / 2;
  return pageOf(reading, { envelope: reading.envelope, headers: input.headers, count, last: reading.last });
}

/** A page of which only the frame is known: enough to ask for the next one. */
export interface OpenedPage {
  answer: PageAnswer;
  /** Reads the records, some at a time: what else the process does (the next request) goes on in between. */
  read(): Promise<ReadPage>;
}

/** Records that are read without a break: about half a millisecond. */
const breakRecords = 100;

/** `readPage` in two steps, so that the next page can be on its way while this one is read. */
export async function openPage(input: PageInput): Promise<OpenedPage> {
  const reading = await withBreaks(startReading(input));
  const count = reading.ranges.length / 2;
  const answer = { envelope: reading.envelope, headers: input.headers, count, last: findLast(reading) };
  return {
    answer,
    async read() {
      await withBreaks(readElements(reading));
      return pageOf(reading, answer);
    },
  };
}

function* readElements(reading: Reading): Steps<void> {
  const count = reading.ranges.length / 2;
  for (let i = 0; i < count; i++) {
    if (i % breakRecords === 0) yield;
    readElement(reading, i);
  }
}

function pageOf(reading: Reading, answer: PageAnswer): ReadPage {
  return {
    records: reading.records,
    quarantined: reading.quarantined,
    answer,
    highestWatermark: reading.highest,
    bytes: reading.input.body.length,
  };
}
