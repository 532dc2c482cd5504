import type { Clock } from '../base/clock.ts';
import type { Prisma, Run as RunRow } from '../db/generated/client.ts';
import { type Ctx, type Tx, withTransaction } from '../db/index.ts';
import { emitAll, type NewEvent } from '../events/emit.ts';
import type { Counters } from './checkpoint-state.ts';
import type { RunStatus } from './outputs.ts';
import { type StoredUnfolded, storeUnfolded, type UnfoldedNews } from './unfolded.ts';
import { noteUnmirrored } from './unmirrored-runs.ts';

export interface RunEnd {
  runId: string;
  status: Exclude<RunStatus, 'queued' | 'running'>;
  errorCode?: string;
  errorMessage?: string;
  /** As committed in the hub; null: unknown here, whoever meets them later copies them. */
  counters: Counters | null;
  watermarkBefore?: string | null | undefined;
  watermarkAfter?: string | null;
  providerTime?: Date | null;
  /** A worker is at it and does not know yet: what it has done is told with the end, when it has said so. */
  isUnderWay?: boolean;
  /** The hub's row of the run says so already: it was written with the checkpoint. */
  isInHub?: boolean;
  /** Of the sync, now that the run has ended. */
  completeAsOf?: Date | null;
}

const errorCharsMax = 1000;

/**
 * Ends a run once: status, counters and events commit together. A run that has ended keeps its end. Whoever also changes the sync's
 * row locks that first: sync, then run, everywhere.
 */
export async function endRun(tx: Tx, clock: Clock, end: RunEnd): Promise<void> {
  const head = await lockRun(tx, end.runId);
  if (!head) return;
  const progress = end.counters ? progressOf(head, end.counters, { announces: true }) : noProgress;
  const isEnding = head.finishedAt === null;
  const { watermarkBefore, watermarkAfter, providerTime, completeAsOf } = end;
  const now = clock.now();
  const ending = {
    status: end.status,
    finishedAt: now,
    errorCode: end.errorCode ?? null,
    errorMessage: end.errorMessage?.slice(0, errorCharsMax) ?? null,
    ...(watermarkBefore === undefined ? {} : { watermarkBefore }),
    ...(watermarkAfter === undefined ? {} : { watermarkAfter }),
    ...(providerTime ? { providerTime } : {}),
    ...(completeAsOf ? { completeAsOf, lagSeconds: lagSeconds(completeAsOf, now) } : {}),
  };
  const run = await tx.run.update({ where: { id: head.id }, data: { ...progress.data, ...(isEnding ? ending : {}) } });
  const isUntold = isEnding && end.isUnderWay === true && end.status === 'failed';
  if (isEnding && !end.isInHub) await noteUnmirrored(tx, run.id);
  if (isUntold) await tx.untoldEnd.create({ data: { runId: run.id, createdAt: now } });
  await emitAll(tx, clock, [
    ...(progress.hasNews ? [changedEvent(run, end.counters!)] : []),
    ...progress.unfoldedNews.map((news) => unfoldedEvent(run, news)),
    ...(isEnding && run.quarantined > 0 ? [quarantinedEvent(run)] : []),
    ...(isEnding && !isUntold && end.status !== 'cancelled' ? [endedEvent(run)] : []),
  ]);
}

/** A provider's clock that is ahead of ours has no negative lag. */
function lagSeconds(completeAsOf: Date, now: Date): number {
  return Math.max(Math.round((now.getTime() - completeAsOf.getTime()) / 1000), 0);
}

/** Counters follow from the hub: what it holds for this run is copied, and changes that nobody announced are announced. */
export async function catchUpRun(tx: Tx, clock: Clock, runId: string, counters: Counters, options: { announces: boolean }): Promise<void> {
  const head = await lockRun(tx, runId);
  if (!head) return;
  const { data, hasNews, unfoldedNews } = progressOf(head, counters, options);
  const run = await tx.run.update({ where: { id: head.id }, data });
  if (head.finishedAt !== null) await noteUnmirrored(tx, runId);
  const isTold = head.finishedAt !== null && (await tx.untoldEnd.deleteMany({ where: { runId } })).count > 0;
  await emitAll(tx, clock, [
    ...(hasNews ? [changedEvent(run, counters)] : []),
    ...unfoldedNews.map((news) => unfoldedEvent(run, news)),
    ...(isTold ? [endedEvent(run)] : []),
  ]);
}

/** A worker that has not spoken by then never will. */
const untoldSecondsMax = 60;
const untoldBatchMax = 100;

