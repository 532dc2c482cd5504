import { setTimeout as sleep } from 'node:timers/promises';
import { defaultRetry, retryingFetch } from '../../sdk/src/retry.ts';
import type { Loose } from '../support/client.ts';
import type { Actor } from './actor.ts';
import { isBusyDestination } from './excuses.ts';

/** What a vendor who follows the cursor knows of a record. */
export interface Known {
  seq: string;
  isDeleted: boolean;
  record: string;
}

const pollMs = 300;
const pageSizes = [1000, 37, 250];

export interface Reader {
  /** Ends the following. */
  stop(): Promise<void>;
  /** Reads on to the end of the feed, and answers what a vendor knows then. */
  catchUp(): Promise<Map<string, Known>>;
}

/** Follows the change feed from its beginning, as a vendor would, while everything happens. */
export function follow(actor: Actor): Reader {
  const known = new Map<string, Known>();
  let lastSeq = 0n;
  let cursor: string | null = null;
  let isStopping = false;

  async function readOn(): Promise<void> {
    for (let turn = 0, hasMore = true; hasMore; turn++) {
      const page: Loose = await readPage(actor, cursor, pageSizes[turn % pageSizes.length]!);
      for (const entry of page.data) apply(entry);
      cursor = page.next_cursor;
      hasMore = page.has_more;
    }
  }

  function apply({ seq, record_id: id, customer_id: customer, connection_id: connection, deleted_at: deletedAt, record }: Loose): void {
    const { ledger, violations, account, connectionId } = actor;
    if (BigInt(seq) <= lastSeq) violations.add(`a reader met seq ${seq} of ${id} behind ${lastSeq}`);
    lastSeq = BigInt(seq);
    if (customer !== account || (connectionId && connection !== connectionId))
      violations.add(`a reader of ${account} was shown ${id} of ${customer}`);
    const isDeleted = deletedAt !== null;
    if (isDeleted && !ledger.everGone.has(id) && !isMalformed(id)) violations.add(`${id} was shown as deleted, and existed all the time`);
    known.set(id, { seq: String(seq), isDeleted, record: JSON.stringify(record) });
  }

  const ended = (async () => {
    for (let isLast = false; !isLast; await sleep(pollMs)) {
      isLast = isStopping;
      await readOn();
    }
  })();
  ended.catch(() => undefined); // stop() reports it
  return {
    async stop() {
      isStopping = true;
      await ended;
    },
    async catchUp() {
      await readOn();
      return known;
    },
  };
}

/** The records that the fault of that name puts into a list. */
export function isMalformed(id: string): boolean {
  return id.includes('malformed-');
}

async function readPage(actor: Actor, cursor: string | null, pageSize: number): Promise<Loose> {
  const { cluster, vendor, account, subject, violations } = actor;
  const url = new URL(`/v1/records/${subject.provider}/${subject.object}`, cluster.syncline.url);
  url.search = new URLSearchParams({
    customer_id: account,
    include_deleted: 'true',
    page_size: String(pageSize),
    ...(cursor ? { cursor } : {}),
  }).toString();
  // As the SDK asks, and as often. It tries again after any failure; one that no busy machine explains is ours all the same.
  const ask = retryingFetch(async (input, init) => {
    const response = await fetch(input, init);
    if (response.status < 500) return response;
    const text = await response.text();
    if (!isBusyDestination(JSON.parse(text).detail)) violations.add(`the listing answered ${response.status}: ${text}`);
    return new Response(text, response);
  }, defaultRetry);
  const response = await ask(url, { headers: { authorization: `Bearer ${vendor.apiKey}` } });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`the listing answered ${response.status}: ${text}`);
  return JSON.parse(text);
}
