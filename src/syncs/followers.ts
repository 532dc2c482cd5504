import type { Clock } from '../base/clock.ts';
import type { Sync as SyncRow } from '../db/generated/client.ts';
import type { Tx } from '../db/index.ts';
import { askForRun } from './ask-for-run.ts';
import type { StoredSchedule } from './schedule-input.ts';

/**
 * Locks a sync together with those that run after it, in the order in which syncs are locked everywhere: who pauses them all at the
 * same moment does not wait in a circle with us. Call before the sync's own lock.
 */
export async function lockFollowers(tx: Tx, { id, syncConfigId, connectionId, object }: SyncRow): Promise<string[]> {
  const locked = await tx.$queryRaw<{ id: string }[]>`
    select id
    from sync
    where sync_config_id = ${syncConfigId}::text
      and connection_id = ${connectionId}::text
      and (id = ${id}::text or (schedule ->> 'kind' = 'after' and schedule ->> 'object' = ${object}::text))
    order by id
    for update`;
  return locked.map((one) => one.id).filter((one) => one !== id);
}

/** A run has ended: what runs after it is due now, in the transaction of that end. */
export async function runFollowers(tx: Tx, clock: Clock, { ids, outcome, runId }: Ended): Promise<void> {
  if (ids.length === 0) return;
  const followers = await tx.sync.findMany({ where: { id: { in: ids }, status: 'active' }, orderBy: { id: 'asc' } });
  for (const follower of followers)
    if (counts(follower, outcome)) await askForRun(tx, clock, follower, { trigger: 'after', source: runId });
}

interface Ended {
  ids: string[];
  outcome: 'succeeded' | 'held' | 'failed';
  runId: string;
}

function counts({ schedule }: SyncRow, outcome: Ended['outcome']): boolean {
  const after = schedule as unknown as StoredSchedule | null;
  return after?.kind === 'after' && (after.on === 'completed' || outcome === 'succeeded');
}
