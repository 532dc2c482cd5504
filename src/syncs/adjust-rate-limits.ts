import type { Clock } from '../base/clock.ts';
import type { Tx } from '../db/index.ts';
import { enqueueAll } from '../queue/index.ts';
import type { ReconcileInput } from './reconcile.ts';

/** Changed caps reach the syncs that exist, in the middle of a run too: a slice takes them from its sync's row. */
export async function adjustRateLimits(tx: Tx, clock: Clock, { applicationId, providerConfigId }: ReconcileInput): Promise<void> {
  await tx.$executeRaw`
    update sync s
    set rate_limits = coalesce(s.overrides -> 'rate_limits', nullif(o.rate_limits, 'null')),
        next_run_at = case
          when s.health = 'delayed' and s.lease_owner is null then least(s.next_run_at, (select syncline_now()))
          else s.next_run_at
        end,
        updated_at = ${clock.now()}::timestamptz
    from sync_config sc
    cross join lateral jsonb_to_recordset(sc.objects) as o(object text, rate_limits jsonb)
    where sc.application_id = ${applicationId}::text
      and sc.provider_config_id = ${providerConfigId}::text
      and s.sync_config_id = sc.id
      and s.object = o.object
      and s.rate_limits is distinct from coalesce(s.overrides -> 'rate_limits', nullif(o.rate_limits, 'null'))`;
}

/** Runs that wait for a budget look again at once: it may have grown. Where it has not, they wait on. */
export async function wakeDelayed(tx: Tx, clock: Clock, where: { applicationId: string; connectionId: string }): Promise<void> {
  const woken = await tx.$queryRaw<{ id: string }[]>`
    update sync
    set next_run_at = least(next_run_at, (select syncline_now())), updated_at = ${clock.now()}::timestamptz
    where application_id = ${where.applicationId}::text
      and connection_id = ${where.connectionId}::text
      and status = 'active'
      and health = 'delayed'
      and lease_owner is null
      and next_run_at is not null
    returning id`;
  await enqueueAll(
    tx,
    'run-sync',
    woken.map(({ id }) => ({ syncId: id })),
  );
}
