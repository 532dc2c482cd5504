import type { Cursor } from './cursor.ts';
import { type ArrivedPage, type FetchedPage, fetchPage, sizeOf } from './fetch-page.ts';
import { partsOf } from './read-parts.ts';
import { isOver, openRead, type Slice } from './slice.ts';

/** A group is written when nothing more has arrived for this long, full or not. */
const groupWaitMsMax = 100;
/** Pages ahead of the writer: one transaction's worth of bytes, and never more pages than this. */
const aheadPagesMax = 40;

export interface PageStream {
  /** The pages of the next transaction, in order; empty when the slice reads no further. Throws what stopped the reading, after the pages before it. */
  nextGroup(): Promise<FetchedPage[]>;
  /** Ends the reading and waits until no request is in flight. */
  close(): Promise<void>;
}

/**
 * Reads ahead while Postgres writes: the next pages are fetched, cut and hashed meanwhile, bounded by pages and bytes, so that
 * memory does not follow the size of the data. The reading ends with the read, with the slice's share of time or pages, or with a
 * refusal.
 */
export function openPageStream(slice: Slice): PageStream {
  const { transactionRowsMax, transactionBytesMax, slicePagesMax } = slice.ctx.limits;
  const pages: FetchedPage[] = [];
  let bytes = 0;
  let isEnded = false;
  let failure: { error: unknown } | null = null;
  const changed = createSignal();

  const reading = read().catch((error: unknown) => {
    failure = { error };
  });
  void reading.then(() => {
    isEnded = true;
    changed.notify();
  });

  async function read(): Promise<void> {
    const { kind, ...state } = openRead(slice);
    const parts = partsOf(slice.definition, kind).length;
    const start: Cursor = { part: state.part, position: state.position, pages: state.pages, beacon: state.beacon };
    let asked: Promise<ArrivedPage> | null = start.part < parts ? fetchPage(slice, start) : null;
    for (let fetched = 1; asked; fetched++) {
      const arrived: ArrivedPage = await asked;
      const goesOn = arrived.after.part < parts && fetched < slicePagesMax && !isOver(slice) && !isEnded;
      // The next page is on its way while the records of this one are read.
      asked = goesOn ? fetchPage(slice, arrived.after, arrived.nextSeq) : null;
      asked?.catch(() => undefined); // it is awaited in the next turn, behind the pages before it
      const page = await arrived.read();
      pages.push(page);
      bytes += page.bytes;
      changed.notify();
      while (!isEnded && isFull()) await changed.wait();
    }
  }

  function isFull(): boolean {
    let rows = 0;
    for (const page of pages) rows += sizeOf(page);
    return rows >= transactionRowsMax || bytes >= transactionBytesMax || pages.length >= aheadPagesMax;
  }

  function takeGroup(): FetchedPage[] {
    const group: FetchedPage[] = [];
    for (let rows = 0, groupBytes = 0; pages.length > 0; ) {
      const page = pages[0]!;
      rows += sizeOf(page);
      groupBytes += page.bytes;
      if (group.length > 0 && (rows > transactionRowsMax || groupBytes > transactionBytesMax)) break;
      group.push(pages.shift()!);
      bytes -= page.bytes;
    }
    changed.notify();
    return group;
  }

  return {
    async nextGroup() {
      while (!isEnded && pages.length === 0) await changed.wait();
      const until = performance.now() + groupWaitMsMax;
      for (let left = groupWaitMsMax; !isEnded && !isFull() && left > 0; left = until - performance.now()) await changed.wait(left);
      const group = takeGroup();
      if (group.length === 0 && failure) throw failure.error;
      return group;
    },
    async close() {
      isEnded = true;
      changed.notify();
      await reading;
    },
  };
}

/** Wakes everybody who waits for a change. */
function createSignal() {
  let waiting: (() => void)[] = [];
  return {
    notify() {
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
    wait(msMax?: number): Promise<void> {
      return new Promise((resolve) => {
        const timer = msMax === undefined ? undefined : setTimeout(resolve, msMax);
        waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
  };
}
