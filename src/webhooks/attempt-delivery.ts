import { retryWaitSeconds } from './back-off.ts';
import type { DeliveryCtx } from './context.ts';
import type { DueDelivery } from './due-deliveries.ts';
import type { LeasedEndpoint } from './lease.ts';
import { eventMessage } from './payload.ts';
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

/** Sends one delivery once, and says what that means for it. null: the worker ends before the answer, and it stays pending. */
export async function attemptDelivery(ctx: DeliveryCtx, input: AttemptInput): Promise<Attempted | null> {
  const { delivery } = input;
  const attempt = await attemptOnce(ctx, input);
  if (attempt === 'stopped') return null;
  const { webhookAttemptsMax: attemptsMax, webhookWaitSecondsMax: waitSecondsMax } = ctx.limits;
  const verdict = verdictOf(attempt.status);
  const attempts = delivery.attempts + 1;
  const asked = verdict === 'retry' ? attempt.retryAfterSeconds : undefined;
  const wait = verdict === 'retry' ? retryWaitSeconds({ attempts, attemptsMax, waitSecondsMax, retryAfterSeconds: asked }) : null;
  return {
    verdict,
    retryAfterSeconds: Math.min(asked ?? 0, waitSecondsMax),
    outcome: {
      deliveryId: delivery.id,
      status: verdict === 'succeeded' ? 'succeeded' : wait === null ? 'dead' : 'pending',
      attempts,
      waitSeconds: wait ?? 0,
      recordSeq: delivery.recordSeq,
      responseStatus: attempt.status,
      error: attempt.error,
      durationMs: attempt.durationMs,
    },
  };
}

async function attemptOnce(ctx: DeliveryCtx, { endpoint, secrets, delivery, stopping }: AttemptInput): Promise<Attempt | 'stopped'> {
  return sendMessage(ctx, { url: endpoint.url, secrets, message: eventMessage(delivery), stopping });
}
