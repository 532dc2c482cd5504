import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError, notFound } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import { findObject } from '../catalog/index.ts';
import { type Args, withTransaction } from '../db/index.ts';
import type { Hub, SetAside } from '../hub/index.ts';
import { audit } from '../tenancy/index.ts';
import { askForRun } from './ask-for-run.ts';
import type { SyncsCtx } from './context.ts';
import { findSync, lockSync } from './find-sync.ts';
import { addNotices } from './hook-notices.ts';
import { parseInput } from './input.ts';
import { type Quarantined, toQuarantined } from './list-quarantined.ts';

const RetryQuarantined = z.strictObject({ quarantineId: idInput });
const destinationsMax = 100;

/** `record`: it is read again by itself; `run`: it cannot be, so that the next run reads everything again. */
type Retried = Quarantined & { retriedBy: 'record' | 'run' };

/** Another look at a record that was set aside. It leaves the quarantine when it has been stored, or stays with its newest reason. */
export async function retryQuarantined({ ctx, input }: Args<unknown, SyncsCtx>): Promise<Retried> {
  const { applicationId } = requireScope(ctx.actor, 'syncs:write');
  const { quarantineId } = parseInput(RetryQuarantined, input);
  const { hub, record } = await findRecord(ctx, applicationId, quarantineId);
  const sync = await findSync(ctx, ctx.db.prisma, 'syncs:write', record.syncId);
  if (sync.status === 'paused')
    throw new AppError('conflict', `Its sync is paused (${sync.pauseReason}). Resume it, or let the customer connect again, then retry.`);
  const definition = await findObject(ctx, applicationId, sync.provider, sync.object);
  // Children stand in tables of their own, which only a run unfolds.
  const canReread = record.recordId !== null && definition.reread !== undefined && !definition.children;
  await hub.markRetried(quarantineId);
  await withTransaction(ctx, async (tx) => {
    await audit(tx, ctx, { applicationId, action: 'quarantine.retried', target: quarantineId });
    if (!canReread) await askForRun(tx, ctx.clock, await lockSync(ctx, tx, 'syncs:write', sync.id), { trigger: 'manual', full: true });
  });
  if (canReread) await addNotices(ctx, [{ applicationId, syncId: sync.id, recordId: record.recordId! }]);
  return { ...toQuarantined(sync, (await hub.findQuarantined(quarantineId)) ?? record), retriedBy: canReread ? 'record' : 'run' };
}

/** The id names no destination; an application has few. One that does not answer may be where the record is. */
async function findRecord(ctx: SyncsCtx, applicationId: string, id: string): Promise<{ hub: Hub; record: SetAside }> {
  const destinations = await ctx.db.prisma.destination.findMany({ where: { applicationId }, take: destinationsMax });
  let unanswered: AppError | undefined;
  for (const destination of destinations) {
    try {
      const hub = await ctx.hubs.open(destination);
      const record = await hub.findQuarantined(id);
      if (record) return { hub, record };
    } catch (error) {
      if (!(error instanceof AppError) || destination.kind === 'hosted') throw error;
      unanswered = error;
    }
  }
  if (unanswered) throw unanswered;
  throw notFound('quarantined record', id);
}
