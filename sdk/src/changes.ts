import type { RecordEntry, RecordPage } from './generated/types.gen.ts';
import { pause } from './retry.ts';

export interface ChangesOptions {
  /** Where you stand: the cursor of the last batch that you have applied. Left out: from the beginning, the backlog first. */
  cursor?: string;
  customer_id?: string;
  connection_id?: string;
  /** Records per batch, at most 1000. */
  page_size?: number;
  /** Keep waiting for changes and look this often; left out: end when nothing more is there. */
  followEverySeconds?: number;
  /** Ends the iteration. */
  signal?: AbortSignal;
}

/** What changed since the batch before: apply it, then keep `cursor`. A record whose `deleted_at` is set is gone at the provider. */
export interface ChangeBatch {
  changes: RecordEntry[];
  cursor: string;
  /** Once there is no more, everything that changed at the provider before this time has been handed out; null: unknown. */
  completeAsOf: string | null;
  hasMore: boolean;
}

/** Nothing is skipped; what was applied but whose cursor was not kept comes again. */
export async function* followChanges(
  load: (cursor: string | undefined) => Promise<RecordPage>,
  { cursor: begin, followEverySeconds, signal }: ChangesOptions,
): AsyncGenerator<ChangeBatch, void> {
  for (let cursor = begin; !signal?.aborted; ) {
    const page = await load(cursor);
    if (page.data.length > 0 || page.next_cursor !== cursor) {
      const { data: changes, next_cursor, has_more: hasMore, complete_as_of: completeAsOf } = page;
      yield { changes, cursor: next_cursor, hasMore, completeAsOf };
    }
    cursor = page.next_cursor;
    if (page.has_more) continue;
    if (followEverySeconds === undefined) return;
    try {
      await pause(followEverySeconds, signal);
    } catch (reason) {
      if (signal?.aborted) return;
      throw reason;
    }
  }
}
