import type { ProviderAnswer } from '../../connect/client.ts';
import type { Looked, NamedPage } from './join-records.ts';

/** An answer that names records, with what has been read of them so far. */
export interface BegunPage {
  /** The read and the request that it belongs to. */
  key: string;
  answer: ProviderAnswer;
  /** The hub's last drawn seq before anything of it was asked for. */
  askedSeq: bigint;
  page: NamedPage;
  looked: Map<string, Looked>;
}

/** Of all syncs of this process. Beyond it the oldest are read again from their beginning. */
const bytesMax = 16 * 1024 * 1024;

const kept = new Map<string, { begun: BegunPage; bytes: number }>();
let keptBytes = 0;

/**
 * A page that was refused in the middle waits here for the next slice of its sync: begun anew each time, one that takes more requests
 * than its budget has at once would never end. Another process begins it anew; so does this one after a restart.
 */
export function keepBegun(syncId: string, begun: BegunPage): void {
  takeBegun(syncId);
  const bytes = sizeOf(begun);
  kept.set(syncId, { begun, bytes });
  keptBytes += bytes;
  for (const oldest of kept.keys()) {
    if (keptBytes <= bytesMax) return;
    takeBegun(oldest);
  }
}

export function takeBegun(syncId: string): BegunPage | null {
  const found = kept.get(syncId);
  if (!found) return null;
  kept.delete(syncId);
  keptBytes -= found.bytes;
  return found.begun;
}

function sizeOf({ answer, looked }: BegunPage): number {
  let bytes = answer.body.length;
  for (const one of looked.values()) bytes += typeof one === 'string' ? 0 : one.length;
  return bytes;
}
