import { findObject } from '../../catalog/index.ts';
import { openConnectionClient } from '../../connect/client.ts';
import type { SyncRateLimit } from '../../connect/rate-limits.ts';
import { parseState } from '../../syncs/checkpoint-state.ts';
import type { SyncsCtx } from '../../syncs/context.ts';
import { rowsPerSecondMax } from '../../syncs/destination-load.ts';
import { replaceAbandoned } from '../../syncs/lease.ts';
import { leaveTrace } from '../../syncs/leave-run.ts';
import { openChildren } from '../page/open-children.ts';
import { backdated } from './backdated.ts';
import type { Desk } from './leave-with.ts';
import { createLookingClient } from './looking-client.ts';
import { renew, type Slice } from './slice.ts';
import { openDestination } from './wait-for-destination.ts';

/**
 * Brings together what a slice works with. The fence is raised in the hub before its checkpoint is believed: from then on no older
 * worker can commit. null: the run before died, and the sync has been put back to a later time.
 */
export async function openSlice(desk: Desk): Promise<Slice | null> {
  const { ctx, signal } = desk;
  const { sync, fence } = desk.lease;
  const definition = backdated(await findObject(ctx, sync.applicationId, sync.provider, sync.object), sync.startFrom);
  const rateLimits = (sync.rateLimits ?? []) as SyncRateLimit[];
  const { destination, hub } = await openDestination(desk);
  const state = parseState((await hub.takeCheckpoint({ syncId: sync.id, fence }))?.state);
  const hasEnded = state.ended !== null && state.runId === desk.lease.run.id;
  if (desk.lease.isAbandoned && !hasEnded) {
    const counters = state.runId === desk.lease.run.id ? state.counters : null;
    const replaced = await replaceAbandoned(ctx, desk.lease, counters);
    if (!replaced) return null;
    desk.lease = replaced;
  } else if (state.runId !== null && state.runId !== desk.lease.run.id) await leaveTrace(ctx, state.runId, state.counters);

  const table = await hub.ensureTable(sync.provider, sync.object);
  const rateMax = rowsPerSecondMax(destination);
  desk.slice = {
    ...{ ctx: rateMax === null ? ctx : pageByPage(ctx), lease: desk.lease, hub, definition, state, signal },
    ...{ destination, rowsPerSecondMax: rateMax },
    watermarkBefore: hasEnded ? undefined : state.watermark,
    table,
    children: await openChildren(hub, table, definition, ctx.limits.recordBytesMax),
    connection: await hub.ensureConnection({ connectionId: sync.connectionId, customerId: sync.customerId }),
    client: once(async () => {
      const client = await openConnectionClient({ ctx, connectionId: sync.connectionId, sync: { id: sync.id, rateLimits } });
      const read = () => desk.slice?.state.read ?? null;
      const progressed = async () => (desk.slice ? renew(desk.slice) : undefined);
      return createLookingClient({ client, syncId: sync.id, definition, read, lastDrawnSeq: () => hub.lastDrawnSeq(), progressed });
    }),
    pending: { slices: 1, apiCalls: 0, bytes: 0, waitMs: 0 },
    failures: state.failures,
    startedMs: performance.now(),
    renewedMs: performance.now(),
  };
  return desk.slice;
}

/** Where rows wait for a rate nothing is read ahead: what is not written in this slice would be asked for again. */
function pageByPage(ctx: SyncsCtx): SyncsCtx {
  return { ...ctx, limits: { ...ctx.limits, slicePagesMax: 1 } };
}

/** Opened when it is first needed; a failure is not kept. */
function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: T | undefined;
  return async () => {
    opened ??= await open();
    return opened;
  };
}
