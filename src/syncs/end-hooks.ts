import type { Sync as SyncRow } from '../db/generated/client.ts';
import { type Ctx, withTransaction } from '../db/index.ts';
import { emit, type NewEvent } from '../events/emit.ts';
import type { HookNews } from '../hub/hook-types.ts';
import { askForRun } from './ask-for-run.ts';
import type { SyncsCtx } from './context.ts';
import { finishAllNotices, finishNotices, type Notice, postponeNotices } from './hook-notices.ts';

export interface EndedHooks {
  done: Notice[];
  /** What the hub holds and nobody has announced. */
  news: HookNews | null;
  /** Wait until the first load has ended. */
  late: string[];
  /** Have to be read by their ids after all. */
  again: string[];
  /** Were not there, and may only be too new. */
  absent: string[];
  /** What the hooks told has to be found by a run. */
  needsRun: boolean;
}

/** Notices, event and the run that may be needed, in one transaction. */
export async function endHooks(
  ctx: Pick<SyncsCtx, 'db' | 'clock' | 'limits'>,
  sync: SyncRow,
  { done, news, late, again, absent, needsRun }: EndedHooks,
): Promise<void> {
  const pause = { seconds: ctx.limits.hookPauseSeconds };
  await withTransaction(ctx, async (tx) => {
    const [locked] = await tx.$queryRaw<{ status: string }[]>`select status from sync where id = ${sync.id}::text for update`;
    if (!locked) return;
    if (late.length > 0) await postponeNotices(tx, sync.id, late, { ...pause, hasFailed: false });
    if (again.length > 0) await postponeNotices(tx, sync.id, again, { seconds: 0, hasFailed: false });
    if (absent.length > 0) await postponeNotices(tx, sync.id, absent, { ...pause, hasFailed: true });
    await finishNotices(
      tx,
      sync.id,
      done.filter(({ recordId }) => !late.includes(recordId) && !again.includes(recordId) && !absent.includes(recordId)),
    );
    await tx.sync.update({ where: { id: sync.id }, data: { lastHookAt: ctx.clock.now() } });
    if (news) await emit(tx, ctx.clock, { applicationId: sync.applicationId, type: 'records.changed', data: changed(sync, news) });
    if (!needsRun || locked.status !== 'active') return;
    const current = await tx.sync.findUniqueOrThrow({ where: { id: sync.id } });
    await askForRun(tx, ctx.clock, current, { trigger: 'hook' });
  });
}

/** So much was told that a run finds it with fewer requests. */
export async function leaveToRun(ctx: Pick<Ctx, 'db' | 'clock'>, sync: SyncRow): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    await tx.$queryRaw`select id from sync where id = ${sync.id}::text for update`;
    const current = await tx.sync.findUnique({ where: { id: sync.id } });
    if (current?.status !== 'active') return;
    await finishAllNotices(tx, sync.id);
    await askForRun(tx, ctx.clock, current, { trigger: 'hook' });
  });
}

/** As a run announces what it changed; no run did this. */
function changed(sync: SyncRow, { inserted, updated, deleted, firstSeq, lastSeq }: HookNews): NewEvent['data'] {
  return {
    run_id: null,
    sync_id: sync.id,
    customer_id: sync.customerId,
    connection_id: sync.connectionId,
    provider: sync.provider,
    object: sync.object,
    ...{ inserted, updated, deleted },
    first_seq: firstSeq.toString(),
    last_seq: lastSeq.toString(),
  };
}
