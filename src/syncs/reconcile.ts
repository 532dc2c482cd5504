import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Tx } from '../db/index.ts';
import { enqueueAll } from '../queue/index.ts';
import { adjustRateLimits } from './adjust-rate-limits.ts';

export interface ReconcileInput {
  applicationId: string;
  providerConfigId: string;
}

/** Syncs that are derived are enqueued at once up to here; the tick finds the others, so that the transaction stays short. */
const enqueuedMax = 2_000;

/**
 * Derives the syncs of a provider config again: config × connection × object. Idempotent and set-based; whatever changed a sync
 * config or a connection calls it in its own transaction. It adds and adjusts; removing is `removeSyncs`, because it is guarded.
 */
export async function reconcile({ tx, clock, input }: { tx: Tx; clock: Clock; input: ReconcileInput }): Promise<{ added: number }> {
  await lockProviderConfig(tx, input);
  await adjustSyncs(tx, clock, input);
  await adjustRateLimits(tx, clock, input);
  const missing = await findMissing(tx, input);
  if (missing.length === 0) return { added: 0 };
  const now = clock.now();
  const ids = missing.map(() => newId('sync', now));
  const due = await tx.$queryRaw<{ id: string }[]>`
    with wanted as (
      select u.id, sc.id as sync_config_id, sc.destination_id, sc.start_on_connection, sc.status as config_status,
             c.id as connection_id, c.customer_id, c.status as connection_status, sc.provider, o.*
      from unnest(${ids}::text[], ${missing.map((m) => m.sync_config_id)}::text[], ${missing.map((m) => m.connection_id)}::text[],
                  ${missing.map((m) => m.object)}::text[]) as u(id, sync_config_id, connection_id, object)
      join sync_config sc on sc.id = u.sync_config_id and sc.application_id = ${input.applicationId}::text
      join connection c on c.id = u.connection_id and c.application_id = ${input.applicationId}::text
      join lateral jsonb_to_recordset(sc.objects) as o(object text, strategy text, full_refresh_every int, interval_seconds int,
                                                       window_seconds int, key_pass_interval_seconds int, start_from timestamptz,
                                                       landing text, observed_fields text[], schedule jsonb, rate_limits jsonb)
        on o.object = u.object
    ), added as (
      insert into sync (id, application_id, customer_id, connection_id, sync_config_id, destination_id, provider, object,
                        strategy, full_refresh_every, interval_seconds, window_seconds, key_pass_interval_seconds, start_from,
                        landing, observed_fields, schedule, rate_limits, status, pause_reason, next_run_at, created_at, updated_at)
      select w.id, ${input.applicationId}::text, w.customer_id, w.connection_id, w.sync_config_id, w.destination_id, w.provider, w.object,
             w.strategy, w.full_refresh_every, w.interval_seconds, w.window_seconds, w.key_pass_interval_seconds, w.start_from,
             coalesce(w.landing, 'merge'), coalesce(w.observed_fields, '{}'), w.schedule, nullif(w.rate_limits, 'null'),
             case when w.connection_status = 'active' and w.config_status = 'enabled' then 'active' else 'paused' end,
             case when w.config_status <> 'enabled' then 'config' when w.connection_status <> 'active' then 'auth' end,
             case when w.start_on_connection and w.schedule ->> 'kind' is distinct from 'after' then (select syncline_now()) end,
             ${now}::timestamptz, ${now}::timestamptz
      from wanted w
      on conflict do nothing
      returning id, status, next_run_at
    )
    select id
    from added
    where status = 'active' and next_run_at is not null`;
  await enqueueAll(
    tx,
    'run-sync',
    due.slice(0, enqueuedMax).map(({ id }) => ({ syncId: id })),
  );
  return { added: missing.length };
}

/**
 * One reconcile of a provider config at a time. Without it a new connection and a new sync config, committing at the same
 * moment, would not see each other, and a sync would be missing for ever. Key-share locks of new rows are not held up.
 */
export async function lockProviderConfig(tx: Tx, { applicationId, providerConfigId }: ReconcileInput): Promise<void> {
  await tx.$queryRaw`
    select id
    from provider_config
    where application_id = ${applicationId}::text and id = ${providerConfigId}::text
    for no key update`;
}

