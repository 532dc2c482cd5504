import { contentHash } from '../../base/hash.ts';
import { IntList } from '../../base/int-list.ts';
import { createPicker, type Picked, type Picker } from '../../base/json-pick.ts';
import { sanitiseJson } from '../../base/json-sanitise.ts';
import { openBrace } from '../../base/json-skip.ts';
import { compilePath, type Path } from '../../base/path.ts';
import { atOnce } from '../../base/steps.ts';
import { likeRecord } from '../../hub/incoming-record.ts';
import type { IncomingRecord, QuarantinedRecord } from '../../hub/types.ts';
import type { FeedShape, ObjectDefinition, PageAnswer } from '../../kit/index.ts';
import { quarantineBytesMax } from './read-element.ts';
import { type OpenedPage, type PageInput, type ReadPage, readPage } from './read-page.ts';
import { readRecordId, writtenNumber } from './record-id.ts';
import { slicePage } from './slice-page.ts';
import { watermarkToDate } from './watermark.ts';

/**
 * A page of a feed whose items hold their record somewhere inside, or only say that it is gone. The bytes of each record are taken
 * out as they came and read like those of a listing. Of one record the last item of the page counts: it is the newest.
 */
export function openFeedPage(input: FeedInput): OpenedFeed {
  const { body, ranges, envelope } = atOnce(slicePage(input.body, input.part.recordsPath));
  const bodies: Buffer[] = [];
  for (let i = 0; i < ranges.length; i += 2) bodies.push(body.subarray(ranges[i]!, ranges[i + 1]!));
  if (input.feed.order === 'newest_first') bodies.reverse();
  const reader = itemReader(input.feed, input.object);
  const items = bodies.map((bytes) => reader(bytes));
  const answer = { envelope, headers: input.headers, count: items.length, last: lastOf(items) };
  const settled = settledMarkOf(items, input.settledBefore);
  return { answer, ...settled, read: async () => readItems(input, items, answer) };
}

export interface FeedInput extends PageInput {
  feed: FeedShape;
  /** Before it nothing can become visible any more. Absent: what the feed shows is all there is. */
  settledBefore?: Date | null;
}

export interface OpenedFeed extends OpenedPage {
  /** The last mark before which nothing can appear any more; null: this page has none. */
  settledMark: string | null;
  /** false: there are younger items. No later page's mark counts either, because what appears late may stand before them. */
  isSettled: boolean;
}

type Item =
  | { kind: 'passed_over'; mark: string | null; at: Date | null }
  | { kind: 'odd'; id: string | null; mark: string | null; at: Date | null; detail: string; bytes: Buffer }
  | { kind: 'record'; id: string; mark: string | null; at: Date | null; bytes: Buffer }
  | { kind: 'deleted'; id: string; mark: string | null; at: Date | null; bytes: Buffer };

function lastOf(items: Item[]): PageAnswer['last'] {
  const last = items.at(-1);
  return last ? { id: 'id' in last ? last.id : null, watermark: last.mark } : null;
}

/**
 * The last mark before the first item that is so young that an older one may yet become visible. What stands behind it is told again
 * by the next read, and changes nothing.
 */
function settledMarkOf(items: Item[], settledBefore: Date | null | undefined): Pick<OpenedFeed, 'settledMark' | 'isSettled'> {
  let settledMark: string | null = null;
  for (const { mark, at } of items) {
    if (settledBefore && at && at >= settledBefore) return { settledMark, isSettled: false };
    settledMark = mark ?? settledMark;
  }
  return { settledMark, isSettled: true };
}

function readItems(input: PageInput, items: Item[], answer: PageAnswer): ReadPage {
  const newest = new Map<string, Extract<Item, { kind: 'record' | 'deleted' }>>();
  const quarantined: QuarantinedRecord[] = [];
  for (const item of items) {
    if (item.kind === 'record' || item.kind === 'deleted') newest.set(item.id, item);
    else if (item.kind === 'odd')
      quarantined.push({
        id: item.id,
        reason: 'malformed',
        detail: item.detail,
        raw: Buffer.from(item.bytes.subarray(0, quarantineBytesMax)),
      });
  }
  const live = [...newest.values()].filter(({ kind }) => kind === 'record');
  const listing = readPage({
    ...input,
    body: Buffer.from(`[${live.map(({ bytes }) => bytes.toString('latin1')).join(',')}]`, 'latin1'),
    part: { ...input.part, recordsPath: '', signal: 'records' },
  });
  const records = listing.records.map((record) => {
    const at = newest.get(record.id)?.at;
    return likeRecord(record, { ...(at && { modifiedAt: at }), isInOrder: true });
  });
  for (const item of newest.values()) if (item.kind === 'deleted') records.push(deletion(input, item));
  return { ...listing, records, quarantined: [...quarantined, ...listing.quarantined], answer, bytes: input.body.length };
}

