import { runMigrations } from 'graphile-worker';
import type { Db } from '../db/index.ts';

/** The worker's own schema, created or brought up to date; several processes may ask at once. */
export async function prepareQueue({ pool }: Pick<Db, 'pool'>): Promise<void> {
  await runMigrations({ pgPool: pool });
}
