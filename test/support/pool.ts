import pg from 'pg';

/** A test's own look into a database. Dropping the database, or stopping the server, ends sessions that are still closing. */
export function testPool(connectionString: string, options: Pick<pg.PoolConfig, 'max' | 'options'> = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 3, ...options });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
