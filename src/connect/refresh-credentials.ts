import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { idInput } from '../base/text.ts';
import type { Args, Db } from '../db/index.ts';
import { ProviderError } from '../kit/index.ts';
import type { ConnectCtx } from './context.ts';
import { type HeldConnection, holdConnection } from './held-connection.ts';
import { returnRefreshLease, takeRefreshLease } from './refresh-lease.ts';
import { refreshOnce } from './refresh-once.ts';

export const RefreshCredentials = z.strictObject({
  connectionId: idInput,
  /** The version that is about to expire or was refused. A newer one that is there already is the answer. */
  staleVersion: z.int(),
});
export type RefreshCredentials = z.input<typeof RefreshCredentials>;

/** Calls of the token endpoint in one flight; what outlasts them is `unavailable` and disconnects nobody. */
const attemptsMax = 3;
const backoffMs = 250;
/** A lease outlives one call of the token endpoint by this much, for the save that follows. */
const leaseMarginSeconds = 15;
const pollMsMin = 25;
const pollMsMax = 500;

/**
 * One refresh at a time: callers of this process share one flight, processes share one lease, and the save is a
 * compare-and-set on the version. No transaction and no pooled connection is held while the provider is asked.
 */
export async function refreshCredentials({ ctx, input }: Args<RefreshCredentials, ConnectCtx>): Promise<HeldConnection> {
  const { applicationId } = requireScope(ctx.actor, 'connections:write');
  const { connectionId, staleVersion } = RefreshCredentials.parse(input);
  const flights = flightsOf(ctx.db);
  const key = `${applicationId}/${connectionId}`;
  const inFlight = flights.get(key);
  if (inFlight) {
    const held = await inFlight;
    // A flight that began before our version was refused is no answer to us; the row decides again.
    if (held.version > staleVersion) return held;
  }
  const flight = flights.get(key) ?? startFlight(flights, key, fly(ctx, { applicationId, connectionId, staleVersion }));
  return flight;
}

const flightsByDb = new WeakMap<Db, Map<string, Promise<HeldConnection>>>();

function flightsOf(db: Db): Map<string, Promise<HeldConnection>> {
  const flights = flightsByDb.get(db) ?? new Map<string, Promise<HeldConnection>>();
  flightsByDb.set(db, flights);
  return flights;
}

function startFlight(flights: Map<string, Promise<HeldConnection>>, key: string, work: Promise<HeldConnection>): Promise<HeldConnection> {
  const flight = work.finally(() => flights.delete(key));
  flights.set(key, flight);
  return flight;
}

async function fly(ctx: ConnectCtx, of: { applicationId: string; connectionId: string; staleVersion: number }): Promise<HeldConnection> {
  const leaseSeconds = ctx.limits.requestTimeoutSeconds + leaseMarginSeconds;
  const deadline = performance.now() + attemptsMax * leaseSeconds * 1000;
  for (let attempt = 1, pollMs = pollMsMin; performance.now() < deadline; ) {
    const held = await holdConnection(ctx, of.applicationId, of.connectionId);
    if (held.version > of.staleVersion) return held;
    const fence = await takeRefreshLease(ctx.db, of, held.version, leaseSeconds);
    if (fence === null) {
      await sleep(pollMs);
      pollMs = Math.min(pollMs * 2, pollMsMax);
      continue;
    }
    try {
      await refreshOnce(ctx, held, fence);
    } catch (error) {
      // When even this fails, the lease ends by itself.
      await returnRefreshLease(ctx.db, of, fence).catch((cause) =>
        ctx.log.warn({ err: cause, ...of }, 'the refresh lease was not given back'),
      );
      if (!(error instanceof ProviderError && error.meaning === 'unavailable') || attempt === attemptsMax) throw error;
      await sleep(backoffMs * 4 ** (attempt - 1));
      attempt++;
    }
  }
  throw new ProviderError('unavailable', 'Another process has been refreshing this connection for too long.');
}
