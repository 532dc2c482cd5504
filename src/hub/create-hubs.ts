import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Clock } from '../base/clock.ts';
import { AppError } from '../base/errors.ts';
import type { Limits } from '../ops/config.ts';
import type { Logger } from '../ops/logger.ts';
import type { DestinationRef, Hubs, HubTarget, ListableHub, UnifiedViews } from './context.ts';
import { asDestinationFailure } from './destination-failure.ts';
import type { HubHandle } from './handle.ts';
import { hubOf } from './hub.ts';
import { hubNames } from './names.ts';
import { prepareHub } from './open.ts';
import { leaveHub } from './own/claim.ts';
import { probeTarget } from './own/probe.ts';
import { createHubPool, createOwnPool } from './pool.ts';
import { upgradeTablesBehind } from './table-layout/upgrade-tables.ts';
import { refreshUnifiedViewsIfBehind } from './unified/views.ts';

/** Whoever holds a hub by its old address or password ends within this: slices, pages and requests that follow are shorter. */
const oldPoolMsMax = 600_000;

interface Opened {
  version: number;
  /** null: the pool of all hosted hubs. */
  pool: pg.Pool | null;
  hub: Promise<ListableHub>;
}

/**
 * The hubs of this process. Hosted ones stand on the control plane's own server, which `url` names, and share a pool; a vendor's own
 * database has one to itself. A hub is prepared once; whenever its pool opens a new session the server may be another than before
 * (failover, restored backup), and the next listing looks whether it is.
 */
export function createHubs(options: {
  url: string;
  poolMax: number;
  log: Logger;
  clock: Clock;
  limits: Pick<Limits, 'tombstoneDays'>;
  /** How a vendor's own database is reached; absent: there are hosted ones only. */
  targetOf?: (destination: DestinationRef) => Promise<HubTarget>;
  /** Of an application's hubs. */
  unifiedViews?: (applicationId: string) => UnifiedViews;
}): Hubs {
  const hosted = counted(createHubPool(options));
  const opened = new Map<string, Opened>();
  const leaving = new Set<Promise<void>>();
  const closing = new AbortController();

  async function prepared(counts: CountedPool, place: Pick<DestinationRef, 'schema' | 'applicationId'> & { claimant?: DestinationRef }) {
    const { schema, applicationId, claimant } = place;
    const { pool } = counts;
    await prepareHub({ pool, schema, claimant });
    let verified = counts.sessions();
    const handle: HubHandle = {
      schema,
      names: hubNames(schema),
      pool,
      clock: options.clock,
      log: options.log,
      tombstoneDays: options.limits.tombstoneDays,
      tables: new Map(),
      versions: new Map(),
      shapes: new Map(),
      connectionIds: new Map(),
      unifiedViews: options.unifiedViews?.(applicationId),
      isVerified: () => verified === counts.sessions(),
      async verify() {
        const now = counts.sessions();
        await prepareHub({ pool, schema, claimant });
        verified = now;
      },
    };
    upgradeTablesBehind(handle, closing.signal);
    await refreshUnifiedViewsIfBehind(handle);
    return hubOf(handle);
  }

  /** Kept while it works: what could not be opened is tried again by the next who asks. */
  function keep(key: string, entry: Opened): Promise<ListableHub> {
    opened.set(key, entry);
    entry.hub.catch(() => {
      if (opened.get(key) !== entry) return;
      opened.delete(key);
      void entry.pool?.end();
    });
    return entry.hub;
  }

  /** Those that still work with it may end; close() waits for nobody. */
  function leave({ pool }: Opened): void {
    if (!pool) return;
    const left = sleep(oldPoolMsMax, undefined, { signal: closing.signal, ref: false })
      .catch(() => undefined)
      .then(() => pool.end())
      .finally(() => leaving.delete(left));
    leaving.add(left);
  }

  async function openOwn(destination: DestinationRef): Promise<ListableHub> {
    const known = opened.get(destination.id);
    if (known && known.version >= (destination.version ?? 1)) return known.hub;
    if (!options.targetOf) throw new AppError('destination_unavailable', 'Only hosted destinations can be used here. Use the hosted one.');
    const target = await options.targetOf(destination);
    // Another may have been faster meanwhile.
    const now = opened.get(destination.id);
    if (now && now.version >= target.version) return now.hub;
    const counts = counted(createOwnPool({ target, log: options.log }));
    if (now) leave(now);
    return keep(destination.id, {
      version: target.version,
      pool: counts.pool,
      hub: prepared(counts, { ...destination, claimant: destination }).catch((error: unknown) => {
        throw asDestinationFailure(error) ?? error;
      }),
    });
  }

  return {
    async open(destination) {
      if (destination.kind !== 'hosted') return openOwn(destination);
      const known = opened.get(destination.schema);
      return known ? known.hub : keep(destination.schema, { version: 1, pool: null, hub: prepared(hosted, destination) });
    },
    probe: probeTarget,
    async forget(destination, target) {
      const known = opened.get(destination.id);
      opened.delete(destination.id);
      if (known) leave(known);
      await leaveHub(target, destination);
    },
    async close() {
      closing.abort();
      const pools = [...opened.values()].flatMap(({ pool }) => pool ?? []);
      await Promise.all([hosted.pool.end(), ...pools.map((pool) => pool.end()), ...leaving]);
    },
  };
}

interface CountedPool {
  pool: pg.Pool;
  /** How many sessions it has opened so far. */
  sessions(): number;
}

function counted(pool: pg.Pool): CountedPool {
  let sessions = 0;
  pool.on('connect', () => {
    sessions++;
  });
  return { pool, sessions: () => sessions };
}
