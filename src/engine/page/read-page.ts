import { atOnce, type Steps, withBreaks } from '../../base/steps.ts';
import type { IncomingRecord, QuarantinedRecord, RecordBatch } from '../../hub/types.ts';
import type { IncrementalDefinition, ObjectDefinition, PageAnswer, ReadPart } from '../../kit/index.ts';
import { findLast, type Reading, readElement, startReading } from './read-element.ts';
import { openInThread, ThreadEnded } from './read-in-thread.ts';

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

/** What cutting needs of it: plain values, which pass between threads. */
export type CutInput = Omit<PageInput, 'part' | 'object'> & {
  part: Pick<ReadPart, 'recordsPath' | 'signal' | 'isLagging'>;
  object: Pick<ObjectDefinition, 'record'>;
};

export interface ReadPage {
  /** Of a page that another thread has read, made when somebody asks for them. */
  readonly records: IncomingRecord[];
  /** The same records, where they are plain and that is known already. */
  batch?: RecordBatch | null;
  /** What the records' bytes are pieces of. */
  body: Buffer;
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
  return atOnce(atOnce(cutPage(input)).read());
}

/** A page of which only the frame is known: enough to ask for the next one. */
export interface OpenedPage {
  answer: PageAnswer;
  /** Reads the records, some at a time: what else the process does (the next request) goes on in between. */
  read(): Promise<ReadPage>;
}

/** `readPage` in two steps, so that the next page can be on its way while this one is read: by another thread, or here. */
export async function openPage(input: PageInput): Promise<OpenedPage> {
  const elsewhere = openInThread(input);
  if (elsewhere === null) return openHere(input);
  const orHere = async <T>(work: Promise<T>, here: () => Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof ThreadEnded)) throw error;
      return here();
    }
  };
  const { answer, read } = await orHere(elsewhere, () => openHere(input));
  return { answer, read: () => orHere(read(), async () => (await openHere(input)).read()) };
}

async function openHere(input: PageInput): Promise<OpenedPage> {
  const { answer, read } = await withBreaks(cutPage(input));
  return { answer, read: () => withBreaks(read()) };
}

interface CutPage {
  answer: PageAnswer;
  /** What the records are ranges of. */
  body: Buffer;
  read(): Steps<ReadPage>;
}

/** The page's frame, and the way to its records. */
export function* cutPage(input: CutInput): Steps<CutPage> {
  const reading = yield* startReading(input);
  const { envelope, body, ranges } = reading;
  const answer = { envelope, headers: input.headers, count: ranges.length / 2, last: findLast(reading) };
  return { answer, body, read: () => readElements(reading, answer) };
}

/** Records that are read without a break: about half a millisecond. */
const breakRecords = 100;

function* readElements(reading: Reading, answer: PageAnswer): Steps<ReadPage> {
  for (let i = 0; i < answer.count; i++) {
    if (i % breakRecords === 0) yield;
    readElement(reading, i);
  }
  const { records, quarantined, highest, body } = reading;
  return { records, quarantined, answer, highestWatermark: highest, bytes: reading.input.body.length, body };
}
