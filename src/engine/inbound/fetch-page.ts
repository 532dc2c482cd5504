import { giveBack } from '../../base/body-buffers.ts';
import { compilePath, readPath } from '../../base/path.ts';
import type { IncomingRecord, QuarantinedRecord, RecordBatch } from '../../hub/types.ts';
import {
  isKeyless,
  type ObjectDefinition,
  type PageAnswer,
  type PageRequest,
  ProviderError,
  type ReadKind,
  type ReadPart,
} from '../../kit/index.ts';
import { type OpenedFeed, openFeedPage } from '../page/feed-page.ts';
import { observedHash } from '../page/observed-hash.ts';
import { type OpenedPage, openPage } from '../page/read-page.ts';
import { ask } from './ask.ts';
import { advance, type Cursor } from './cursor.ts';
import { nameByPlace, placeOfPage } from './keyless.ts';
import { isOfDeletions, partsOf } from './read-parts.ts';
import { openRead, renew, type Slice } from './slice.ts';
import { placeOf, scopeIds } from './under-parents.ts';

/** One page in memory, and where the read stands after it. */
export interface FetchedPage {
  /** Made when somebody asks for them, where there is a batch of them. */
  readonly records: IncomingRecord[];
  /** The same, not opened yet; null: they are open. */
  batch: RecordBatch | null;
  quarantined: QuarantinedRecord[];
  bytes: number;
  highest: string | null;
  /** Latest time of what this page lists as deleted, when it belongs to the feed of deletions. */
  highestDeletion: Date | null;
  /** Where the provider's feed stands behind this page. */
  feed: FeedPlace;
  /** How many records the provider says the listing has. */
  total: number | null;
  isFirst: boolean;
  /** The provider's clock when the page was asked for. */
  providerTime: Date | null;
  after: Cursor;
  /** Its records are written: their bytes may be overwritten. */
  release(): void;
}

export interface FeedPlace {
  /** null: this page says nothing about it. */
  position: string | null;
  /** false: the feed goes on beyond this position, with items that are too young to be counted on. */
  isSettled: boolean;
}

/** An answer that has come and is known to be a page: the next one can be asked for before its records are read. */
export interface ArrivedPage {
  after: Cursor;
  /** The hub's last drawn seq behind this page's arrival. */
  nextSeq?: Promise<bigint> | undefined;
  read(): Promise<FetchedPage>;
}

/** Asks for one page. `noted`: the hub's last drawn seq, asked for when the page before it had come. */
export async function fetchPage(slice: Slice, cursor: Cursor, noted?: Promise<bigint>): Promise<ArrivedPage> {
  const { definition, lease, hub, ctx } = slice;
  const read = openRead(slice);
  const part = partsOf(definition, read.kind)[cursor.part]!;
  const place = await placeOf(slice, cursor);
  if (place === null) return emptyPage(cursor, advance(cursor, null));
  const isDeletions = isOfDeletions(definition, read.kind, cursor.part);
  const request: PageRequest = {
    object: lease.sync.object,
    position: place.position,
    ...(place.parentId === undefined ? {} : { parentId: place.parentId }),
    since: isDeletions ? read.deletionsSince : read.since,
    pageSize: definition.pageSizeMax,
    prepared: read.prepared,
  };
  const askedSeq = await (noted ?? hub.lastDrawnSeq());
  let nextSeq: Promise<bigint> | undefined;
  const asked = ask(slice, part.request(request), async ({ body, headers, askedTime, askedSeq: askedBefore }) => {
    const input = {
      body,
      part,
      object: definition,
      watermark: definition.incremental?.watermark,
      headers,
      askedSeq: askedBefore ?? askedSeq,
      recordBytesMax: ctx.limits.recordBytesMax,
      isReread: isReread(slice),
    };
    const { feed } = part;
    // Its answer comes while the page is cut. A little too early is safe: what the next page shows counts as older than it is.
    nextSeq = hub.lastDrawnSeq();
    nextSeq.catch(() => undefined); // it is awaited before the next page is asked for
    const settledBefore = settledTime(slice, askedTime);
    return { opened: feed ? openFeedPage({ ...input, feed, settledBefore }) : await openPage(input), providerTime: askedTime };
  });
  // A parent that is gone by now has no children any more.
  const arrived = place.parentId === undefined ? await asked : await orNone(asked);
  await renew(slice);
  if (arrived === null) return emptyPage(cursor, advance(cursor, place.keep(null)));
  const { opened, providerTime } = arrived;
  const after = advance(cursor, place.keep(part.next(request, opened.answer)));
  const feed = placeInFeed(definition, read.kind, opened);
  const frame = { isFirst: cursor.pages === 0, providerTime, after, feed, total: totalIn(part, opened.answer) };
  return {
    after,
    nextSeq,
    read: () =>
      readRecords(opened, frame, {
        ...{ isDeletions, observed: lease.sync.observedFields, scope: scopeOf(definition, place.parentId) },
        keyless: isKeyless(definition) ? placeOfPage(read, cursor) : undefined,
      }),
  };
}

