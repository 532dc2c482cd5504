import { z } from 'zod';
import { AppError } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import type { Run as RunRow } from '../db/generated/client.ts';
import { type Args, type Tx, withTransaction } from '../db/index.ts';
import { emit } from '../events/emit.ts';
import type { HoldDecision } from '../hub/held-types.ts';
import { enqueue } from '../queue/index.ts';
import { audit } from '../tenancy/index.ts';
import type { SyncsCtx } from './context.ts';
import { openHub } from './edit-checkpoint.ts';
import { findHeldRun, type HeldDeletes, lockRun, toHeldDeletes } from './held-deletes.ts';
import { parseInput } from './input.ts';

const DecideHeldDeletes = z.strictObject({ runId: idInput, decision: z.enum(['approve', 'reject']) });

/**
 * A person's word about the deletes that a run held; a job carries it out. It is taken in the hub first, where a read may settle the
 * hold at the same moment, and told afterwards: whoever repeats it after a crash in between completes it.
 */
export async function decideHeldDeletes({ ctx, input }: Args<unknown, SyncsCtx>): Promise<HeldDeletes> {
  const { runId, decision } = parseInput(DecideHeldDeletes, input);
  const { sync } = await findHeldRun(ctx, 'syncs:write', runId);
  const hub = await openHub(ctx, sync);
  const stands = (await hub.decideHold({ syncId: sync.id, runId, decision })) ?? (await settledDecision(ctx, runId));
  if (stands === null)
    throw new AppError('conflict', 'A later read has settled these deletes. List what the sync holds now, and decide about that.');
  if (stands !== decision) throw new AppError('conflict', `These deletes were ${words[stands].past} before. A decision is taken once.`);
  const holds = await hub.listHolds({ syncId: sync.id, after: null, rowsMax: holdsMax });
  const own = holds.find((hold) => hold.runId === runId) ?? null;
  const decided = await withTransaction(ctx, async (tx) => {
    if (holds.every((hold) => hold.decision !== null))
      await tx.sync.updateMany({ where: { id: sync.id, health: 'held' }, data: { health: 'healthy' } });
    const locked = await lockRun(tx, runId);
    if (locked.holdSettledAt === null) await enqueue(tx, 'settle-held-deletes', { runId });
    return locked.holdDecision === null ? tell(tx, ctx, locked, decision, own?.deletes ?? 0) : locked;
  });
  return toHeldDeletes(decided, own);
}

/** Of a hold that the hub has forgotten: one that was carried out was told before. */
async function settledDecision({ db }: SyncsCtx, runId: string): Promise<HoldDecision | null> {
  const run = await db.prisma.run.findUniqueOrThrow({ where: { id: runId }, select: { holdDecision: true } });
  return run.holdDecision as HoldDecision | null;
}

/** Of one sync: more than one only where several reads held signals. */
const holdsMax = 100;

const words = {
  approve: { past: 'approved', event: 'held_deletes.approved' },
  reject: { past: 'rejected', event: 'held_deletes.rejected' },
} as const;

async function tell(tx: Tx, ctx: SyncsCtx, run: RunRow, decision: HoldDecision, deletes: number): Promise<RunRow> {
  const { applicationId } = run;
  await audit(tx, ctx, { applicationId, action: words[decision].event, target: run.id });
  await emit(tx, ctx.clock, {
    applicationId,
    type: words[decision].event,
    data: { run_id: run.id, sync_id: run.syncId, customer_id: run.customerId, connection_id: run.connectionId, deletes },
  });
  return tx.run.update({ where: { id: run.id }, data: { holdDecision: decision, holdDecidedAt: ctx.clock.now() } });
}
