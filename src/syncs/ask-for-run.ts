import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Run as RunRow, Sync as SyncRow } from '../db/generated/client.ts';
import type { Prisma, Tx } from '../db/index.ts';
import { enqueue } from '../queue/index.ts';
import type { Strategy } from './config-input.ts';
import type { RunTrigger } from './outputs.ts';
import { kindOf } from './read-kinds.ts';

/** Who wants a run, and what they say about it. */
export interface RunWish {
  trigger: RunTrigger;
  full?: boolean | undefined;
  source?: string | null | undefined;
  metadata?: Record<string, string> | null | undefined;
}

/**
 * Makes a run of an active sync due now, in the caller's transaction and with the sync's row locked. While one is in progress that
 * one is answered, and exactly one more follows it, however often it was asked for.
 */
export async function askForRun(tx: Tx, clock: Clock, sync: SyncRow, wish: RunWish): Promise<RunRow> {
  const current = sync.currentRunId ? await tx.run.findUniqueOrThrow({ where: { id: sync.currentRunId } }) : null;
  if (current === null) return queueRun(tx, clock, sync, wish);
  // A queued run has read nothing yet: it can still become a full one, and needs no successor.
  if (current.status === 'queued') return adjustQueued(tx, clock, { sync, current, wish });
  await tx.$executeRaw`
    update sync
    set rerun_requested = true,
        full_requested = full_requested or ${wish.full === true}::boolean,
        rerun_trigger = ${wish.trigger}::text,
        rerun_source = ${wish.source ?? null}::text,
        rerun_metadata = ${jsonOf(wish)}::jsonb,
        updated_at = ${clock.now()}::timestamptz
    where id = ${sync.id}::text`;
  return current;
}

async function adjustQueued(
  tx: Tx,
  clock: Clock,
  { sync, current, wish }: { sync: SyncRow; current: RunRow; wish: RunWish },
): Promise<RunRow> {
  const isFull = wish.full === true;
  if (isFull) await tx.sync.update({ where: { id: sync.id }, data: { fullRequested: true, updatedAt: clock.now() } });
  const isUnsigned = current.source === null && current.metadata === null;
  return tx.run.update({
    where: { id: current.id },
    data: { ...(isFull ? { kind: 'full' } : {}), ...(isUnsigned ? wordsOf(wish) : {}) },
  });
}

async function queueRun(tx: Tx, clock: Clock, sync: SyncRow, wish: RunWish): Promise<RunRow> {
  const now = clock.now();
  const { applicationId, customerId, connectionId, provider, object } = sync;
  const run = await tx.run.create({
    data: {
      ...{ id: newId('run', now), applicationId, syncId: sync.id, customerId, connectionId, provider, object },
      // The engine decides when the run begins; until then this is what was asked for.
      kind: wish.full ? 'full' : kindOf[sync.strategy as Strategy],
      trigger: wish.trigger,
      status: 'queued',
      createdAt: now,
      ...wordsOf(wish),
    },
  });
  await tx.$executeRaw`
    update sync
    set current_run_id = ${run.id}::text, next_run_at = syncline_now(),
        full_requested = full_requested or ${wish.full === true}::boolean, updated_at = ${now}::timestamptz
    where id = ${sync.id}::text`;
  await enqueue(tx, 'run-sync', { syncId: sync.id });
  return run;
}

function wordsOf({ source, metadata }: RunWish): { source?: string; metadata?: Prisma.InputJsonObject } {
  return { ...(source == null ? {} : { source }), ...(metadata == null ? {} : { metadata }) };
}

function jsonOf({ metadata }: RunWish): string | null {
  return metadata == null ? null : JSON.stringify(metadata);
}
