import type { Ctx, Tx } from '../db/index.ts';
import { withTransaction } from '../db/index.ts';
import { enqueueAll } from '../queue/index.ts';

/**
 * What providers have told us about, record by record, until it is worked off. A notice counts what was told (`version`) and how much of
 * that is done: what is told while a record is being read is read once more, and what is told several times before it is read is read
 * once.
 */
export interface Notice {
  recordId: string;
  version: number;
  failures: number;
}

export interface NewNotice {
  applicationId: string;
  syncId: string;
  recordId: string;
}

/** Right after a reading, this long, further notices of the same record wait for each other. */
const coalesceMs = 500;
/** A worker that has not come back by then is dead; whoever comes next reads again. */
const claimSeconds = 60;
export const claimedNoticesMax = 100;
/** For the tick: what a dead worker left, what waited for its provider, and what is done with. */
const queuedSyncsMax = 500;
const overdueSeconds = 1;
const doneRowsMax = 5_000;

/** Notes them, and queues what works them off, in one transaction. */
export async function addNotices(ctx: Pick<Ctx, 'db'>, notices: NewNotice[]): Promise<void> {
  const byKey = new Map(notices.map((one) => [`${one.syncId} ${one.recordId}`, one]));
  // Sorted, so that two requests with the same records do not wait for each other in a circle.
  const sorted = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  await withTransaction(ctx, async (tx) => {
    await tx.$executeRaw`
      insert into hook_notice as n (application_id, sync_id, record_id, due_at, created_at)
      select u.application_id, u.sync_id, u.record_id, (select syncline_now()), (select syncline_now())
      from unnest(${sorted.map((one) => one.applicationId)}::text[], ${sorted.map((one) => one.syncId)}::text[],
                  ${sorted.map((one) => one.recordId)}::text[]) as u(application_id, sync_id, record_id)
      on conflict (sync_id, record_id) do update
      set version = n.version + 1`;
    const syncs = [...new Set(sorted.map((one) => one.syncId))];
    await enqueueAll(
      tx,
      'apply-hooks',
      syncs.map((syncId) => ({ syncId })),
    );
  });
}

/** Takes what is due; nobody else takes it while this worker is at it. */
export async function claimNotices(ctx: Pick<Ctx, 'db'>, syncId: string): Promise<Notice[]> {
  return ctx.db.prisma.$queryRaw<Notice[]>`
    with due as (
      select sync_id, record_id
      from hook_notice
      where sync_id = ${syncId}::text
        and version > done_version
        and due_at <= (select syncline_now())
        and (claimed_until is null or claimed_until < (select syncline_now()))
      order by due_at
      limit ${claimedNoticesMax}::int
      for update skip locked
    )
    update hook_notice n
    set claimed_until = (select syncline_now()) + ${claimSeconds}::int * interval '1 second'
    from due
    where n.sync_id = due.sync_id and n.record_id = due.record_id
    returning n.record_id as "recordId", n.version, n.failures`;
}

/** Milliseconds until a notice that nobody is at becomes due; null: there is none. */
export async function nextNoticeMs(ctx: Pick<Ctx, 'db'>, syncId: string): Promise<number | null> {
  const [next] = await ctx.db.prisma.$queryRaw<{ ms: number | null }[]>`
    select (extract(epoch from min(due_at) - syncline_now()) * 1000)::float8 as ms
    from hook_notice
    where sync_id = ${syncId}::text
      and version > done_version
      and (claimed_until is null or claimed_until < syncline_now())`;
  return next?.ms ?? null;
}

/** Worked off up to the version that was claimed. */
export async function finishNotices(tx: Tx, syncId: string, notices: Notice[]): Promise<void> {
  await tx.$executeRaw`
    update hook_notice n
    set done_version = u.version,
        claimed_until = null,
        failures = 0,
        due_at = (select syncline_now()) + ${coalesceMs}::int * interval '1 millisecond'
    from unnest(${notices.map((one) => one.recordId)}::text[], ${notices.map((one) => one.version)}::int[]) as u(record_id, version)
    where n.sync_id = ${syncId}::text and n.record_id = u.record_id`;
}

/** Told of, and not worked off: what waits for anybody. */
export async function countNotices(ctx: Pick<Ctx, 'db'>, syncId: string): Promise<number> {
  const [row] = await ctx.db.prisma.$queryRaw<{ count: number }[]>`
    select count(*)::int as count
    from hook_notice
    where sync_id = ${syncId}::text and version > done_version`;
  return row!.count;
}

/** A run that begins after this finds all of it. */
export async function finishAllNotices(tx: Tx, syncId: string): Promise<void> {
  await tx.$executeRaw`
    update hook_notice
    set done_version = version, claimed_until = null, failures = 0
    where sync_id = ${syncId}::text and version > done_version`;
}

/** To the back of the queue: other syncs' hooks come first. */
export async function queueNotices(ctx: Pick<Ctx, 'db'>, syncId: string): Promise<void> {
  await withTransaction(ctx, (tx) => enqueueAll(tx, 'apply-hooks', [{ syncId }]));
}

/** Not yet: the provider asks for patience, or the first load comes first. */
export async function postponeNotices(
  tx: Pick<Tx, '$executeRaw'>,
  syncId: string,
  recordIds: string[],
  { seconds, hasFailed }: { seconds: number; hasFailed: boolean },
): Promise<void> {
  await tx.$executeRaw`
    update hook_notice
    set claimed_until = null,
        failures = failures + ${hasFailed ? 1 : 0}::int,
        due_at = (select syncline_now()) + ${seconds}::float8 * interval '1 second'
    where sync_id = ${syncId}::text and record_id = any(${recordIds}::text[])`;
}

/** The sync does not run any more: what it would have read is found when it does. */
export async function dropNotices(ctx: Pick<Ctx, 'db'>, syncId: string): Promise<void> {
  await ctx.db.prisma.hookNotice.deleteMany({ where: { syncId } });
}

/** For the tick: queues what nobody works off, and forgets what is done with. */
export async function queueOverdueNotices({ ctx }: { ctx: Pick<Ctx, 'db'> }): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    const overdue = await tx.$queryRaw<{ sync_id: string }[]>`
      select distinct sync_id
      from hook_notice
      where due_at < (select syncline_now()) - ${overdueSeconds}::int * interval '1 second'
        and version > done_version
        and (claimed_until is null or claimed_until < (select syncline_now()))
      limit ${queuedSyncsMax}::int`;
    await enqueueAll(
      tx,
      'apply-hooks',
      overdue.map((one) => ({ syncId: one.sync_id })),
    );
    await tx.$executeRaw`
      delete from hook_notice
      where (sync_id, record_id) in (
        select sync_id, record_id
        from hook_notice
        where due_at < (select syncline_now()) - ${overdueSeconds}::int * interval '1 second' and version = done_version
        limit ${doneRowsMax}::int
        for update skip locked
      )`;
  });
}
