import type { Db } from '../db/index.ts';
import { ProviderError } from '../kit/index.ts';
import { notActive } from './held-connection.ts';

interface Of {
  applicationId: string;
  connectionId: string;
  category: string;
}

/** What must be known before each request, in one statement: is the connection still active, and may this category ask now? */
export async function passGate(db: Db, { applicationId, connectionId, category }: Of): Promise<{ version: number }> {
  const { rows } = await db.pool.query<{ status: string; status_reason: string | null; credentials_version: number; wait_seconds: number }>(
    {
      name: 'connect_gate',
      text: `
      select c.status, c.status_reason, c.credentials_version,
             coalesce(extract(epoch from b.not_before - syncline_now()), 0)::float8 as wait_seconds
      from connection c
      left join rate_budget b
        on b.connection_id = c.id
        and b.category = $3::text
      where c.application_id = $1::text
      and c.id = $2::text`,
      values: [applicationId, connectionId, category],
    },
  );
  const row = rows[0];
  if (!row) throw notActive('disabled', null);
  if (row.status !== 'active') throw notActive(row.status, row.status_reason);
  if (row.wait_seconds > 0) {
    const retryAfterSeconds = Math.ceil(row.wait_seconds);
    throw new ProviderError('rate_limited', `The provider asked us to wait; ${retryAfterSeconds} seconds are left.`, { retryAfterSeconds });
  }
  return { version: row.credentials_version };
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
