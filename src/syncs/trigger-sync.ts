import { z } from 'zod';
import { AppError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { idInput } from '../base/text.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { enqueue } from '../queue/index.ts';
import { lockSync } from './find-sync.ts';
import { parseInput } from './input.ts';
import { type Run, toRun } from './outputs.ts';

const TriggerSync = z.strictObject({ syncId: idInput, full: z.boolean().optional() });

/**
 * Asks for a run now. While one is in progress the answer is that run, and exactly one more follows it, however often it was
 * asked for; a full read asked for meanwhile is what that next run does.
 */
export async function triggerSync({ ctx, input }: Args): Promise<Run> {
  const { syncId, full } = parseInput(TriggerSync, input);
  return withTransaction(ctx, async (tx) => {
    const sync = await lockSync(ctx, tx, 'syncs:write', syncId);
    if (sync.status === 'paused')
      throw new AppError(
        'conflict',
        `This sync is paused (${sync.pauseReason}). Resume it, or let the customer connect again, then trigger it.`,
      );
    const now = ctx.clock.now();
    const current = sync.currentRunId ? await tx.run.findUniqueOrThrow({ where: { id: sync.currentRunId } }) : null;
    if (current) {
      // A queued run has read nothing yet: it can still become a full one, and needs no successor.
      const isQueued = current.status === 'queued';
      await tx.sync.update({
        where: { id: syncId },
        data: { rerunRequested: sync.rerunRequested || !isQueued, fullRequested: sync.fullRequested || full === true, updatedAt: now },
      });
      if (!isQueued || !full) return toRun(current);
      return toRun(await tx.run.update({ where: { id: current.id }, data: { kind: 'full' } }));
    }
    const run = await tx.run.create({
      data: {
        id: newId('run', now),
        applicationId: sync.applicationId,
        syncId,
        customerId: sync.customerId,
        connectionId: sync.connectionId,
        provider: sync.provider,
        object: sync.object,
        // The engine decides when the run begins; until then this is what was asked for.
        kind: full || sync.strategy === 'full_only' ? 'full' : 'incremental',
        trigger: 'manual',
        status: 'queued',
        createdAt: now,
      },
    });
    await tx.$executeRaw`
      update sync
      set current_run_id = ${run.id}::text, next_run_at = syncline_now(),
          full_requested = full_requested or ${full === true}::boolean, updated_at = ${now}::timestamptz
      where id = ${syncId}::text`;
    await enqueue(tx, 'run-sync', { syncId });
    return toRun(run);
  });
}
