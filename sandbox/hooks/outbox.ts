import type { Row } from '../store/types.ts';
import type { Account } from '../world.ts';
import { sendHooks } from './send.ts';

/** Where an account's notices go. */
export interface HookTarget {
  url: string;
  /** The key of the signature: the endpoint's, or the OAuth client's. */
  secret: string;
  /** Own dialect: the notice carries the record as it was then. */
  withRecord: boolean;
  /** Every n-th notice is lost on the way. 0: none. */
  dropEvery: number;
  /** Nothing is sent until it is told: for mixing notices up. */
  isHeld: boolean;
}

/** What is told: a write as it was when it happened, or (row null) the mere claim of one. */
export interface HookNotice {
  object: string;
  id: string;
  kind: 'created' | 'updated' | 'deleted';
  at: number;
  row: Row | null;
}

/** Notices that wait; a test that never sends them must not fill the memory. */
const noticesMax = 100_000;

export interface Outbox {
  target: HookTarget;
  notices: HookNotice[];
  told: number;
  dropped: number;
  isSending: boolean;
}

/** Hears of every write of an account that has a target. */
export function noteWrite(account: Account, object: string, row: Row): void {
  const { outbox } = account;
  if (!outbox || (row.isVerbatim && row.previous === null)) return;
  addNotice(outbox, { object, id: row.id, kind: kindOf(row), at: row.writtenAt, row });
  if (!outbox.target.isHeld) sendSoon(account, outbox);
}

export function addNotice(outbox: Outbox, notice: HookNotice): void {
  outbox.told++;
  const isDropped = outbox.target.dropEvery > 0 && outbox.told % outbox.target.dropEvery === 0;
  if (isDropped) outbox.dropped++;
  else if (outbox.notices.length < noticesMax) outbox.notices.push(notice);
}

function kindOf(row: Row): HookNotice['kind'] {
  if (row.deletedAt !== null || row.isGone) return 'deleted';
  return row.previous === null ? 'created' : 'updated';
}

/** In the background, as a provider does: what is written meanwhile goes with the next request. */
function sendSoon(account: Account, outbox: Outbox): void {
  if (outbox.isSending) return;
  outbox.isSending = true;
  setImmediate(async () => {
    while (outbox.notices.length > 0 && account.outbox === outbox && !outbox.target.isHeld)
      await sendHooks(account, outbox.target, outbox.notices.splice(0)).catch(() => undefined); // lost, as notices may be
    outbox.isSending = false;
  });
}
