import { ProviderError, type RequestSpec } from '../kit/index.ts';
import { lookUpAccount } from './account.ts';
import { holdBack, learnBudget, type Passed, passGate } from './budget.ts';
import { readReport } from './budget-report.ts';
import { windowsFor } from './budget-windows.ts';
import type { ConnectCtx } from './context.ts';
import { type HeldConnection, holdConnection } from './held-connection.ts';
import { markNeedsReauth } from './needs-reauth.ts';
import type { RateLimit, SyncRateLimit } from './rate-limits.ts';
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

/** Who asks: a sync leaves the reserve of every budget to requests that somebody waits for, and may have caps of its own. */
export interface AskingSync {
  id: string;
  rateLimits: SyncRateLimit[];
}

export function createConnectionClient(
  ctx: ConnectCtx,
  applicationId: string,
  first: HeldConnection,
  sync: AskingSync | null,
): ConnectionClient {
  const connectionId = first.row.id;
  let held = first;
  let apiCalls = 0;

  async function request(spec: RequestSpec, { signal }: { signal: AbortSignal }): Promise<ProviderAnswer> {
    const giveBack = await takeSlot(ctx.db, connectionId, held.provider.limits.concurrencyMax, signal);
    try {
      const passed = await admit(spec);
      if (isDue(held, ctx.clock.now())) held = await renew(signal);
      return await sendWithOneRefresh(spec, passed, signal);
    } finally {
      giveBack();
    }
  }

  /** Every request that leaves is counted first, a repeated one too. */
  async function admit({ category = 'read' }: RequestSpec): Promise<Passed> {
    const { row, provider } = held;
    const rateLimits = (row.rateLimits ?? []) as RateLimit[];
    const windows = windowsFor(category, { budgets: provider.limits.budgets, rateLimits, sync });
    const passed = await passGate(ctx.db, { applicationId, connectionId, category }, { windows, isInteractive: sync === null });
    if (passed.version > held.version) held = await holdConnection(ctx, applicationId, connectionId);
    return passed;
  }

  async function sendWithOneRefresh(spec: RequestSpec, passed: Passed, signal: AbortSignal): Promise<ProviderAnswer> {
    const sentWith = held;
    const refused = await attempt(sentWith, spec, passed, signal);
    if (!(refused instanceof ProviderError)) return refused;
    if (!canRefresh(sentWith)) throw await verdict(sentWith, refused, signal);
    held = await refreshed(sentWith, signal);
    const passedAgain = await admit(spec);
    const renewed = held;
    const again = await attempt(renewed, spec, passedAgain, signal);
    if (!(again instanceof ProviderError)) return again;
    throw await verdict(renewed, again, signal);
  }

  /** The answer, or the refusal of the credentials as a value; other refusals are thrown. */
  async function attempt(
    who: HeldConnection,
    spec: RequestSpec,
    passed: Passed,
    signal: AbortSignal,
  ): Promise<ProviderAnswer | ProviderError> {
    apiCalls++;
    try {
      const answer = await sendAuthorised(ctx, who, spec, { signal, isLent: sync !== null });
      await learn(spec, passed, answer);
      return answer;
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (error.meaning === 'unauthorized') return error;
      if (error.meaning === 'rate_limited') await holdBack(ctx.db, budgetOf(spec), error.retryAfterSeconds ?? holdBackSecondsDefault);
      throw error;
    }
  }

  /**
   * Fresh credentials were refused. One resource that says 401 must not disconnect a customer: the account look-up
   * decides whether it is the credentials or this request.
   */
  async function verdict(who: HeldConnection, refusal: ProviderError, signal: AbortSignal): Promise<ProviderError> {
    await admit(who.provider.account.request);
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

  /** What the provider says about its limits is kept for all processes; what is known already costs nothing. */
  async function learn(spec: RequestSpec, { reported }: Passed, { headers, providerTime }: ProviderAnswer): Promise<void> {
    const names = held.provider.limits.headers;
    const seconds = secondsUntilReset(headers[names?.remaining ?? ''], headers[names?.reset ?? ''], providerTime ?? ctx.clock.now());
    if (seconds !== undefined && seconds > 0) await holdBack(ctx.db, budgetOf(spec), seconds);
    const report = readReport(names, headers);
    if (!report) return;
    const category = report.category ?? spec.category ?? 'read';
    const isKnown = reported?.category === category && reported.seconds === report.seconds && reported.requests === report.requests;
    if (!isKnown || report.used > reported.used) await learnBudget(ctx.db, { applicationId, connectionId, category }, report);
  }

  function budgetOf({ category = 'read' }: RequestSpec) {
    return { applicationId, connectionId, category };
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
