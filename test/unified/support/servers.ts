import type pg from 'pg';
import { createTestDatabase } from '../../support/database.ts';
import { testPool } from '../../support/pool.ts';
import { hasPostgres15, startPostgres15 } from '../../support/postgres15.ts';

export interface Server {
  url: string;
  stop(): Promise<void>;
}

/** The newest Postgres and the oldest that is supported: what is written for both must mean the same on both. */
export const servers: [string, () => Promise<Server>][] = [
  [
    'the newest Postgres',
    async () => {
      const { url, drop } = await createTestDatabase();
      return { url, stop: drop };
    },
  ],
  ...(hasPostgres15 ? [['Postgres 15', startPostgres15] satisfies [string, () => Promise<Server>]] : []),
];

/** Sessions of a vendor: another time zone and another way to write dates than ours. */
export function vendorPool(url: string): pg.Pool {
  return testPool(url, { max: 3, options: '-c TimeZone=America/New_York -c DateStyle=SQL,DMY -c IntervalStyle=sql_standard' });
}