/**
 * What a person changed in the config reaches the syncs that exist, but for what a connection has of its own; a shorter interval counts from now. Another
 * landing, other observed fields and an earlier start ask for a full read, and a read that is under way begins again; another
 * strategy is noticed by the engine, whose first read under it is a baseline.
 */
async function adjustSyncs(tx: Tx, clock: Clock, { applicationId, providerConfigId }: ReconcileInput): Promise<void> {
  await tx.$executeRaw`
    update sync s
    set strategy = o.strategy,
        full_refresh_every = o.full_refresh_every_here,
        interval_seconds = o.interval_seconds_here,
        window_seconds = o.window_seconds,
        key_pass_interval_seconds = o.key_pass_interval_seconds_here,
        start_from = o.start_from,
        landing = coalesce(o.landing, 'merge'),
        observed_fields = coalesce(o.observed_fields, '{}'),
        full_requested = s.full_requested
          or (s.landing, s.observed_fields) is distinct from (coalesce(o.landing, 'merge'), coalesce(o.observed_fields, '{}'))
          or coalesce(o.start_from, '-infinity') < coalesce(s.start_from, '-infinity'),
        reads_anew_since = case
          when (s.landing, s.observed_fields, s.start_from)
               is distinct from (coalesce(o.landing, 'merge'), coalesce(o.observed_fields, '{}'), o.start_from) then (select syncline_now())
          else s.reads_anew_since
        end,
        next_run_at = case
          when s.next_run_at is null or s.current_run_id is not null or s.schedule is not null then s.next_run_at
          else least(s.next_run_at, (select syncline_now()) + o.interval_seconds_here * interval '1 second')
        end,
        updated_at = ${clock.now()}::timestamptz
    from (
      select sc.id as sync_config_id, own.id, o.*,
             coalesce((own.overrides ->> 'interval_seconds')::int, o.interval_seconds) as interval_seconds_here,
             case when o.strategy <> 'full_only' then coalesce((own.overrides ->> 'full_refresh_every')::int, o.full_refresh_every) end
               as full_refresh_every_here,
             case when o.strategy <> 'full_only'
                  then coalesce((own.overrides ->> 'key_pass_interval_seconds')::int, o.key_pass_interval_seconds) end
               as key_pass_interval_seconds_here
      from sync_config sc
      cross join lateral jsonb_to_recordset(sc.objects) as o(object text, strategy text, full_refresh_every int, interval_seconds int,
                                                             window_seconds int, key_pass_interval_seconds int, start_from timestamptz,
                                                             landing text, observed_fields text[])
      join sync own on own.sync_config_id = sc.id and own.object = o.object
      where sc.application_id = ${applicationId}::text and sc.provider_config_id = ${providerConfigId}::text
    ) o
    where s.id = o.id
      and (s.strategy, s.full_refresh_every, s.interval_seconds, s.window_seconds, s.key_pass_interval_seconds, s.start_from,
           s.landing, s.observed_fields)
          is distinct from (o.strategy, o.full_refresh_every_here, o.interval_seconds_here, o.window_seconds,
                            o.key_pass_interval_seconds_here, o.start_from, coalesce(o.landing, 'merge'), coalesce(o.observed_fields, '{}'))`;
}

async function findMissing(tx: Tx, { applicationId, providerConfigId }: ReconcileInput) {
  return tx.$queryRaw<{ sync_config_id: string; connection_id: string; object: string }[]>`
    select sc.id as sync_config_id, c.id as connection_id, o.object
    from sync_config sc
    cross join lateral jsonb_to_recordset(sc.objects) as o(object text)
    join connection c on c.application_id = sc.application_id and c.provider_config_id = sc.provider_config_id
    where sc.application_id = ${applicationId}::text
      and sc.provider_config_id = ${providerConfigId}::text
      and c.status <> 'disabled'
      and not exists (
        select
        from sync s
        where s.sync_config_id = sc.id and s.connection_id = c.id and s.object = o.object
      )`;
}
