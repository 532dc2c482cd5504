import { newId } from '../base/ids.ts';
import type { Run as RunRow, Sync as SyncRow } from '../db/generated/client.ts';
import type { Ctx, Tx } from '../db/index.ts';
import { withTransaction } from '../db/index.ts';
import type { ReadKind } from '../kit/index.ts';
import { enqueueAll } from '../queue/index.ts';
import type { Counters } from './checkpoint-state.ts';
import type { Strategy } from './config-input.ts';
import type { SyncsCtx } from './context.ts';
import { endRun } from './end-run.ts';
import type { RunTrigger } from './outputs.ts';
import { kindOf } from './read-kinds.ts';
import { retryRunAt } from './schedule.ts';
import type { StoredSchedule } from './schedule-input.ts';

/**
 * The lease of a sync lives in its row. No owner: nobody works; a `lease_until` then means that a job has been queued and need not
 * be queued again before that moment. An owner: a worker is at it, and only its progress moves `lease_until`. An owner whose lease
 * has ended is dead or too slow: whoever comes next raises the fence, marks the run abandoned and goes on from the checkpoint.
 *
 * No heartbeats, and no unlocking of graphile-worker's jobs: a job that a dead worker holds locked is disarmed when the tick queues
 * the same sync again, and everything a job needs to know stands in our own tables.
 */
export interface Lease {
  sync: SyncRow;
  run: RunRow;
  fence: bigint;
  /** The run belongs to a worker that died. It may have ended in the hub all the same: the checkpoint knows. */
  isAbandoned: boolean;
}

/** The worker no longer holds the lease: it stops at once and writes nothing. */
export class LeaseLost extends Error {
  constructor(syncId: string) {
    super(`sync ${syncId}: the lease was taken by another worker, or the sync was paused, reset or removed`);
    this.name = 'LeaseLost';
  }
}

/** Marks a sync whose worker died, from the tick's claim until the next worker takes it over. */
const lostOwner = 'lost';
export const claimBatchMax = 500;
/** Runs abandoned in a row that are followed at once; beyond it the sync backs off: its data may be what kills the workers. */
const abandonedAtOnceMax = 3;

/**
 * The tick: what is due, and what a dead worker left, is queued by one statement. Returns how many were claimed; a full batch means that there may be more.
 * The two times are compared as one, which is what the index sync_due holds: a batch never walks over those that were claimed before it.
 */
export async function claimDueSyncs({ ctx }: { ctx: Pick<SyncsCtx, 'db' | 'limits'> }): Promise<number> {
  // A queued job that has not begun by then is queued again: it keeps its place if it still waits, and a new one takes its place if a
  // worker died with it in hand. That costs what a worker costs that died later: a lease.
  const queuedSeconds = ctx.limits.leaseSeconds;
  return withTransaction(ctx, async (tx) => {
    const claimed = await tx.$queryRaw<{ id: string }[]>`
      with due as (
        select id
        from sync
        where status = 'active'
          and next_run_at is not null
          and greatest(next_run_at, lease_until) <= (select syncline_now())
        order by greatest(next_run_at, lease_until)
        limit ${claimBatchMax}::int
        for update skip locked
      )
      update sync s
      set lease_until = (select syncline_now()) + ${queuedSeconds}::int * interval '1 second',
          lease_owner = case when s.lease_owner is null then null else ${lostOwner}::text end
      from due
      where s.id = due.id
      returning s.id`;
    await enqueueAll(
      tx,
      'run-sync',
      claimed.map(({ id }) => ({ syncId: id })),
    );
    return claimed.length;
  });
}

/** Takes the lease and the run that is owed: the queued one, the one in progress, or a new one. null: nothing is owed, or another worker is at it. */
export async function takeLease(ctx: Ctx, input: { syncId: string; owner: string; leaseSeconds: number }): Promise<Lease | null> {
  return withTransaction(ctx, async (tx) => {
    const [taken] = await tx.$queryRaw<{ fence: bigint; previous_owner: string | null }[]>`
      with connected as (
        -- Before the sync's own row: whoever disconnects takes them in this order, and Postgres looks at the connection again when a
        -- sync is changed twice in one transaction.
        select s.id as sync_id
        from sync s
        join connection c on c.id = s.connection_id
        where s.id = ${input.syncId}::text
        for key share of c
      ), free as (
        select s.id, s.lease_owner
        from connected
        join sync s on s.id = connected.sync_id
        where s.status = 'active'
          and s.next_run_at <= (select syncline_now())
          and (s.lease_owner is null or s.lease_owner = ${lostOwner}::text or s.lease_until < (select syncline_now()))
        for update of s
      )
      update sync s
      set lease_owner = ${input.owner}::text,
          lease_until = (select syncline_now()) + ${input.leaseSeconds}::int * interval '1 second',
          fence = s.fence + 1
      from free
      where s.id = free.id
      returning s.fence, free.lease_owner as previous_owner`;
    if (!taken) return null;
    const sync = await tx.sync.findUniqueOrThrow({ where: { id: input.syncId } });
    const isAbandoned = taken.previous_owner !== null && sync.currentRunId !== null;
    return { sync, run: await currentRun(tx, ctx, sync), fence: taken.fence, isAbandoned };
  });
}

