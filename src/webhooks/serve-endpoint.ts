import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Attempted, attemptDelivery } from './attempt-delivery.ts';
import { endpointWaitSeconds } from './back-off.ts';
import type { DeliveryCtx } from './context.ts';
import { disableEndpoint } from './disable-endpoint.ts';
import { type DueDelivery, findDue } from './due-deliveries.ts';
import { type LeasedEndpoint, releaseEndpoint } from './lease.ts';
import { planDeliveries } from './plan-deliveries.ts';
import { openSecrets } from './secrets.ts';
import { settleDeliveries } from './settle-deliveries.ts';

/** Requests of one endpoint at the same time; fewer while nothing succeeds there. */
const inFlightMax = 20;
const inFlightInTroubleMax = 2;
/** Attempts in a row without an answer that make a round: it ends at once, before a log full of events has lost attempts. */
const streakMax = 20;
const streakInTroubleMax = 2;
const dueRowsMax = 500;
/** What has become of attempts is written down this often: in sets, and soon enough for whoever looks. */
const settleMs = 200;
/** Others may wait for the place. */
const servedMsMax = 10_000;
/** New events are looked for this often while requests are in flight. */
const lookMs = 100;
/** A worker that ends waits this long for answers that are under way; then they are given up, and the messages are sent again later. */
const stopMsMax = 2_000;

interface ServeInput {
  endpoint: LeasedEndpoint;
  owner: string;
  signal: AbortSignal;
}

/**
 * Sends an endpoint what is due there, in the order of the log, until there is nothing left, its time is over, or it should be left alone.
 * A worker that is killed in the middle leaves deliveries pending and a lease that ends: what was sent and not written down is sent again.
 */
export async function serveEndpoint({ ctx, input }: { ctx: DeliveryCtx; input: ServeInput }): Promise<void> {
  const { endpoint, owner, signal } = input;
  const secrets = openSecrets(ctx.vault, endpoint);
  const stopping = lateSignal(signal, stopMsMax);
  const book = bookOf(ctx, { endpoint, owner });
  const inFlight = new Set<Promise<void>>();
  const ends = performance.now() + servedMsMax;
  const isEnding = () => book.isOver() || signal.aborted || performance.now() > ends;

  /** All its parts, as long as they are received. */
  async function send(delivery: DueDelivery): Promise<void> {
    book.begin(delivery);
    for (let next: DueDelivery | null = delivery; next; ) {
      const result: Attempted | null = await attemptDelivery(ctx, { endpoint, secrets, delivery: next, stopping: stopping.signal });
      const goesOn = result?.verdict === 'succeeded' && result.outcome.status === 'pending' && !isEnding();
      book.note(next, result, goesOn);
      next = goesOn ? { ...next, attempts: 0, recordSeq: result.outcome.recordSeq } : null;
    }
  }

  try {
    while (!isEnding()) {
      const next = await findNext(ctx, { endpoint, owner, busy: book.busy });
      if (next.length === 0 && inFlight.size === 0) break;
      if (next.length === 0) await Promise.race([Promise.all(inFlight), sleep(lookMs)]);
      for (const delivery of next) {
        const sending = send(delivery).finally(() => inFlight.delete(sending));
        inFlight.add(sending);
        while (inFlight.size >= (book.isInTrouble() ? inFlightInTroubleMax : inFlightMax)) await Promise.race(inFlight);
        if (isEnding()) break;
      }
    }
  } finally {
    await Promise.all(inFlight);
    stopping.forget();
    await book.close();
  }
  await releaseEndpoint(ctx, { id: endpoint.id, owner });
}

