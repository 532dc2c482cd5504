import type { Clock } from '../base/clock.ts';
import type { SyncConfig as SyncConfigRow } from '../db/generated/client.ts';
import { databaseNow, type Tx } from '../db/index.ts';
import { storedObjects } from './outputs.ts';
import { nextRunAt } from './schedule.ts';

/**
 * A changed schedule reaches the syncs that exist, but for those that have one of their own. What it makes due counts from now; a run in progress ends first, and a sync that
 * waits for its first trigger goes on waiting. Call before `reconcile`, which leaves syncs alone whose schedule is no interval.
 */
export async function adjustSchedules(tx: Tx, clock: Clock, config: SyncConfigRow): Promise<void> {
  const now = await databaseNow(tx);
  const wanted = storedObjects(config).map(({ object, schedule, interval_seconds: intervalSeconds }) => ({
    object,
    schedule: schedule === null ? null : JSON.stringify(schedule),
    next: nextRunAt({ schedule, startedAt: now, now, intervalSeconds, connectionId: '' })?.toISOString() ?? null,
  }));
  await tx.$executeRaw`
    update sync s
    set schedule = w.schedule::jsonb,
        next_run_at = case
          when s.current_run_id is not null then s.next_run_at
          when s.next_run_at is null and s.last_success_at is null and not ${config.startOnConnection}::boolean then null
          else w.next::timestamptz
        end,
        updated_at = ${clock.now()}::timestamptz
    from unnest(${wanted.map((w) => w.object)}::text[], ${wanted.map((w) => w.schedule)}::text[],
                ${wanted.map((w) => w.next)}::text[]) as w(object, schedule, next)
    where s.application_id = ${config.applicationId}::text
      and s.sync_config_id = ${config.id}::text
      and s.object = w.object
      and (s.overrides -> 'interval_seconds') is null
      and s.schedule is distinct from w.schedule::jsonb`;
}
