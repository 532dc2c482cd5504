import type { Db } from '../db/index.ts';

/** Jobs that wait or run, for the metrics. */
export async function countJobs({ pool }: Pick<Db, 'pool'>): Promise<number> {
  const { rows } = await pool.query<{ count: number }>('select count(*)::int as count from graphile_worker.jobs');
  return rows[0]!.count;
}
