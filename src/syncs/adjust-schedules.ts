import type { Clock } from '../base/clock.ts';
import { databaseNow, type Tx } from '../db/index.ts';
import { storedObjects } from './outputs.ts';
import type { ReconcileInput } from './reconcile.ts';
import { nextRunAt } from './schedule.ts';

/**
 * A changed schedule reaches the syncs that exist. What it makes due counts from now; a run in progress ends first, and a sync that
 * waits for its first trigger goes on waiting.
 */
export async function adjustSchedules(tx: Tx, clock: Clock, { applicationId, providerConfigId }: ReconcileInput): Promise<void> {
  const configs = await tx.syncConfig.findMany({ where: { applicationId, providerConfigId } });
  const now = await databaseNow(tx);
  const wanted = configs.flatMap((config) =>
    storedObjects(config).map(({ object, schedule, interval_seconds: intervalSeconds }) => ({
      config: config.id,
      object,
      schedule: schedule === null ? null : JSON.stringify(schedule),
      next: nextRunAt({ schedule, startedAt: now, now, intervalSeconds, connectionId: '' })?.toISOString() ?? null,
    })),
  );
  await tx.$executeRaw`
    update sync s
    set schedule = w.schedule::jsonb,
        next_run_at = case
          when s.current_run_id is not null then s.next_run_at
          when s.next_run_at is null and s.last_success_at is null and not sc.start_on_connection then null
          else w.next::timestamptz
        end,
        updated_at = ${clock.now()}::timestamptz
    from unnest(${wanted.map((w) => w.config)}::text[], ${wanted.map((w) => w.object)}::text[],
                ${wanted.map((w) => w.schedule)}::text[], ${wanted.map((w) => w.next)}::text[]) as w(config, object, schedule, next)
    join sync_config sc on sc.id = w.config
    where s.application_id = ${applicationId}::text
      and s.sync_config_id = w.config
      and s.object = w.object
      and s.schedule is distinct from w.schedule::jsonb`;
}
