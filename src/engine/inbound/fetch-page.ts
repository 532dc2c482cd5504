import type { IncomingRecord, QuarantinedRecord } from '../../hub/types.ts';
import type { PageRequest } from '../../kit/index.ts';
import { type OpenedPage, openPage } from '../page/read-page.ts';
import { ask } from './ask.ts';
import { advance, type Cursor } from './cursor.ts';
import { openRead, renew, type Slice } from './slice.ts';

/** One page in memory, and where the read stands after it. */
export interface FetchedPage {
  records: IncomingRecord[];
  quarantined: QuarantinedRecord[];
  bytes: number;
  highest: string | null;
  isFirst: boolean;
  /** The provider's clock when the page was asked for. */
  providerTime: Date | null;
  after: Cursor;
}

/** An answer that has come and is known to be a page: the next one can be asked for before its records are read. */
export interface ArrivedPage {
  after: Cursor;
  read(): Promise<FetchedPage>;
}

/** Asks for one page. */
export async function fetchPage(slice: Slice, cursor: Cursor): Promise<ArrivedPage> {
  const { definition, lease, hub, ctx } = slice;
  const read = openRead(slice);
  const part = definition[read.kind]!.parts[cursor.part]!;
  const { since, prepared } = read;
  const request: PageRequest = {
    object: lease.sync.object,
    position: cursor.position,
    since,
    pageSize: definition.pageSizeMax,
    prepared,
  };
  const askedSeq = await hub.lastDrawnSeq();
  const { opened, providerTime } = await ask(slice, part.request(request), async ({ body, headers, askedTime }) => ({
    opened: await openPage({
      body,
      part,
      object: definition,
      watermark: definition.incremental?.watermark,
      headers,
      askedSeq,
      recordBytesMax: ctx.limits.recordBytesMax,
    }),
    providerTime: askedTime,
  }));
  await renew(slice);
  const after = advance(cursor, part.next(request, opened.answer));
  return { after, read: () => readRecords(opened, { isFirst: cursor.pages === 0, providerTime, after }) };
}

async function readRecords(opened: OpenedPage, frame: Pick<FetchedPage, 'isFirst' | 'providerTime' | 'after'>): Promise<FetchedPage> {
  const { records, quarantined, bytes, highestWatermark } = await opened.read();
  return { ...frame, records, quarantined, bytes, highest: highestWatermark };
}