/** Progress renews the lease. Throws `LeaseLost` when it is no longer ours. */
export async function renewLease(ctx: Ctx, { sync, fence }: Lease, leaseSeconds: number): Promise<void> {
  const renewed = await ctx.db.prisma.$executeRaw`
    update sync
    set lease_until = syncline_now() + ${leaseSeconds}::int * interval '1 second'
    where id = ${sync.id}::text and fence = ${fence}::int8 and status = 'active'`;
  if (renewed === 0) throw new LeaseLost(sync.id);
}

/** Ends the dead worker's run and begins the one that goes on from its checkpoint. null: the sync was put back to a later time. */
export async function replaceAbandoned(ctx: Ctx, lease: Lease, counters: Counters | null): Promise<Lease | null> {
  return withTransaction(ctx, async (tx) => {
    const { run, fence } = lease;
    const { now } = await lockHeld(tx, lease);
    await endRun(tx, ctx.clock, { runId: run.id, status: 'failed', errorCode: 'abandoned', errorMessage: abandonedMessage, counters });
    // A worker that died on its way is no reason to wait; one that dies at the same place again and again is.
    const consecutiveFailures = (counters?.fetched ?? 0) > 0 ? 1 : lease.sync.consecutiveFailures + 1;
    const isDelayed = consecutiveFailures > abandonedAtOnceMax;
    const nextRunAt = retryRunAt({ now, consecutiveFailures, intervalSeconds: lease.sync.intervalSeconds });
    await updateHeld(tx, lease, {
      currentRunId: null,
      consecutiveFailures,
      ...(isDelayed ? { leaseOwner: null, leaseUntil: null, health: 'failed', nextRunAt } : {}),
    });
    if (isDelayed) return null;
    const sync = await tx.sync.findUniqueOrThrow({ where: { id: lease.sync.id } });
    return { sync, run: await currentRun(tx, ctx, sync), fence, isAbandoned: false };
  });
}

/** What the row of a held sync says under its lock. */
export interface Held {
  now: Date;
  rerunRequested: boolean;
  fullRequested: boolean;
  /** As they are now: a person may have changed them while the run was reading. */
  schedule: StoredSchedule | null;
  intervalSeconds: number;
}

/** Locks the sync's row for a change by its worker, before anything else is locked. Throws `LeaseLost` when it is no longer ours. */
export async function lockHeld(tx: Tx, { sync, fence }: Lease): Promise<Held> {
  const [held] = await tx.$queryRaw<Held[]>`
    select syncline_now() as now, rerun_requested as "rerunRequested", full_requested as "fullRequested",
           schedule, interval_seconds as "intervalSeconds"
    from sync
    where id = ${sync.id}::text and fence = ${fence}::int8
    for update`;
  if (!held) throw new LeaseLost(sync.id);
  return held;
}

/** Every change of the sync's row by a worker stands under its fence. */
export async function updateHeld(tx: Tx, { sync, fence }: Lease, data: Parameters<Tx['sync']['updateMany']>[0]['data']): Promise<void> {
  const { count } = await tx.sync.updateMany({ where: { id: sync.id, fence }, data });
  if (count === 0) throw new LeaseLost(sync.id);
}

const abandonedMessage = 'The worker stopped without a word. The next run goes on from the last committed page.';

async function currentRun(tx: Tx, ctx: Ctx, sync: SyncRow): Promise<RunRow> {
  const now = ctx.clock.now();
  if (sync.currentRunId !== null) {
    const run = await tx.run.findUniqueOrThrow({ where: { id: sync.currentRunId } });
    if (run.status === 'running') return run;
    return tx.run.update({ where: { id: run.id }, data: { status: 'running', startedAt: now } });
  }
  const run = await tx.run.create({
    data: {
      id: newId('run', now),
      applicationId: sync.applicationId,
      syncId: sync.id,
      customerId: sync.customerId,
      connectionId: sync.connectionId,
      provider: sync.provider,
      object: sync.object,
      // The engine says what it really reads when the read begins, if that is something else.
      kind: likelyKind(sync),
      trigger: triggerOf(sync),
      source: sync.rerunSource,
      ...(sync.rerunMetadata === null ? {} : { metadata: sync.rerunMetadata }),
      status: 'running',
      createdAt: now,
      startedAt: now,
    },
  });
  await tx.$executeRaw`
    update sync
    set current_run_id = ${run.id}::text, rerun_trigger = null, rerun_source = null, rerun_metadata = null
    where id = ${sync.id}::text`;
  return run;
}

function likelyKind({ strategy, lastSuccessAt, fullRequested, fullRefreshEvery, incrementalsSinceFull }: SyncRow): ReadKind {
  const isFullDue = fullRequested || (fullRefreshEvery !== null && incrementalsSinceFull >= fullRefreshEvery);
  // A strategy that this version does not know is the engine's to refuse, in a run that says so.
  return lastSuccessAt === null || isFullDue ? 'full' : (kindOf[strategy as Strategy] ?? 'full');
}

function triggerOf(sync: SyncRow): RunTrigger {
  if (sync.rerunTrigger !== null) return sync.rerunTrigger as RunTrigger;
  if (sync.rerunRequested || sync.fullRequested) return 'manual';
  return sync.lastSuccessAt === null && sync.consecutiveFailures === 0 ? 'connection' : 'schedule';
}
