import type { Clock } from '../base/clock.ts';
import type { Sync as SyncRow } from '../db/generated/client.ts';
import type { Prisma, Tx } from '../db/index.ts';
import { emitAll, type NewEvent } from '../events/emit.ts';
import { enqueueAll } from '../queue/index.ts';
import { endRun, type RunEnd } from './end-run.ts';
import type { PauseReason } from './outputs.ts';

/**
 * Pauses what is active and matches. A run in progress ends here and now, in the same transaction: the raised fence makes its
 * worker stop at its next step, and what it has read so far is kept: the next run goes on from the checkpoint.
 */
export async function pauseSyncs(tx: Tx, clock: Clock, where: Prisma.SyncWhereInput, reason: PauseReason): Promise<number> {
  const syncs = await lockSyncs(tx, { ...where, status: 'active' });
  await tx.sync.updateMany({
    where: { id: { in: syncs.map((s) => s.id) } },
    data: { status: 'paused', pauseReason: reason, updatedAt: clock.now() },
  });
  const end: Omit<RunEnd, 'runId' | 'counters'> =
    reason === 'auth'
      ? { status: 'failed', errorCode: 'auth_failed', errorMessage: 'The connection must be authorised again by the customer.' }
      : { status: 'cancelled', errorCode: `paused_${reason}`, errorMessage: 'The sync was paused while this run was in progress.' };
  for (const sync of syncs) await stopRun(tx, clock, sync, end);
  await emitAll(
    tx,
    clock,
    syncs.map((sync) => syncEvent(sync, 'sync.paused', { reason })),
  );
  return syncs.length;
}

/** Makes what was paused for one of the reasons active again and due now; what waits for its first trigger goes on waiting, but for a person's word. */
export async function resumeSyncs(tx: Tx, clock: Clock, where: Prisma.SyncWhereInput, reasons: PauseReason[]): Promise<number> {
  const syncs = await lockSyncs(tx, { ...where, status: 'paused', pauseReason: { in: reasons } });
  const ids = syncs.map((s) => s.id);
  await tx.$executeRaw`
    update sync
    set status = 'active',
        pause_reason = null,
        next_run_at = case when next_run_at is not null or pause_reason = 'manual' then syncline_now() end,
        updated_at = ${clock.now()}::timestamptz
    where id = any(${ids}::text[])`;
  await enqueueAll(
    tx,
    'run-sync',
    ids.map((syncId) => ({ syncId })),
  );
  await emitAll(
    tx,
    clock,
    syncs.map((sync) => syncEvent(sync, 'sync.resumed', { reason: sync.pauseReason ?? 'manual' })),
  );
  return syncs.length;
}

/** What has stopped waiting for one thing and waits for another: it stays paused, and says for what. */
export async function waitInstead(tx: Tx, clock: Clock, where: Prisma.SyncWhereInput, from: PauseReason[], to: PauseReason): Promise<void> {
  await tx.sync.updateMany({
    where: { ...where, status: 'paused', pauseReason: { in: from } },
    data: { pauseReason: to, updatedAt: clock.now() },
  });
}

/** Ends the run in progress, if there is one, and takes the lease from whoever holds it. */
export async function stopRun(tx: Tx, clock: Clock, sync: SyncRow, end: Omit<RunEnd, 'runId' | 'counters'>): Promise<void> {
  await tx.sync.updateMany({
    where: { id: sync.id },
    data: { currentRunId: null, leaseOwner: null, leaseUntil: null, fence: { increment: 1 }, updatedAt: clock.now() },
  });
  if (sync.currentRunId)
    await endRun(tx, clock, { runId: sync.currentRunId, counters: null, isUnderWay: sync.leaseOwner !== null, ...end });
}

/** What matches, as it stands under its locks: a worker may take a sync, and begin its run, right behind a look without them. */
async function lockSyncs(tx: Tx, where: Prisma.SyncWhereInput): Promise<SyncRow[]> {
  const seen = await tx.sync.findMany({ where, select: { id: true } });
  const ids = seen.map(({ id }) => id);
  await tx.$queryRaw`
    select id
    from sync
    where id = any(${ids}::text[])
    order by id
    for update`;
  return tx.sync.findMany({ where: { ...where, id: { in: ids } } });
}

function syncEvent(sync: SyncRow, type: NewEvent['type'], data: { reason: string }): NewEvent {
  const { applicationId, customerId, connectionId, provider, object } = sync;
  return {
    applicationId,
    type,
    data: { sync_id: sync.id, customer_id: customerId, connection_id: connectionId, provider, object, ...data },
  };
}
