import type { Db } from '../db/index.ts';
import type { Hubs } from '../hub/index.ts';
import type { Logger } from '../ops/logger.ts';
import { copyWhereDeclared } from '../unified/copy-mappings.ts';

type Hub = Awaited<ReturnType<Hubs['open']>>;

/**
 * The hubs, each with its copy of custom fields brought up to date behind its first opening in this process: a destination that is new,
 * or that was down when they were declared, shows them in SQL too. Nobody waits for it.
 */
export function mappedHubs(hubs: Hubs, ctx: { db: Db; log: Logger }): Hubs {
  const looked = new WeakSet<Hub>();
  return {
    ...hubs,
    async open(destination) {
      const hub = await hubs.open(destination);
      if (!looked.has(hub)) {
        looked.add(hub);
        copyWhereDeclared(ctx, hub, destination.applicationId).catch((error: unknown) =>
          ctx.log.warn({ destination_id: destination.id, err: error }, 'custom fields could not be copied to a destination'),
        );
      }
      return hub;
    },
  };
}
