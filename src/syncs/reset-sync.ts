import { z } from 'zod';
import { idInput } from '../base/text.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { enqueue } from '../queue/index.ts';
import { audit } from '../tenancy/index.ts';
import { emptyState } from './checkpoint-state.ts';
import type { SyncsCtx } from './context.ts';
import { editCheckpoint } from './edit-checkpoint.ts';
import { findSync } from './find-sync.ts';
import { parseInput } from './input.ts';
import { type Sync, toSync } from './outputs.ts';

const ResetSync = z.strictObject({ syncId: idInput });

/** Forgets where a sync stands: the next run reads in full, and is due now. Records stay, and readers see no gap meanwhile. */
export async function resetSync({ ctx, input }: Args<unknown, SyncsCtx>): Promise<Sync> {
  const { syncId } = parseInput(ResetSync, input);
  await editCheckpoint(ctx, syncId, () => emptyState);
  return withTransaction(ctx, async (tx) => {
    await tx.$executeRaw`
      update sync
      set full_requested = true, incrementals_since_full = 0, next_run_at = syncline_now(), updated_at = ${ctx.clock.now()}::timestamptz
      where id = ${syncId}::text`;
    const sync = await findSync(ctx, tx, 'syncs:write', syncId);
    await audit(tx, ctx, { applicationId: sync.applicationId, action: 'sync.reset', target: syncId });
    if (sync.status === 'active') await enqueue(tx, 'run-sync', { syncId });
    return toSync(sync);
  });
}
