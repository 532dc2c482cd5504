import { BudgetSpent } from '../../connect/client.ts';
import { ProviderError, type RequestSpec } from '../../kit/index.ts';
import type { LookedAnswer } from './looking-client.ts';
import { reactTo } from './reaction.ts';
import { isOver, renew, rest, type Slice } from './slice.ts';

/** Added to a wait that the provider asked for: its clock and ours may differ by a rounding. */
const waitMarginSeconds = 0.05;

export interface Answer extends LookedAnswer {
  /** The provider's clock when it was asked, or a little before: its Date header minus the time that the answer took. */
  askedTime: Date | null;
}

/**
 * One question to the provider, asked again where the reaction is a short wait. `understand` belongs to it: an answer that is not
 * a page (cut in the middle, a proxy's error page with status 200) is a failure of the provider like any other.
 */
export async function ask<T>(slice: Slice, spec: RequestSpec, understand: (answer: Answer) => T | Promise<T>): Promise<T> {
  for (;;) {
    try {
      const { answer, tookMs } = await send(slice, spec);
      noteClock(slice, answer, tookMs);
      const understood = await understand({
        ...answer,
        askedTime: answer.providerTime && new Date(answer.providerTime.getTime() - tookMs),
      });
      slice.failures = 0;
      return understood;
    } catch (error) {
      if (!(error instanceof ProviderError) || slice.signal.aborted) throw error;
      // Waiting for our own budget is no failure, however often it happens: nothing was asked.
      if (!(error instanceof BudgetSpent)) slice.failures++;
      const { meaning, retryAfterSeconds } = error;
      const failures = Math.max(slice.failures, 1);
      const reaction = reactTo({ meaning, retryAfterSeconds, failures, retriesMax: slice.ctx.limits.requestRetriesMax });
      if (reaction.do !== 'retry' || isOver(slice)) throw error;
      await rest(slice, reaction.waitSeconds + waitMarginSeconds);
      await renew(slice);
    }
  }
}

/**
 * Which of two versions is newer may depend on it: it can be set back at any time. The answer was dated somewhere between question and
 * answer. Of what that may mean the highest is taken: an answer that was long on its way is no clock that was set back.
 */
function noteClock(slice: Slice, { providerTime }: LookedAnswer, tookMs: number): void {
  if (providerTime === null) return;
  const askedMs = slice.ctx.clock.now().getTime() - tookMs;
  slice.connection = { ...slice.connection, providerAheadMs: providerTime.getTime() - askedMs };
}

/** Counts what really went out: a request that waits for the connection's budget does not, a refreshed one goes twice. */
export async function send(slice: Slice, spec: RequestSpec): Promise<{ answer: LookedAnswer; tookMs: number }> {
  const client = await slice.client();
  const { apiCalls } = client;
  const askedMs = performance.now();
  try {
    const answer = await client.request(spec, { signal: slice.signal });
    slice.pending.bytes += answer.body.length;
    return { answer, tookMs: Math.ceil(performance.now() - askedMs) };
  } finally {
    slice.pending.apiCalls += client.apiCalls - apiCalls;
  }
}