/** What is due and not busy; when that runs out, what follows in the log is planned. */
async function findNext(
  ctx: DeliveryCtx,
  { endpoint, owner, busy }: { endpoint: LeasedEndpoint; owner: string; busy: ReadonlySet<string> },
): Promise<DueDelivery[]> {
  for (;;) {
    const rowsMax = dueRowsMax + busy.size;
    const due = await findDue(ctx, { endpointId: endpoint.id, applicationId: endpoint.applicationId, rowsMax });
    const next = due.filter(({ id }) => !busy.has(id));
    if (next.length > 0 || (await planDeliveries(ctx, endpoint, owner)) === null) return next;
  }
}

/** Keeps what has become of attempts until it is written down, and the lease alive. */
function bookOf(ctx: DeliveryCtx, { endpoint, owner }: { endpoint: LeasedEndpoint; owner: string }) {
  const renewMs = (ctx.limits.leaseSeconds * 1000) / 3;
  /** Sent or being sent, and not yet written down: pending still, for whoever asks the database. */
  const busy = new Set<string>();
  let attempted: (Attempted & { goesOn: boolean })[] = [];
  let failures = endpoint.failures;
  let streak = 0;
  let isOver = false;
  let failure: unknown;
  let settledAt = performance.now();

  async function settle(): Promise<void> {
    const round = attempted;
    attempted = [];
    settledAt = performance.now();
    failures = failuresAfter(failures, round);
    const waitSeconds = Math.max(
      round.length > 0 ? endpointWaitSeconds({ failures }) : 0,
      ...round.map(({ retryAfterSeconds }) => retryAfterSeconds),
    );
    // Of several parts of one delivery the last counts.
    const outcomes = [...new Map(round.map(({ outcome }) => [outcome.deliveryId, outcome])).values()];
    const version = await settleDeliveries(ctx, { id: endpoint.id, owner, outcomes, failures, waitSeconds });
    for (const { outcome, goesOn } of round) if (!goesOn) busy.delete(outcome.deliveryId);
    if (round.some(({ verdict }) => verdict === 'gone')) await disableEndpoint(ctx, endpoint);
    // Lost, changed, disabled or to be left alone: whoever leases it next sees it as it is then.
    if (version !== endpoint.version || waitSeconds > 0) isOver = true;
  }

  const closing = new AbortController();
  const settling = (async () => {
    while (!closing.signal.aborted) {
      await sleep(settleMs, undefined, { signal: closing.signal }).catch(() => undefined); // only closing ends it early
      if (attempted.length > 0 || performance.now() - settledAt > renewMs) await settle();
    }
    if (attempted.length > 0) await settle();
  })().catch((error: unknown) => {
    failure = error;
    isOver = true;
  });

  return {
    busy,
    isOver: () => isOver,
    isInTrouble: () => failures > 0 || streak > 0,
    begin: ({ id }: DueDelivery) => void busy.add(id),
    /** `result` null: it was given up, and stays pending. `goesOn`: its next part is on its way already. */
    note({ id }: DueDelivery, result: Attempted | null, goesOn: boolean): void {
      if (result) attempted.push({ ...result, goesOn });
      else busy.delete(id);
      streak = result?.verdict === 'retry' ? streak + 1 : 0;
      if (streak >= (failures > 0 ? streakInTroubleMax : streakMax)) isOver = true;
    },
    /** Everything is written down, or this throws why not. */
    async close(): Promise<void> {
      closing.abort();
      await settling;
      if (failure !== undefined) throw failure;
    },
  };
}

/** Rounds in a row in which the receiver answered nothing that could be understood. A refusal is an answer. */
function failuresAfter(failures: number, round: Attempted[]): number {
  if (round.some(({ verdict }) => verdict !== 'retry')) return 0;
  return round.length === 0 ? failures : failures + 1;
}

/** Aborted some time after the given one. */
function lateSignal(signal: AbortSignal, ms: number): { signal: AbortSignal; forget(): void } {
  const late = new AbortController();
  setMaxListeners(0, late.signal);
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    timer = setTimeout(() => late.abort(), ms);
  };
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return {
    signal: late.signal,
    forget() {
      clearTimeout(timer);
      signal.removeEventListener('abort', begin);
    },
  };
}
