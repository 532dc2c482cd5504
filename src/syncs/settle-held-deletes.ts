import { z } from 'zod';
import { idInput } from '../base/text.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { emit } from '../events/emit.ts';
import type { SettledHold } from '../hub/held-types.ts';
import type { Hub } from '../hub/types.ts';
import { enqueueAll } from '../queue/index.ts';
import type { SyncsCtx } from './context.ts';
import { openHub } from './edit-checkpoint.ts';
import { lockRun } from './held-deletes.ts';
import { parseInput } from './input.ts';

const SettleHeldDeletes = z.strictObject({ runId: idInput });

const settleBatchRows = 5_000;
/** Batches of one job; then the rest goes to the back of the queue. */
const settleBatchesMax = 40;

/**
 * Carries out what was decided about the deletes that a run held, some at a time. Idempotent: what is done adds up in the hub until
 * it has been announced here, once, and only then the hub forgets the hold.
 */
export async function settleHeldDeletes({ ctx, input }: Args<unknown, SyncsCtx>): Promise<{ isDone: boolean }> {
  const { runId } = parseInput(SettleHeldDeletes, input);
  const run = await ctx.db.prisma.run.findUnique({ where: { id: runId }, include: { sync: true } });
  if (!run || run.holdDecision === null) return { isDone: true };
  const hub = await openHub(ctx, run.sync);
  const settled = await settleBatches(hub, run.syncId, runId);
  if (settled?.remaining) {
    await withTransaction(ctx, (tx) => enqueueAll(tx, 'settle-held-deletes', [{ runId }]));
    return { isDone: false };
  }
  await announce(ctx, runId, settled);
  await hub.closeHold({ syncId: run.syncId, runId });
  if ((await hub.listHolds({ syncId: run.syncId, after: null, rowsMax: 1 })).length === 0) await endHolding(ctx, run.syncId);
  return { isDone: true };
}

/** A read beside it may have held the same again; what it held was settled too. */
async function endHolding(ctx: SyncsCtx, syncId: string): Promise<void> {
  await ctx.db.prisma.sync.updateMany({ where: { id: syncId, health: 'held' }, data: { health: 'healthy' } });
}

/** null: the hub holds nothing of the kind any more (settled before, or purged). */
async function settleBatches(hub: Hub, syncId: string, runId: string): Promise<SettledHold | null> {
  let settled: SettledHold | null = null;
  for (let batch = 0; batch < settleBatchesMax; batch++) {
    settled = await hub.settleHold({ syncId, runId, rowsMax: settleBatchRows });
    if (!settled?.remaining) break;
  }
  return settled;
}

async function announce(ctx: SyncsCtx, runId: string, settled: SettledHold | null): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    const run = await lockRun(tx, runId);
    if (run.holdSettledAt !== null) return;
    await tx.run.update({ where: { id: runId }, data: { holdSettledAt: ctx.clock.now() } });
    if (settled?.decision !== 'approve' || settled.firstSeq === null) return;
    const { applicationId, syncId, customerId, connectionId, provider, object } = run;
    await emit(tx, ctx.clock, {
      applicationId,
      type: 'records.changed',
      data: {
        ...{ run_id: runId, sync_id: syncId, customer_id: customerId, connection_id: connectionId, provider, object },
        ...{ inserted: 0, updated: 0, deleted: settled.settled },
        first_seq: settled.firstSeq.toString(),
        last_seq: settled.lastSeq!.toString(),
      },
    });
  });
}

const settlementsQueuedMax = 100;
/** A decision that has waited longer than this is queued again: its job may have been lost. */
const settlementRequeueSeconds = 60;

/** For the tick. */
export async function queuePendingSettlements({ ctx }: { ctx: Pick<Args['ctx'], 'db'> }): Promise<number> {
  return withTransaction(ctx, async (tx) => {
    const pending = await tx.$queryRaw<{ id: string }[]>`
      select id
      from run
      where hold_decision is not null
        and hold_settled_at is null
        and hold_decided_at < (select syncline_now()) - ${settlementRequeueSeconds}::int * interval '1 second'
      order by hold_decided_at
      limit ${settlementsQueuedMax}::int`;
    await enqueueAll(
      tx,
      'settle-held-deletes',
      pending.map(({ id }) => ({ runId: id })),
    );
    return pending.length;
  });
}
