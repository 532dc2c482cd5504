import type { Db } from '../db/index.ts';
import type { WantedWindow } from './budget-windows.ts';

/** One window of a budget as it stands. */
export interface BudgetState {
  category: string;
  /** Whose cap it is; null: of the whole connection. */
  syncId: string | null;
  requests: number;
  /** What syncs may use of it. */
  requestsForSyncs: number;
  /** null: a day in `resetsDailyIn`. */
  seconds: number | null;
  resetsDailyIn: string | null;
  source: 'provider' | 'reported' | 'chosen';
  used: number;
  /** When it is empty again; of a rolling window every request leaves it for itself. */
  resetsAt: Date | null;
  /** When the next request of a sync fits; null: now. */
  fullUntil: Date | null;
}

/** A wait that the provider asked for. */
export interface BudgetWait {
  category: string;
  until: Date;
}

/** The windows that are known of beforehand, and those that the provider has reported. Reads what requests are counted by. */
export async function readBudgets(
  db: Db,
  of: { applicationId: string; connectionId: string; windows: WantedWindow[]; reserveShare: number },
): Promise<{ budgets: BudgetState[]; waits: BudgetWait[] }> {
  const { applicationId, connectionId } = of;
  const budgets = await db.pool.query<BudgetState>(
    `with moment as (
       select syncline_now() as now_at
     ), wanted as (
       select *
       from jsonb_to_recordset($3::jsonb) as w(category text, holder text, seconds int, zone text, requests int, is_chosen boolean)
     ), stored as (
       select *
       from rate_window
       where application_id = $1::text and connection_id = $2::text
     ), known as (
       select category, holder, seconds, w.zone, w.requests, coalesce(w.is_chosen, false) as is_chosen,
              coalesce(s.counts, '{}') as counts, coalesce(s.slot, 0) as slot,
              case when s.reported_at >= now_at - greatest(seconds, 3600) * interval '1 second' then s.reported_requests end as reported,
              s.reported_at, rate_slot(seconds, w.zone, now_at) as slot_now, case when seconds = 0 then 1 else 23 end as slots, now_at
       from moment
       cross join (wanted w full join stored s using (category, holder, seconds))
     ), rolled as (
       select *, rate_rolled(counts, slot, slot_now, slots) as live,
              case when abs(slot_now - slot) >= slots then slot_now else greatest(slot, slot_now) end as live_slot,
              rate_allowed(requests, is_chosen, reported, reported_at, seconds, 0, now_at) as allowed,
              rate_allowed(requests, is_chosen, reported, reported_at, seconds, case when holder = '' then $4::float8 else 0 end, now_at)
                as allowed_for_syncs
       from known
       where requests is not null or (holder = '' and reported is not null)
     )
     select category, nullif(holder, '') as "syncId", allowed as requests, allowed_for_syncs as "requestsForSyncs",
            nullif(seconds, 0) as seconds, zone as "resetsDailyIn",
            case when reported is not null and (not is_chosen or reported < requests) then 'reported'
                 when is_chosen then 'chosen' else 'provider' end as source,
            rate_sum(live) as used,
            case when seconds = 0 then ((now_at at time zone zone)::date + 1)::timestamp at time zone zone end as "resetsAt",
            nullif(now_at + rate_wait_seconds(live, live_slot, seconds, zone, allowed_for_syncs, now_at) * interval '1 second', now_at)
              as "fullUntil"
     from rolled
     order by category, holder, seconds`,
    [applicationId, connectionId, JSON.stringify(of.windows), of.reserveShare],
  );
  const waits = await db.pool.query<BudgetWait>(
    `select category, not_before as until
     from rate_budget
     where application_id = $1::text and connection_id = $2::text and not_before > syncline_now()
     order by category`,
    [applicationId, connectionId],
  );
  return { budgets: budgets.rows, waits: waits.rows };
}
