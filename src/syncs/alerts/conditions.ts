import { Prisma } from '../../db/generated/client.ts';
import { alertRulesDefault as otherwise } from '../../tenancy/index.ts';

export const alertKinds = ['failed_rows', 'run_too_long', 'no_success', 'deletes_held', 'needs_reauth', 'destination_unavailable'] as const;
export type AlertKind = (typeof alertKinds)[number];

/** Runs of fewer records say nothing about a share. */
const judgedRowsMin = 10;
const noSuccessSecondsMin = 3600;
/** A run that ended longer ago was judged before; what is open is judged until it recovers. */
const endedSecondsMax = 900;

/** What of an application's rules says so, or the default. A rule that is null compares with nothing. */
const rule = (name: keyof typeof otherwise) =>
  Prisma.sql`(case when a.alert_rules ? ${name}::text then a.alert_rules ->> ${name}::text else ${otherwise[name]?.toString() ?? null}::text end)`;

const isOpen = (kind: AlertKind, subject: Prisma.Sql) =>
  Prisma.sql`exists (select from alert o where o.application_id = a.id and o.kind = ${kind}::text and o.subject = ${subject} and o.recovered_at is null)`;

/**
 * What each kind is about, as it stands now: application, subject, the customer and connection it concerns, and the figures. What has
 * no row here is well, or gone.
 */
export const conditions: Record<AlertKind, Prisma.Sql> = {
  failed_rows: Prisma.sql`
    select s.application_id, s.id as subject, s.customer_id, s.connection_id,
           jsonb_build_object('run_id', r.id, 'fetched', r.fetched, 'quarantined', r.quarantined) as detail
    from sync s
    join application a on a.id = s.application_id
    cross join lateral (
      select id, fetched, quarantined
      from run
      where sync_id = s.id and finished_at is not null and fetched >= ${judgedRowsMin}::int
      order by created_at desc
      limit 1
    ) r
    where (s.last_success_at > (select syncline_now()) - ${endedSecondsMax}::int * interval '1 second' or ${isOpen('failed_rows', Prisma.sql`s.id`)})
      and r.quarantined * 100 >= r.fetched * ${rule('failedRowsPercent')}::numeric`,
  run_too_long: Prisma.sql`
    select s.application_id, s.id as subject, s.customer_id, s.connection_id,
           jsonb_build_object('run_id', r.id, 'started_at', r.started_at) as detail
    from sync s
    join application a on a.id = s.application_id
    join run r on r.id = s.current_run_id
    where r.started_at < (select syncline_now()) - ${rule('runSecondsMax')}::numeric * interval '1 second'`,
  // A destination that is down has an alert of its own, and its syncs have their time when it is back.
  no_success: Prisma.sql`
    select s.application_id, s.id as subject, s.customer_id, s.connection_id,
           jsonb_build_object('last_success_at', s.last_success_at) as detail
    from sync s
    join application a on a.id = s.application_id
    join destination d on d.id = s.destination_id
    cross join lateral (
      select (select syncline_now())
        - greatest(${rule('intervalsWithoutSuccess')}::numeric * s.interval_seconds,
                   case when ${rule('intervalsWithoutSuccess')} is null then null else ${noSuccessSecondsMin}::int end) * interval '1 second' as since
    ) late
    where s.status = 'active'
      and s.next_run_at is not null
      and coalesce(s.last_success_at, s.created_at) < late.since
      and (d.status <> 'unavailable' and coalesce(d.status_changed_at, '-infinity') < late.since
           or ${isOpen('no_success', Prisma.sql`s.id`)})`,
  deletes_held: Prisma.sql`
    select s.application_id, s.id as subject, s.customer_id, s.connection_id, '{}'::jsonb as detail
    from sync s
    join application a on a.id = s.application_id
    where s.health = 'held' and ${rule('isHeld')}::boolean`,
  needs_reauth: Prisma.sql`
    select c.application_id, c.id as subject, c.customer_id, c.id as connection_id, jsonb_build_object('reason', c.status_reason) as detail
    from connection c
    join application a on a.id = c.application_id
    where c.status = 'needs_reauth' and ${rule('needsReauth')}::boolean`,
  destination_unavailable: Prisma.sql`
    select d.application_id, d.id as subject, null::text as customer_id, null::text as connection_id,
           jsonb_build_object('reason', d.status_reason) as detail
    from destination d
    join application a on a.id = d.application_id
    where d.status = 'unavailable' and ${rule('isDestinationDown')}::boolean`,
};