/** Everything is listed again, and nothing but its bytes says whether it has changed. */
function isReread({ state, definition, lease: { sync }, children }: Slice): boolean {
  const isPlain = sync.observedFields.length === 0 && sync.landing === 'merge' && children.length === 0;
  return state.read?.kind === 'full' && state.hasFull && isPlain && !isKeyless(definition) && !definition.parent;
}

/** Nothing was asked, or nothing is there. */
function emptyPage(cursor: Cursor, after: Cursor): ArrivedPage {
  const nothing = { records: [], batch: null, quarantined: [], bytes: 0, highest: null, highestDeletion: null, feed: nowhere, total: null };
  return { after, read: async () => ({ ...nothing, release: () => undefined, isFirst: cursor.pages === 0, providerTime: null, after }) };
}

async function orNone<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ProviderError && error.meaning === 'not_found') return null;
    throw error;
  }
}

function scopeOf({ parent }: ObjectDefinition, parentId: string | undefined): string | undefined {
  return parent?.scopesId ? parentId : undefined;
}

/** Of a listing in one part: nobody adds up estimates. */
function totalIn({ totalPath }: ReadPart, { envelope }: PageAnswer): number | null {
  const total = totalPath === undefined ? null : Number(textAt(envelope, totalPath) ?? Number.NaN);
  return total !== null && Number.isSafeInteger(total) && total >= 0 ? total : null;
}

type Frame = Pick<FetchedPage, 'isFirst' | 'providerTime' | 'after' | 'feed' | 'total'>;

/** How many records the page has. */
export function sizeOf(page: FetchedPage): number {
  return page.batch?.count ?? page.records.length;
}

interface Reading {
  isDeletions: boolean;
  observed: string[];
  /** The parent's id, where the records' own are unique below it only. */
  scope: string | undefined;
  /** The page's place, where the records have no key. */
  keyless: string | undefined;
}

async function readRecords(opened: OpenedPage, frame: Frame, { isDeletions, observed, scope, keyless }: Reading): Promise<FetchedPage> {
  const page = await opened.read();
  const { quarantined, bytes, highestWatermark } = page;
  if (observed.length > 0) for (const record of page.records) record.hash = observedHash(record.raw, observed);
  if (scope !== undefined) scopeIds({ records: page.records, quarantined }, scope);
  if (keyless !== undefined) nameByPlace({ records: page.records, quarantined }, keyless);
  const highestDeletion = isDeletions ? latest(page.records) : null;
  return {
    ...{ ...frame, quarantined, bytes, highest: highestWatermark, highestDeletion },
    batch: page.batch ?? null,
    get records() {
      return page.records;
    },
    release: () => giveBack(page.body),
  };
}

function latest(records: IncomingRecord[]): Date | null {
  let highest: Date | null = null;
  for (const { modifiedAt } of records) if (modifiedAt && (!highest || modifiedAt > highest)) highest = modifiedAt;
  return highest;
}

const nowhere: FeedPlace = { position: null, isSettled: true };

/** Where the feed stands behind this page: said in its envelope, or by its last item that is old enough. */
function placeInFeed({ delta }: ObjectDefinition, kind: ReadKind, opened: OpenedPage | OpenedFeed): FeedPlace {
  if (kind === 'full' && delta?.start.from === 'listed') return { ...nowhere, position: textAt(opened.answer.envelope, delta.start.path) };
  if (kind !== 'delta') return nowhere;
  if (delta!.mark.from === 'envelope') return { ...nowhere, position: textAt(opened.answer.envelope, delta!.mark.path) };
  return 'settledMark' in opened ? { position: opened.settledMark, isSettled: opened.isSettled } : nowhere;
}

/** Kept clear of our own clock, where the provider shows none: the two may differ. */
const ourClockMarginSeconds = 300;

/** Before it nothing can become visible any more; null: the object shows everything at once. */
export function settledTime({ definition, ctx }: Pick<Slice, 'definition' | 'ctx'>, askedTime: Date | null): Date | null {
  const lagSeconds = Math.max(definition.visibilityLagSeconds, definition.settledLagSeconds ?? 0);
  if (lagSeconds === 0) return null;
  const nowMs = askedTime?.getTime() ?? ctx.clock.now().getTime() - ourClockMarginSeconds * 1000;
  return new Date(nowMs - lagSeconds * 1000);
}

/** A text or number at a path of an answer; null: there is none. */
export function textAt(root: unknown, path: string): string | null {
  const value = readPath(root, compilePath(path));
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? String(value) : null;
}
