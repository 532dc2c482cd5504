import { retryWaitSeconds } from './back-off.ts';
import type { DeliveryCtx } from './context.ts';
import type { DueDelivery, LoggedEvent } from './due-deliveries.ts';
import type { LeasedEndpoint } from './lease.ts';
import { eventMessage, type Message } from './payload.ts';
import { hasRecords, recordsMessage } from './records-message.ts';
import { type Attempt, sendMessage } from './send.ts';
import type { Outcome } from './settle-deliveries.ts';
import { type Verdict, verdictOf } from './verdict.ts';

export interface Attempted {
  outcome: Outcome;
  verdict: Verdict;
  /** What the receiver asks for, for itself as a whole. */
  retryAfterSeconds: number;
}

interface AttemptInput {
  endpoint: LeasedEndpoint;
  secrets: readonly string[];
  delivery: DueDelivery;
  stopping: AbortSignal;
}

/**
 * Sends one delivery, or its next part, once, and says what that means for it. A part that was received leaves the delivery pending, with
 * all its attempts, from the next part on. null: the worker ends before the answer, and nothing has become of it.
 */
export async function attemptDelivery(ctx: DeliveryCtx, input: AttemptInput): Promise<Attempted | null> {
  const { delivery } = input;
  if (!delivery.event) return forgotten(delivery);
  const made = await makeMessage(ctx, input, delivery.event);
  const attempt = made ? await sendMessage(ctx, { ...input, url: input.endpoint.url, message: made.message }) : notMade;
  if (attempt === 'stopped') return null;
  const verdict = verdictOf(attempt.status);
  const nextSeq = verdict === 'succeeded' ? (made?.nextSeq ?? null) : null;
  const { webhookAttemptsMax: attemptsMax, webhookWaitSecondsMax: waitSecondsMax } = ctx.limits;
  const attempts = delivery.attempts + 1;
  const asked = verdict === 'retry' ? attempt.retryAfterSeconds : undefined;
  const wait = verdict === 'retry' ? retryWaitSeconds({ attempts, attemptsMax, waitSecondsMax, retryAfterSeconds: asked }) : null;
  const isPending = wait !== null || nextSeq !== null;
  return {
    verdict,
    retryAfterSeconds: Math.min(asked ?? 0, waitSecondsMax),
    outcome: {
      deliveryId: delivery.id,
      status: isPending ? 'pending' : verdict === 'succeeded' ? 'succeeded' : 'dead',
      attempts: nextSeq === null ? attempts : 0,
      waitSeconds: wait ?? 0,
      recordSeq: nextSeq ?? delivery.recordSeq,
      responseStatus: attempt.status,
      error: attempt.error,
      durationMs: attempt.durationMs,
    },
  };
}

/** What waited for longer than events are kept: there is nothing to be sent. */
function forgotten({ id, attempts, recordSeq }: DueDelivery): Attempted {
  const error = 'The event is no longer kept.';
  const outcome = {
    deliveryId: id,
    status: 'dead' as const,
    attempts,
    waitSeconds: 0,
    recordSeq,
    responseStatus: null,
    error,
    durationMs: 0,
  };
  return { verdict: 'dead', retryAfterSeconds: 0, outcome };
}

const notMade: Attempt = {
  status: null,
  retryAfterSeconds: undefined,
  error: 'The records could not be read. They are read again with the next attempt.',
  durationMs: 0,
};

/** null: the hub does not answer; that is tried again like everything else. */
async function makeMessage(
  ctx: DeliveryCtx,
  { endpoint, delivery }: AttemptInput,
  event: LoggedEvent,
): Promise<{ message: Message; nextSeq: string | null } | null> {
  if (endpoint.payload === 'event' || !hasRecords(event)) return { message: eventMessage(event), nextSeq: null };
  try {
    return await recordsMessage(ctx, { event, recordSeq: delivery.recordSeq, applicationId: endpoint.applicationId });
  } catch (error) {
    ctx.log.warn({ err: error, webhook_delivery_id: delivery.id }, 'the records of an event could not be read');
    return null;
  }
}
