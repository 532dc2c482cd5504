import type { IncomingRecord, RecordBatch, SliceInput } from '../../hub/types.ts';
import { isKeyless, type Json } from '../../kit/index.ts';
import type { ReadState } from '../../syncs/checkpoint-state.ts';
import { compareWatermarks } from '../page/watermark.ts';
import { type FetchedPage, sizeOf } from './fetch-page.ts';
import { runRow } from './hub-run.ts';
import { openPageStream } from './page-stream.ts';
import { meetsEverything, partsOf } from './read-parts.ts';
import { committed, isOver, nextState, openRead, renew, type Slice } from './slice.ts';
import { chargeLoad, waitForLoad } from './wait-for-destination.ts';
import { isClockBehind } from './watermark-rules.ts';

/** The provider's clock is behind the watermark: this incremental read would skip what is being written now. */
export class ClockBehind extends Error {
  constructor() {
    super('the watermark lies ahead of the provider’s clock');
    this.name = 'ClockBehind';
  }
}

/** Reads and writes until the read, or the slice's share, has ended. true: every page of the read is in the hub. */
export async function readPages(slice: Slice): Promise<boolean> {
  if (slice.rowsPerSecondMax === null) await readAhead(slice);
  else
    while (!isAtEnd(slice, openRead(slice)) && (await waitForLoad(slice))) {
      await readAhead(slice);
      if (isOver(slice)) break;
    }
  return isAtEnd(slice, openRead(slice));
}

async function readAhead(slice: Slice): Promise<void> {
  const stream = openPageStream(slice);
  try {
    for (;;) {
      const group = await stream.nextGroup();
      if (group.length === 0) break;
      await writeGroup(slice, group);
      for (const page of group) page.release();
      await renew(slice);
    }
  } finally {
    await stream.close();
  }
}

function isAtEnd(slice: Slice, read: ReadState): boolean {
  return read.part >= partsOf(slice.definition, read.kind).length;
}

/** Some pages in one transaction, the checkpoint behind the last of them included. */
async function writeGroup(slice: Slice, group: FetchedPage[]): Promise<void> {
  const { hub, lease, table, connection, state } = slice;
  const read = openRead(slice);
  refuseClockBehind(slice, group[0]!);
  // A pass over the keys stores nothing: what it lists are no records.
  const isKeys = read.kind === 'keys';
  const unopened = isKeys ? undefined : unopenedOf(group);
  const records = unopened ? [] : recordsOf(group).filter(({ isDeleted }) => isDeleted || !isKeys);
  const quarantined = isKeys ? [] : group.flatMap((page) => page.quarantined);
  const keys = isKeys ? keysOf(group) : [];
  const fetched = group.reduce((sum, page) => sum + sizeOf(page), 0) + quarantined.length;
  const after = readAfter(slice, read, group);
  // Nothing to write, and the end of the read has a transaction of its own: an empty run costs one less.
  if (fetched === 0 && isAtEnd(slice, after)) return committed(slice, nextState(slice, { fetched: 0, facts: null }, { read: after }));
  await chargeLoad(slice, isKeys ? 0 : fetched);
  let next = state;
  await hub.writeSlice({
    ...{ syncId: lease.sync.id, fence: lease.fence, table, connection },
    generation: BigInt(read.generation),
    marksSeen: meetsEverything(read.kind),
    records,
    unopened,
    quarantined,
    keys,
    children: slice.children,
    ...(lease.sync.observedFields.length > 0 ? { observed: lease.sync.observedFields } : {}),
    shape: state.hasFull ? 'news' : 'first',
    // What has no key is never overwritten: its table holds every version.
    versions: lease.sync.landing === 'append' && !isKeyless(slice.definition) ? { runId: lease.run.id } : undefined,
    checkpoint: (facts) => {
      next = nextState(slice, { fetched, facts }, { read: after });
      return next as Json;
    },
    run: () => runRow(slice, next),
  });
  committed(slice, next);
}

function recordsOf(group: FetchedPage[]): IncomingRecord[] {
  return group.flatMap((page) => page.records);
}

/** undefined: a page's records are open already. */
function unopenedOf(group: FetchedPage[]): SliceInput['unopened'] {
  const batches: RecordBatch[] = [];
  for (const { batch } of group) if (batch) batches.push(batch);
  return batches.length === group.length ? { batches, open: () => recordsOf(group) } : undefined;
}

/** What a pass over the keys met. A record that would be set aside exists all the same. */
function keysOf(group: FetchedPage[]): string[] {
  return group.flatMap(({ records, quarantined }) => [
    ...records.flatMap(({ id, isDeleted }) => (isDeleted ? [] : [id])),
    ...quarantined.flatMap(({ id }) => (id === null ? [] : [id])),
  ]);
}

function refuseClockBehind({ state, definition }: Slice, first: FetchedPage): void {
  const read = state.read!;
  if (
    read.kind === 'incremental' &&
    first.isFirst &&
    isClockBehind(definition.incremental!.watermark.type, state.watermark, first.providerTime)
  )
    throw new ClockBehind();
}

function readAfter({ definition }: Slice, read: ReadState, group: FetchedPage[]): ReadState {
  const type = definition.incremental?.watermark.type;
  const first = group[0]!.isFirst ? group[0]! : null;
  let { highest, met, idless, signals, unmarked, feed, isFeedSettled, highestDeletion, total } = read;
  for (const page of group) {
    const size = sizeOf(page);
    const gone = page.batch ? 0 : page.records.filter(({ isDeleted }) => isDeleted).length;
    met += size;
    signals += gone;
    if (page.highest === null) unmarked += size - gone;
    for (const { id } of page.quarantined) {
      if (id === null) idless++;
      else met++;
    }
    total = page.total ?? total;
    if (isFeedSettled && page.feed.position !== null) feed = { position: page.feed.position };
    isFeedSettled &&= page.feed.isSettled;
    if (page.highestDeletion && !(highestDeletion && Date.parse(highestDeletion) >= page.highestDeletion.getTime()))
      highestDeletion = page.highestDeletion.toISOString();
    if (type && page.highest !== null && (highest === null || compareWatermarks(type, highest, page.highest) < 0)) highest = page.highest;
  }
  return {
    ...read,
    ...group.at(-1)!.after,
    ...{ met, idless, signals, unmarked, highest, feed, isFeedSettled, highestDeletion, total },
    firstPageHighest: first ? first.highest : read.firstPageHighest,
    providerTime: read.providerTime ?? first?.providerTime?.toISOString() ?? null,
  };
}
