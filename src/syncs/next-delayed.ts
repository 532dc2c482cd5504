import type { Ctx } from '../db/index.ts';

/** Seconds until the next run that was put off goes on, if that is within so many; null: none. */
export async function secondsToNextDelayed({
  ctx,
  withinSeconds,
}: {
  ctx: Pick<Ctx, 'db'>;
  withinSeconds: number;
}): Promise<number | null> {
  const { rows } = await ctx.db.pool.query<{ seconds: number }>(
    `select extract(epoch from greatest(next_run_at, lease_until) - syncline_now())::float8 as seconds
     from sync
     where status = 'active'
       and next_run_at is not null
       and greatest(next_run_at, lease_until) > (select syncline_now())
       and greatest(next_run_at, lease_until) < (select syncline_now()) + $1::float8 * interval '1 second'
       and health = 'delayed'
       and lease_owner is null
     order by greatest(next_run_at, lease_until)
     limit 1`,
    [withinSeconds],
  );
  return rows[0] ? Math.max(rows[0].seconds, 0) : null;
}
