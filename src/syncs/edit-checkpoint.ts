import { AppError } from '../base/errors.ts';
import type { Sync as SyncRow } from '../db/generated/client.ts';
import { type Ctx, withTransaction } from '../db/index.ts';
import type { HubCtx } from '../hub/context.ts';
import { FenceLost } from '../hub/index.ts';
import type { Hub } from '../hub/types.ts';
import type { Json } from '../kit/index.ts';
import { type CheckpointState, parseState } from './checkpoint-state.ts';
import { lockSync } from './find-sync.ts';
import { stopRun } from './stop-syncs.ts';

const attemptsMax = 3;

/**
 * Changes a sync's checkpoint under a raised fence. A run in progress ends first (cancelled): it could only write on from a place
 * that is no longer true. Records stay as they are.
 */
export async function editCheckpoint(ctx: HubCtx, syncId: string, edit: (before: CheckpointState) => CheckpointState): Promise<SyncRow> {
  for (let attempt = 1; ; attempt++) {
    const sync = await stopAndRaise(ctx, syncId);
    const hub = await openHub(ctx, sync);
    try {
      const checkpoint = await hub.takeCheckpoint({ syncId, fence: sync.fence });
      await hub.writeCheckpoint({ syncId, fence: sync.fence, state: edit(parseState(checkpoint?.state)) as Json });
      return sync;
    } catch (error) {
      // A worker took the sync between the two steps; it is stopped again.
      if (!(error instanceof FenceLost)) throw error;
      if (attempt === attemptsMax) throw new AppError('conflict', 'This sync is busy. Pause it, then try again.', { cause: error });
    }
  }
}

export async function openHub(ctx: HubCtx, sync: Pick<SyncRow, 'destinationId'>): Promise<Hub> {
  const destination = await ctx.db.prisma.destination.findUniqueOrThrow({ where: { id: sync.destinationId } });
  return ctx.hubs.open(destination);
}

/** Within its own transaction, so that the hub is never written while a row of the control plane is locked. */
async function stopAndRaise(ctx: Ctx, syncId: string): Promise<SyncRow> {
  return withTransaction(ctx, async (tx) => {
    const sync = await lockSync(ctx, tx, 'syncs:write', syncId);
    await stopRun(tx, ctx.clock, sync, {
      status: 'cancelled',
      errorCode: 'checkpoint_changed',
      errorMessage: 'The checkpoint of the sync was set or reset while this run was in progress.',
    });
    return tx.sync.findUniqueOrThrow({ where: { id: syncId } });
  });
}
