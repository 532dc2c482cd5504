import { requireScope, type Scope } from '../base/actor.ts';
import { AppError, notFound } from '../base/errors.ts';
import type { Run as RunRow, Sync as SyncRow } from '../db/generated/client.ts';
import type { Ctx, Tx } from '../db/index.ts';
import type { Hold, HoldDecision } from '../hub/held-types.ts';

/** The deletes that a run would have made and the guard held: a person approves or rejects them. */
export interface HeldDeletes {
  runId: string;
  syncId: string;
  customerId: string;
  connectionId: string;
  provider: string;
  object: string;
  /** The guard's: `empty_read`, `too_many_deletes`, `too_large_share`. */
  reason: string | null;
  /** Records that still wait. */
  deletes: number;
  heldAt: Date | null;
  decision: HoldDecision | null;
  decidedAt: Date | null;
  /** When the decision had been carried out. */
  settledAt: Date | null;
}

/** A run that was held, of the caller's application and customer. */
export async function findHeldRun(ctx: Ctx, scope: Scope, runId: string): Promise<RunRow & { sync: SyncRow }> {
  const { applicationId, customerId } = requireScope(ctx.actor, scope);
  const found = await ctx.db.prisma.run.findUnique({ where: { applicationId_id: { applicationId, id: runId } }, include: { sync: true } });
  if (!found || (customerId !== undefined && found.customerId !== customerId)) throw notFound('run', runId);
  if (found.status !== 'held') throw new AppError('conflict', 'This run held no deletes: there is nothing to decide about.');
  return found;
}

export async function lockRun(tx: Tx, runId: string): Promise<RunRow> {
  await tx.$queryRaw`
    select id
    from run
    where id = ${runId}::text
    for update`;
  return tx.run.findUniqueOrThrow({ where: { id: runId } });
}

/** `hold` is null when nothing waits any more: settled, or overtaken by a later read. */
export function toHeldDeletes(run: RunRow, hold: Hold | null): HeldDeletes {
  const { id: runId, syncId, customerId, connectionId, provider, object } = run;
  return {
    ...{ runId, syncId, customerId, connectionId, provider, object },
    reason: hold?.reason ?? run.errorCode,
    deletes: hold?.deletes ?? 0,
    heldAt: hold?.heldAt ?? run.finishedAt,
    decision: run.holdDecision as HoldDecision | null,
    decidedAt: run.holdDecidedAt,
    settledAt: run.holdSettledAt,
  };
}
