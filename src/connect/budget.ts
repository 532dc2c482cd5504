import type { Db } from '../db/index.ts';
import { ProviderError } from '../kit/index.ts';
import { allCategories, type WantedWindow } from './budget-windows.ts';
import { notActive } from './held-connection.ts';

interface Of {
  applicationId: string;
  connectionId: string;
  category: string;
}

/** Our own budget is used up for now. Nothing was asked, and nothing went wrong: it is no failure of the provider. */
export class BudgetSpent extends ProviderError {
  constructor(message: string, retryAfterSeconds: number) {
    super('rate_limited', message, { retryAfterSeconds });
    this.name = 'BudgetSpent';
  }
}

export interface Passed {
  /** Of the credentials. */
  version: number;
  /** What the provider is known to have reported, with our own count of that window, this request included. */
  reported: ReportedBudget | null;
}

export interface ReportedBudget {
  category: string;
  seconds: number;
  requests: number;
  used: number;
}

/** Kept of every budget for requests that somebody waits for; syncs leave it alone. */
export const interactiveShare = 0.05;

/**
 * What must be known before each request, in one statement: is the connection still active, may this category ask now, and is there
 * room in every window of its budgets? If so the request is counted in all of them, for every process.
 */
export async function passGate(db: Db, of: Of, asker: { windows: WantedWindow[]; isInteractive: boolean }): Promise<Passed> {
  const { rows } = await db.pool.query<GateRow>({
    name: 'connect_gate',
    text: `
      select status, status_reason, credentials_version, provider_wait_seconds, budget_wait_seconds, blocked_by, reported
      from pass_rate_gate($1::text, $2::text, $3::text, $4::jsonb, $5::float8)`,
    values: [of.applicationId, of.connectionId, of.category, JSON.stringify(asker.windows), asker.isInteractive ? 0 : interactiveShare],
  });
  const row = rows[0];
  if (!row) throw notActive('disabled', null);
  if (row.status !== 'active') throw notActive(row.status, row.status_reason);
  if (row.provider_wait_seconds > 0) {
    const retryAfterSeconds = Math.ceil(row.provider_wait_seconds);
    throw new BudgetSpent(`The provider asked us to wait; ${retryAfterSeconds} seconds are left.`, retryAfterSeconds);
  }
  if (row.budget_wait_seconds > 0) throw new BudgetSpent(spentMessage(row.blocked_by!), row.budget_wait_seconds);
  return { version: row.credentials_version, reported: row.reported };
}

/** No request of this category before the provider's wait is over, from any process. A shorter wait never cuts a longer one. */
export async function holdBack(db: Db, { applicationId, connectionId, category }: Of, seconds: number): Promise<void> {
  await db.pool.query({
    name: 'connect_hold_back',
    text: `
      insert into rate_budget (application_id, connection_id, category, not_before, updated_at)
      values ($1::text, $2::text, $3::text, syncline_now() + $4::float8 * interval '1 second', syncline_now())
      on conflict (connection_id, category) do update
      set not_before = greatest(rate_budget.not_before, excluded.not_before),
          updated_at = excluded.updated_at`,
    values: [applicationId, connectionId, category, seconds],
  });
}

/**
 * Keeps what the provider reports. Requests that it has counted and we have not are those of other users of the account. A provider
 * reports one window of a category: one of another length was of an earlier plan.
 */
export async function learnBudget(db: Db, of: Of, { seconds, requests, used }: Omit<ReportedBudget, 'category'>): Promise<void> {
  await db.pool.query({
    name: 'connect_learn_budget',
    text: `
      with moment as (
        select syncline_now() as now_at
      ), learned as (
        insert into rate_window as w
          (application_id, connection_id, category, holder, seconds, counts, slot, reported_requests, reported_at, updated_at)
        select $1::text, $2::text, $3::text, '', $4::int, rate_spread(array_fill(0, array[23]), $6::int),
               rate_slot($4::int, null, now_at), $5::int, now_at, now_at
        from moment
        on conflict (connection_id, category, holder, seconds) do update
        set counts = rate_spread(rate_rolled(w.counts, w.slot, excluded.slot, 23), $6::int),
            slot = case when abs(excluded.slot - w.slot) >= 23 then excluded.slot else greatest(excluded.slot, w.slot) end,
            reported_requests = excluded.reported_requests,
            reported_at = excluded.reported_at,
            updated_at = excluded.updated_at
      )
      update rate_window
      set reported_requests = null, reported_at = null
      where application_id = $1::text
        and connection_id = $2::text
        and category = $3::text
        and holder = ''
        and seconds <> $4::int
        and reported_requests is not null`,
    values: [of.applicationId, of.connectionId, of.category, seconds, requests, used],
  });
}

interface GateRow {
  status: string;
  status_reason: string | null;
  credentials_version: number;
  provider_wait_seconds: number;
  budget_wait_seconds: number;
  blocked_by: { category: string; holder: string; seconds: number; requests: number } | null;
  reported: ReportedBudget | null;
}

function spentMessage({ category, holder, seconds, requests }: NonNullable<GateRow['blocked_by']>): string {
  const whose = holder === '' ? 'connection' : 'sync';
  const what = category === allCategories ? 'requests' : `${category} requests`;
  return `The ${whose}'s budget of ${requests} ${what} ${seconds === 0 ? 'a day' : `in ${seconds} seconds`} is used up.`;
}
