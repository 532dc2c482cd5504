import pg from 'pg';
import { AppError } from '../base/errors.ts';
import { reportPoolErrors } from '../db/index.ts';
import type { Logger } from '../ops/logger.ts';
import type { HubTarget } from './context.ts';
import { asDestinationFailure } from './destination-failure.ts';
import { guardedSocket } from './own/guarded-socket.ts';

const connectMsMax = 10_000;
/** Reads outside a transaction of ours: pages, look-ups. A vendor's own database may have another bound. */
export const readMsMax = 15_000;

/**
 * Everything here goes by keys, but for sweeps, which say so: the planner must not answer young or missing statistics with
 * a walk through a whole table, or sort what an index has in order.
 */
const keyDriven = ['enable_seqscan', 'enable_bitmapscan', 'enable_sort', 'enable_hashjoin', 'enable_mergejoin', 'jit'];

/**
 * Sweeps look at whole connections. No nested loops there: a table that was just loaded has no statistics, is taken for
 * nearly empty, and 20,000 ids then took 40 s instead of 50 ms.
 */
export const sweepPlans = [
  ...keyDriven.filter((name) => name !== 'jit').map((name) => `set local ${name} = on`),
  'set local enable_nestloop = off',
];

/** The pool of the hosted destinations. Sessions speak UTC; nothing waits for a connection or an answer without a bound. */
export function createHubPool({ url, poolMax, log }: { url: string; poolMax: number; log: Logger }): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: poolMax, ...sessionConfig(readMsMax) });
  reportPoolErrors(pool, log);
  return pool;
}

/** The pool of a vendor's own database. Sessions that nobody uses are closed after 10 s, which is pg's own default. */
export function createOwnPool({ target, log }: { target: HubTarget; log: Logger }): pg.Pool {
  const pool = new pg.Pool({ ...ownConfig(target), max: target.poolMax });
  reportPoolErrors(pool, log);
  return pool;
}

/** How a session of a vendor's own database is opened: by its fields alone, nothing comes from the environment. */
export function ownConfig({ config, guardsAddress, statementMsMax }: HubTarget): pg.ClientConfig {
  return {
    application_name: 'syncline',
    client_encoding: 'UTF8',
    ...config,
    ...sessionConfig(statementMsMax),
    ...(guardsAddress ? { stream: guardedSocket } : {}),
  };
}

function sessionConfig(statementMsMax: number): pg.ClientConfig {
  return {
    connectionTimeoutMillis: connectMsMax,
    options: ['TimeZone=UTC', `statement_timeout=${statementMsMax}`, ...keyDriven.map((name) => `${name}=off`)]
      .map((set) => `-c ${set}`)
      .join(' '),
  };
}

const cannotBeReached = 'The database that holds the records cannot be reached. Try again in a moment.';

export async function borrow(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (cause) {
    throw asDestinationFailure(cause) ?? new AppError('destination_unavailable', cannotBeReached, { cause });
  }
}
