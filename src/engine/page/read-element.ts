import { isUtf8 } from 'node:buffer';
import { contentHash } from '../../base/hash.ts';
import { giveBackIntList, type IntList, takeIntList } from '../../base/int-list.ts';
import { createPicker, type Picked, type Picker } from '../../base/json-pick.ts';
import { sanitiseJson } from '../../base/json-sanitise.ts';
import { compilePath } from '../../base/path.ts';
import type { Steps } from '../../base/steps.ts';
import type { IncomingRecord, QuarantinedRecord } from '../../hub/types.ts';
import type { Json, PageAnswer } from '../../kit/index.ts';
import { PageRecord } from './page-record.ts';
import type { PageInput } from './read-page.ts';
import { readRecordId, writtenNumber } from './record-id.ts';
import { slicePage } from './slice-page.ts';
import { compareWatermarks, isWatermark, watermarkToDate } from './watermark.ts';

/** What is kept of a record in quarantine. */
export const quarantineBytesMax = 64 * 1024;

/** A page while it is read: what was found so far, and where the fields stand. */
export interface Reading {
  input: PageInput;
  body: Buffer;
  /** Start and end of element i stand at 2i and 2i + 1. */
  ranges: number[];
  envelope: Json;
  picker: Picker;
  /** Of each element: where its walk ended (-1: no object), and where the picker found its fields. null: it is walked again. */
  walks: IntList | null;
  /** Where the picker keeps what; -1: the object has no such field. */
  idSlots: number[];
  modifiedAtSlot: number;
  isDeletedSlot: number;
  deletedAtSlot: number;
  watermarkSlot: number;
  isDeletionFeed: boolean;
  isComposite: boolean;
  /** Whether any record of the page may hold what jsonb refuses: an escape, or bytes that are not UTF-8. */
  mayNeedMending: boolean;
  records: IncomingRecord[];
  quarantined: QuarantinedRecord[];
  highest: string | null;
  last: PageAnswer['last'];
  dated: { text: string; date: Date | null };
}

/** Cuts the page into its elements and walks each of them, in one pass over the bytes. */
export function* startReading(input: PageInput): Steps<Reading> {
  const { record } = input.object;
  const paths: string[] = [];
  const slotOf = (path: string | undefined) => (path === undefined ? -1 : paths.push(path) - 1);
  const ids = Array.isArray(record.id) ? record.id : [record.id];
  const slots = {
    idSlots: ids.map(slotOf),
    modifiedAtSlot: slotOf(record.modifiedAt),
    isDeletedSlot: slotOf(record.isDeleted),
    deletedAtSlot: slotOf(record.deletedAt),
    watermarkSlot: slotOf(input.watermark?.path),
  };
  const picker = createPicker(paths.map(compilePath));
  const walks = takeIntList();
  const visit = (bytes: Buffer, start: number) => {
    const end = picker.walk(bytes, start);
    walks.push(end);
    picker.save(walks);
    return end;
  };
  const { body, ranges, envelope, isVisited } = yield* slicePage(input.body, input.part.recordsPath, visit);
  if (!isVisited) giveBackIntList(walks);
  return {
    ...{ input, body, ranges, envelope, picker, walks: isVisited ? walks : null },
    ...slots,
    isDeletionFeed: input.part.signal === 'deletions',
    isComposite: Array.isArray(record.id),
    mayNeedMending: !isUtf8(body) || body.includes('\\u'),
    records: [],
    quarantined: [],
    highest: null,
    last: null,
    dated: { text: '', date: null },
  };
}

/** Element i of the page: a record, or a reason. */
export function readElement(reading: Reading, i: number): void {
  const bytes = reading.body.subarray(reading.ranges[2 * i]!, reading.ranges[2 * i + 1]!);
  if (!goTo(reading, i)) setAside(reading, null, 'malformed', 'The record is not a JSON object.', bytes);
  else readObject(reading, i, bytes);
}

/** The last element that has an id, which is what the next page may depend on: known without reading the others. */
export function findLast(reading: Reading): PageAnswer['last'] {
  for (let i = reading.ranges.length / 2 - 1; i >= 0; i--) {
    if (!goTo(reading, i)) continue;
    const ids = reading.idSlots.map((slot) => reading.picker.value(slot));
    const { id } = readRecordId(ids, reading.isComposite);
    if (id !== null) return { id, watermark: readWatermark(reading) };
  }
  return null;
}

