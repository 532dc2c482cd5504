import type { Clock } from '../base/clock.ts';
import { AppError } from '../base/errors.ts';
import type { Limits } from '../ops/config.ts';
import type { Logger } from '../ops/logger.ts';
import type { DestinationRef, Hubs, ListableHub, UnifiedViews } from './context.ts';
import type { HubHandle } from './handle.ts';
import { hubOf } from './hub.ts';
import { hubNames } from './names.ts';
import { prepareHub } from './open.ts';
import { createHubPool } from './pool.ts';

/**
 * The hubs of this process. Hosted ones stand on the control plane's own server, which `url` names. A hub is prepared once;
 * whenever the pool opens a new session the server may be another than before (failover, restored backup), and the next
 * listing looks whether it is.
 */
export function createHubs(options: {
  url: string;
  poolMax: number;
  log: Logger;
  clock: Clock;
  limits: Pick<Limits, 'tombstoneDays'>;
  unifiedViews?: UnifiedViews;
}): Hubs {
  const pool = createHubPool(options);
  let sessions = 0;
  pool.on('connect', () => {
    sessions++;
  });
  const opened = new Map<string, Promise<ListableHub>>();

  async function open({ schema }: DestinationRef): Promise<ListableHub> {
    await prepareHub({ pool, schema });
    let verified = sessions;
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
      unifiedViews: options.unifiedViews,
      isVerified: () => verified === sessions,
      async verify() {
        const now = sessions;
        await prepareHub({ pool, schema });
        verified = now;
      },
    };
    return hubOf(handle);
  }

  return {
    open(destination) {
      if (destination.kind !== 'hosted')
        throw new AppError('destination_unavailable', 'Only hosted destinations can be used so far. Use the hosted one.');
      const known = opened.get(destination.schema);
      if (known) return known;
      const hub = open(destination);
      opened.set(destination.schema, hub);
      hub.catch(() => opened.delete(destination.schema));
      return hub;
    },
    close: () => pool.end(),
  };
}
