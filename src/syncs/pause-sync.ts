import { z } from 'zod';
import { idInput } from '../base/text.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { audit } from '../tenancy/index.ts';
import { findSync, lockSync } from './find-sync.ts';
import { parseInput } from './input.ts';
import { type Sync, toSync } from './outputs.ts';
import { pauseSyncs } from './stop-syncs.ts';

const PauseSync = z.strictObject({ syncId: idInput });

/** Stops a sync until somebody resumes it; reconnecting does not. A run in progress ends, and its progress is kept. */
export async function pauseSync({ ctx, input }: Args): Promise<Sync> {
  const { syncId } = parseInput(PauseSync, input);
  return withTransaction(ctx, async (tx) => {
    const sync = await lockSync(ctx, tx, 'syncs:write', syncId);
    if (sync.status === 'active') await pauseSyncs(tx, ctx.clock, { id: syncId }, 'manual');
    // A person's word outlasts what paused it before: reconnecting must not resume it.
    else await tx.sync.update({ where: { id: syncId }, data: { pauseReason: 'manual', updatedAt: ctx.clock.now() } });
    await audit(tx, ctx, { applicationId: sync.applicationId, action: 'sync.paused', target: syncId });
    return toSync(await findSync(ctx, tx, 'syncs:write', syncId));
  });
}