/** Records that are read without a break: about half a millisecond. */
export const breakElements = 100;

/** Lets the picker stand at element i; false when that is no object. */
export function goTo({ picker, walks, ranges, body }: Reading, i: number): boolean {
  if (walks === null) return picker.walk(body, ranges[2 * i]!) === ranges[2 * i + 1];
  const at = i * (1 + picker.pickedNumbers);
  if (walks.values[at] !== ranges[2 * i + 1]) return false;
  picker.restore(body, walks, at + 1);
  return true;
}

function readObject(reading: Reading, at: number, bytes: Buffer): void {
  const { input, picker } = reading;
  const ids = reading.idSlots.map((slot) => picker.value(slot));
  const found = readRecordId(ids, reading.isComposite);
  if (found.id === null) {
    setAside(reading, null, 'id_missing', found.detail, bytes);
    return;
  }
  const watermark = readWatermark(reading);
  reading.last = { id: found.id, watermark };
  if (bytes.length > input.recordBytesMax) {
    setAside(reading, found.id, 'too_large', `The record has ${bytes.length} bytes, at most ${input.recordBytesMax} are stored.`, bytes);
    return;
  }
  if (watermark !== null && !reading.isDeletionFeed) raiseMark(reading, watermark);
  const isDeleted = reading.isDeletionFeed || isMarkedDeleted(reading);
  const modifiedAt = (isDeleted ? timeAt(reading, reading.deletedAtSlot) : null) ?? timeAt(reading, reading.modifiedAtSlot);
  const { raw, isSanitised } = reading.mayNeedMending ? sanitiseJson(bytes) : { raw: bytes, isSanitised: false };
  const fields = {
    ...{ id: found.id, hash: contentHash(bytes), modifiedAt, isDeleted, isSanitised },
    askedSeq: input.part.isLagging ? 0n : input.askedSeq,
  };
  const start = reading.ranges[2 * at]!;
  reading.records.push(
    isSanitised ? new PageRecord(fields, raw, 0, raw.length) : new PageRecord(fields, reading.body, start, start + bytes.length),
  );
}

/** Every element has been looked at. */
export function forgetWalks(reading: Reading): void {
  if (reading.walks) giveBackIntList(reading.walks);
  reading.walks = null;
}

/** Of the element where the picker stands. */
export function isMarkedDeleted(reading: Reading): boolean {
  return valueAt(reading, reading.isDeletedSlot) === true;
}

/** Takes the watermark of the element where the picker stands into account. */
export function noteMark(reading: Reading): void {
  const watermark = readWatermark(reading);
  if (watermark !== null) raiseMark(reading, watermark);
}

function valueAt(reading: Reading, slot: number): Picked {
  return slot === -1 ? undefined : reading.picker.value(slot);
}

function textAt(reading: Reading, slot: number): string | undefined {
  const value = valueAt(reading, slot);
  return typeof value === 'string' ? value : writtenNumber(value);
}

function timeAt(reading: Reading, slot: number): Date | null {
  const text = textAt(reading, slot);
  return text === undefined ? null : dateOf(reading, text);
}

/** Modified time and watermark are mostly the same text: it is read once. */
function dateOf(reading: Reading, text: string): Date | null {
  if (text !== reading.dated.text) reading.dated = { text, date: watermarkToDate(text) };
  return reading.dated.date;
}

function readWatermark(reading: Reading): string | null {
  const text = textAt(reading, reading.watermarkSlot);
  if (text === undefined) return null;
  const { type } = reading.input.watermark!;
  return (type === 'datetime' ? dateOf(reading, text) !== null : isWatermark(type, text)) ? text : null;
}

function raiseMark(reading: Reading, watermark: string): void {
  const { type } = reading.input.watermark!;
  if (reading.highest === null || compareWatermarks(type, reading.highest, watermark) < 0) reading.highest = watermark;
}

function setAside(reading: Reading, id: string | null, reason: QuarantinedRecord['reason'], detail: string, bytes: Buffer): void {
  reading.quarantined.push({ id, reason, detail, raw: Buffer.from(bytes.subarray(0, quarantineBytesMax)) });
}