function deletion(input: PageInput, { id, at, bytes }: Extract<Item, { kind: 'deleted' }>): IncomingRecord {
  const askedSeq = input.part.isLagging ? 0n : input.askedSeq;
  return { id, hash: contentHash(bytes), ...sanitiseJson(bytes), modifiedAt: at, isDeleted: true, askedSeq, isInOrder: true };
}

/** Reads one item: what it is about, and what it says. Paths of the record lead through it when the item holds one. */
function itemReader(feed: FeedShape, { record }: Pick<ObjectDefinition, 'record'>): (bytes: Buffer) => Item {
  const within = (path: string): Path => inside(feed.record, path);
  const recordIds = listOf(record.id).map(within);
  const ids = feed.id === undefined ? recordIds : listOf(feed.id).map((path, i) => firstOf(compilePath(path), recordIds[i]));
  const paths = {
    record: feed.record === undefined ? undefined : compilePath(feed.record),
    deleted: feed.deleted && compilePath(feed.deleted.path),
    isDeleted: record.isDeleted === undefined ? undefined : within(record.isDeleted),
    changedAt: feed.changedAt && compilePath(feed.changedAt.path),
    deletedAt: record.deletedAt === undefined ? undefined : within(record.deletedAt),
    modifiedAt: record.modifiedAt === undefined ? undefined : within(record.modifiedAt),
    mark: feed.mark === undefined ? undefined : compilePath(feed.mark),
    only: feed.only && compilePath(feed.only.path),
  };
  const all = [...ids, ...Object.values(paths).filter((path) => path !== undefined)];
  const picker = createPicker(all);
  const pickedAt = (path: Path | undefined): Picked => (path === undefined ? undefined : picker.value(all.indexOf(path)));
  const textOf = (path: Path | undefined): string | null => {
    const value = pickedAt(path);
    return typeof value === 'string' ? value : (writtenNumber(value) ?? null);
  };

  return (bytes) => {
    if (picker.walk(bytes, 0) !== bytes.length)
      return { kind: 'odd', id: null, mark: null, at: null, detail: 'The item of the feed is not a JSON object.', bytes };
    const mark = textOf(paths.mark);
    const changed = timeOf(textOf(paths.changedAt), feed.changedAt?.unit);
    if (feed.only && !isOneOf(textOf(paths.only), feed.only.values)) return { kind: 'passed_over', mark, at: changed };
    const found = readRecordId(ids.map(pickedAt), ids.length > 1);
    if (found.id === null) return { kind: 'odd', id: null, mark, at: changed, detail: found.detail, bytes };
    if (saysDeleted() || pickedAt(paths.isDeleted) === true) {
      const at = changed ?? timeOf(textOf(paths.deletedAt)) ?? timeOf(textOf(paths.modifiedAt));
      return { kind: 'deleted', id: found.id, mark, at, bytes };
    }
    const inner = paths.record === undefined ? bytes : rangeOf(picker, all, paths.record, bytes);
    if (inner === null)
      return { kind: 'odd', id: found.id, mark, at: changed, detail: `The item of the feed has no record at ${feed.record}.`, bytes };
    return { kind: 'record', id: found.id, mark, at: changed, bytes: inner };
  };

  function saysDeleted(): boolean {
    if (!feed.deleted) return false;
    const value = pickedAt(paths.deleted);
    if (!feed.deleted.values) return value !== undefined && value !== null && value !== false;
    return isOneOf(typeof value === 'boolean' ? String(value) : textOf(paths.deleted), feed.deleted.values);
  }
}

function isOneOf(text: string | null, values: string[]): boolean {
  return text !== null && values.includes(text);
}

function timeOf(text: string | null, unit?: 'seconds'): Date | null {
  if (text === null) return null;
  return watermarkToDate(unit === 'seconds' && /^\d{1,12}$/.test(text) ? `${text}000` : text);
}

/** The bytes of a picked object; null when there is none. */
function rangeOf(picker: Picker, all: Path[], path: Path, bytes: Buffer): Buffer | null {
  const found = new IntList();
  picker.save(found);
  let at = 0;
  for (const one of all) {
    for (const _alternative of one.alternatives) {
      const [start, end] = [found.values[at]!, found.values[at + 1]!];
      if (one === path && start !== -1 && bytes[start] === openBrace) return bytes.subarray(start, end);
      at += 2;
    }
  }
  return null;
}

function listOf(paths: string | string[]): string[] {
  return Array.isArray(paths) ? paths : [paths];
}

/** A path of the record, as it leads through an item that holds the record. */
function inside(outer: string | undefined, path: string): Path {
  const inner = compilePath(path);
  if (outer === undefined) return { ...inner };
  const { alternatives } = compilePath(outer);
  return { text: `${outer}/${path}`, alternatives: alternatives.flatMap((head) => inner.alternatives.map((tail) => [...head, ...tail])) };
}

function firstOf(path: Path, other: Path | undefined): Path {
  return other ? { text: `${path.text}|${other.text}`, alternatives: [...path.alternatives, ...other.alternatives] } : path;
}