/** For the tick: tells the ends of runs whose workers died before they could. */
export async function tellEnds({ ctx }: { ctx: Pick<Ctx, 'db' | 'clock'> }): Promise<number> {
  return withTransaction(ctx, async (tx) => {
    const due = await tx.$queryRaw<{ run_id: string }[]>`
      delete from untold_end
      where run_id in (
        select run_id
        from untold_end
        where created_at < (select syncline_now()) - ${untoldSecondsMax}::int * interval '1 second'
        order by created_at
        limit ${untoldBatchMax}::int
        for update skip locked
      )
      returning run_id`;
    const runs = due.length === 0 ? [] : await tx.run.findMany({ where: { id: { in: due.map((row) => row.run_id) } } });
    await emitAll(tx, ctx.clock, runs.map(endedEvent));
    return runs.length;
  });
}

type RunHead = Pick<RunRow, 'id' | 'finishedAt' | 'lastSeq' | 'slices' | 'fetched'> & { unfolded: StoredUnfolded | null };

async function lockRun(tx: Tx, runId: string): Promise<RunHead | undefined> {
  const [head] = await tx.$queryRaw<RunHead[]>`
    select id, finished_at as "finishedAt", last_seq as "lastSeq", slices, fetched, unfolded
    from run
    where id = ${runId}::text
    for update`;
  return head;
}

interface RunProgress {
  data: Prisma.RunUpdateInput;
  hasNews: boolean;
  unfoldedNews: UnfoldedNews[];
}

const noProgress: RunProgress = { data: {}, hasNews: false, unfoldedNews: [] };

/** `last_seq` of the row is what has been announced. A late copy never takes counters back. */
function progressOf(run: RunHead, counters: Counters, { announces }: { announces: boolean }): RunProgress {
  if (counters.slices < run.slices || counters.fetched < run.fetched) return noProgress;
  const { firstSeq, lastSeq, unfolded, ...counts } = counters;
  const hasNews = announces && lastSeq !== null && BigInt(lastSeq) > (run.lastSeq ?? 0n);
  const inside = storeUnfolded(run.unfolded ?? {}, unfolded, announces);
  return {
    hasNews,
    unfoldedNews: inside.news,
    data: { ...counts, unfolded: inside.stored, ...(hasNews ? { firstSeq: BigInt(firstSeq!), lastSeq: BigInt(lastSeq) } : {}) },
  };
}

/** What is unfolded from the records that were read is an object of its own: its changes are announced like those of any other. */
function unfoldedEvent(run: RunRow, { object, inserted, updated, deleted, firstSeq, lastSeq }: UnfoldedNews): NewEvent {
  return {
    applicationId: run.applicationId,
    type: 'records.changed',
    data: { ...identify(run), object, inserted, updated, deleted, first_seq: firstSeq, last_seq: lastSeq },
  };
}

function changedEvent(run: RunRow, { inserted, updated, deleted, firstSeq, lastSeq }: Counters): NewEvent {
  return {
    applicationId: run.applicationId,
    type: 'records.changed',
    data: { ...identify(run), inserted, updated, deleted, first_seq: firstSeq, last_seq: lastSeq },
  };
}

/** Records that the run set aside, or tried again in vain. Which and why stands in the quarantine, beside them. */
function quarantinedEvent(run: RunRow): NewEvent {
  return { applicationId: run.applicationId, type: 'records.quarantined', data: { ...identify(run), quarantined: run.quarantined } };
}

/** What the sync's health is behind a run that ended so. */
const healthAfter: Record<string, 'healthy' | 'held' | 'failed'> = { succeeded: 'healthy', held: 'held', failed: 'failed' };

function endedEvent(run: RunRow): NewEvent {
  const { fetched, inserted, updated, deleted, unchanged, quarantined } = run;
  return {
    applicationId: run.applicationId,
    type: run.status === 'failed' ? 'run.failed' : 'run.completed',
    data: {
      ...identify(run),
      kind: run.kind,
      status: run.status,
      health: healthAfter[run.status] ?? null,
      error_code: run.errorCode,
      ...{ fetched, inserted, updated, deleted, unchanged, quarantined },
      held_deletes: run.heldDeletes,
    },
  };
}

function identify(run: RunRow) {
  return {
    run_id: run.id,
    sync_id: run.syncId,
    customer_id: run.customerId,
    connection_id: run.connectionId,
    provider: run.provider,
    object: run.object,
  };
}
