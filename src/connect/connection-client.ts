import { ProviderError, type RequestSpec } from '../kit/index.ts';
import { lookUpAccount } from './account.ts';
import { holdBack, passGate } from './budget.ts';
import type { ConnectCtx } from './context.ts';
import { type HeldConnection, holdConnection } from './held-connection.ts';
import { markNeedsReauth } from './needs-reauth.ts';
import { refreshCredentials } from './refresh-credentials.ts';
import { secondsUntilReset } from './retry-after.ts';
import { type ProviderAnswer, sendAuthorised } from './send.ts';
import { takeSlot } from './slots.ts';

/** The authorised client of one connection: credentials, limits and refreshes are its business, what to do about a refusal is not. */
export interface ConnectionClient {
  readonly connectionId: string;
  /** Requests that went to the provider's API, account look-ups and repeats included. */
  readonly apiCalls: number;
  /**
   * Every refusal is a `ProviderError`. `unauthorized` means that the connection is no longer active: its syncs are
   * paused by then. An abort by `signal` is thrown as it came.
   */
  request(spec: RequestSpec, options: { signal: AbortSignal }): Promise<ProviderAnswer>;
}

/** A token is renewed this long before its end, or a tenth of its life before, whichever is shorter. */
const renewSecondsBefore = 60;
const renewShareBefore = 0.1;

/** A provider that asks to wait without saying how long. The engine backs off further when it goes on. */
const holdBackSecondsDefault = 1;

export function createConnectionClient(ctx: ConnectCtx, applicationId: string, first: HeldConnection): ConnectionClient {
  const connectionId = first.row.id;
  let held = first;
  let apiCalls = 0;

  async function request(spec: RequestSpec, { signal }: { signal: AbortSignal }): Promise<ProviderAnswer> {
    const giveBack = await takeSlot(ctx.db, connectionId, held.provider.limits.concurrencyMax, signal);
    try {
      const of = { applicationId, connectionId, category: spec.category ?? 'read' };
      const { version } = await passGate(ctx.db, of);
      if (version > held.version) held = await holdConnection(ctx, applicationId, connectionId);
      if (isDue(held, ctx.clock.now())) held = await renew(signal);
      return await withLimits(of, () => sendWithOneRefresh(spec, signal));
    } finally {
      giveBack();
    }
  }

  async function sendWithOneRefresh(spec: RequestSpec, signal: AbortSignal): Promise<ProviderAnswer> {
    const sentWith = held;
    const refused = await attempt(sentWith, spec, signal);
    if (!(refused instanceof ProviderError)) return refused;
    if (!canRefresh(sentWith)) throw await verdict(sentWith, refused, signal);
    const renewed = await refreshed(sentWith, signal);
    held = renewed;
    const again = await attempt(renewed, spec, signal);
    if (!(again instanceof ProviderError)) return again;
    throw await verdict(renewed, again, signal);
  }

  /** The answer, or the refusal of the credentials as a value; other refusals are thrown. */
  async function attempt(who: HeldConnection, spec: RequestSpec, signal: AbortSignal): Promise<ProviderAnswer | ProviderError> {
    apiCalls++;
    try {
      return await sendAuthorised(ctx, who, spec, signal);
    } catch (error) {
      if (error instanceof ProviderError && error.meaning === 'unauthorized') return error;
      throw error;
    }
  }

  /**
   * Fresh credentials were refused. One resource that says 401 must not disconnect a customer: the account look-up
   * decides whether it is the credentials or this request.
   */
  async function verdict(who: HeldConnection, refusal: ProviderError, signal: AbortSignal): Promise<ProviderError> {
    apiCalls++;
    try {
      await lookUpAccount(ctx, who, signal);
    } catch (error) {
      if (!(error instanceof ProviderError) || error.meaning !== 'unauthorized') throw error;
      if (await markNeedsReauth(ctx, who.row, { reason: 'credentials_refused' })) return refusal;
      // Somebody was faster: refused for good, which throws here, or authorised anew.
      await holdConnection(ctx, applicationId, connectionId);
      return new ProviderError('unavailable', 'The credentials changed while they were refused. Try again.', { cause: refusal });
    }
    return new ProviderError('forbidden', `The provider accepts the credentials but refuses this request: ${refusal.message}`, {
      cause: refusal,
      ...statusOf(refusal),
    });
  }

  async function renew(signal: AbortSignal): Promise<HeldConnection> {
    const current = held;
    try {
      return await refreshed(current, signal);
    } catch (error) {
      // Renewing ahead of time may fail while the token still serves.
      const serves = current.expiresAt !== null && current.expiresAt > ctx.clock.now();
      if (serves && error instanceof ProviderError && error.meaning !== 'unauthorized') return current;
      throw error;
    }
  }

  /** The flight is shared, so it goes on when one of its callers leaves. */
  function refreshed(current: HeldConnection, signal: AbortSignal): Promise<HeldConnection> {
    const flight = refreshCredentials({ ctx, input: { connectionId, staleVersion: current.version } });
    return untilAborted(flight, signal);
  }

  /** What the provider says about its limits is kept for all processes. */
  async function withLimits(of: { applicationId: string; connectionId: string; category: string }, send: () => Promise<ProviderAnswer>) {
    try {
      const answer = await send();
      const names = held.provider.limits.headers;
      const { remaining, reset } = { remaining: names?.remaining ?? '', reset: names?.reset ?? '' };
      const seconds = secondsUntilReset(answer.headers[remaining], answer.headers[reset], answer.providerTime ?? ctx.clock.now());
      if (seconds !== undefined && seconds > 0) await holdBack(ctx.db, of, seconds);
      return answer;
    } catch (error) {
      if (error instanceof ProviderError && error.meaning === 'rate_limited')
        await holdBack(ctx.db, of, error.retryAfterSeconds ?? holdBackSecondsDefault);
      throw error;
    }
  }

  return {
    connectionId,
    get apiCalls() {
      return apiCalls;
    },
    request,
  };
}

function canRefresh({ credentials }: HeldConnection): boolean {
  return credentials.kind === 'client_credentials' || (credentials.kind === 'oauth2' && credentials.refreshToken !== null);
}

function isDue(held: HeldConnection, now: Date): boolean {
  const { credentials, expiresAt } = held;
  if (expiresAt === null || !canRefresh(held)) return false;
  const lifetime = 'lifetimeSeconds' in credentials ? (credentials.lifetimeSeconds ?? 0) : 0;
  const secondsBefore = Math.min(renewSecondsBefore, lifetime * renewShareBefore);
  return expiresAt.getTime() - secondsBefore * 1000 <= now.getTime();
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise<T>((resolve, reject) => {
    const leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

function statusOf({ status }: ProviderError): { status?: number } {
  return status === null ? {} : { status };
}
