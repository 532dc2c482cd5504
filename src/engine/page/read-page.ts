import { atOnce, type Steps, withBreaks } from '../../base/steps.ts';
import type { IncomingRecord, QuarantinedRecord, RecordBatch } from '../../hub/types.ts';
import type { IncrementalDefinition, ObjectDefinition, PageAnswer, ReadPart } from '../../kit/index.ts';
import { packElements } from './pack-elements.ts';
import { breakElements, findLast, forgetWalks, type Reading, readElement, startReading } from './read-element.ts';

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
  /** Most of its records are expected to be what stands there already: none is made before somebody asks for it. */
  isReread?: boolean;
}

export interface ReadPage {
  /** Of a page that is read again, made when somebody asks for them. */
  readonly records: IncomingRecord[];
  /** The same records, where they are plain and that is known already. */
  readonly batch?: RecordBatch;
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
  const reading = atOnce(startReading(input));
  return atOnce(readElements(reading, answerOf(reading)));
}

/** A page of which only the frame is known: enough to ask for the next one. */
export interface OpenedPage {
  answer: PageAnswer;
  /** Reads the records, some at a time: what else the process does (the next request) goes on in between. */
  read(): Promise<ReadPage>;
}

/** `readPage` in two steps, so that the next page can be on its way while this one is read. */
export async function openPage(input: PageInput): Promise<OpenedPage> {
  const reading = await withBreaks(startReading(input));
  const answer = answerOf(reading);
  return { answer, read: () => withBreaks(input.isReread ? readAgain(reading, answer) : readElements(reading, answer)) };
}

function answerOf(reading: Reading): PageAnswer {
  const { envelope, input, ranges } = reading;
  return { envelope, headers: input.headers, count: ranges.length / 2, last: findLast(reading) };
}

function* readElements(reading: Reading, answer: PageAnswer): Steps<ReadPage> {
  for (let i = 0; i < answer.count; i++) {
    if (i % breakElements === 0) yield;
    readElement(reading, i);
  }
  forgetWalks(reading);
  const { records, quarantined, highest, body } = reading;
  return { records, quarantined, answer, highestWatermark: highest, bytes: reading.input.body.length, body };
}

/** What is set aside now would be told to nobody any more, and its record would be taken for one that is not listed. */
function opened({ count }: RecordBatch, { records, quarantined }: ReadPage): IncomingRecord[] {
  if (quarantined.length > 0 || records.length !== count)
    throw new Error(`a page was packed as ${count} plain records, and opened it has ${records.length} and ${quarantined.length} set aside`);
  return records;
}

function* readAgain(reading: Reading, answer: PageAnswer): Steps<ReadPage> {
  const batch = yield* packElements(reading);
  if (batch === null) return yield* readElements(reading, answer);
  forgetWalks(reading);
  let records: IncomingRecord[] | null = null;
  return {
    ...{ batch, quarantined: [], answer, highestWatermark: reading.highest, bytes: reading.input.body.length, body: reading.body },
    get records() {
      records ??= opened(batch, atOnce(readElements(reading, answer)));
      return records;
    },
  };
}
