import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Actor } from '../base/actor.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../ops/logger.ts';
import { type Prisma, PrismaClient } from './generated/client.ts';

export type { Prisma } from './generated/client.ts';

/** The control plane: one pool, shared by Prisma, hand-written SQL and the worker. */
export interface Db {
  pool: pg.Pool;
  prisma: PrismaClient;
  close(): Promise<void>;
}

/** A control-plane transaction. Jobs and events go into it too: state, event and job commit together. */
export type Tx = Prisma.TransactionClient;

/** What every verb gets. Higher floors add their own members (vault, catalog, hubs); compose builds one object with all. */
export interface Ctx {
  db: Db;
  clock: Clock;
  log: Logger;
  actor: Actor;
  requestId: string;
  /** Called at the end of every transaction of this context, in it: a repeatable request notes there that it takes effect. */
  witness?: (tx: Tx) => Promise<void>;
}

/** A verb's arguments: `verb({ ctx, input })`. Input is parsed by the verb itself. */
export interface Args<Input = unknown, C extends Ctx = Ctx> {
  ctx: C;
  input: Input;
}

const transactionMsMax = 15_000;
const transactionWaitMsMax = 10_000;
const sessionOptions = `-c TimeZone=UTC -c idle_in_transaction_session_timeout=${transactionMsMax}`;

export function createDb(options: { url: string; poolMax: number; log: Logger }): Db {
  const pool = createPool(options);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: false }) });
  return {
    pool,
    prisma,
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

/**
 * Sessions speak UTC: adapter-pg reads timestamps by cutting off the offset (seen with 7.10). The database ends a transaction whose
 * process has frozen or is cut off: Prisma's own bound ticks in that process, and the rows that it locked would wait for it to wake.
 */
export function createPool({ url, poolMax, log }: { url: string; poolMax: number; log: Logger }): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: poolMax, options: sessionOptions });
  reportPoolErrors(pool, log);
  return pool;
}

/** Logs a lost session without the error itself: pg hangs the client on it, with everything that the client knows. */
export function reportPoolErrors(pool: pg.Pool, log: Logger): void {
  pool.on('connect', (client) => {
    const { host, database } = client as unknown as pg.Client;
    client.on('error', ({ message, code }: Error & { code?: string }) =>
      log.warn({ host, database, error_code: code, reason: message }, 'a database connection failed'),
    );
  });
  // Of idle sessions the pool tells too, what the session has told already; without a listener it would end the process.
  pool.on('error', () => undefined);
}

export function withTransaction<T>({ db, witness }: Pick<Ctx, 'db' | 'witness'>, work: (tx: Tx) => Promise<T>): Promise<T> {
  const witnessed = async (tx: Tx) => {
    const result = await work(tx);
    await witness?.(tx);
    return result;
  };
  return db.prisma.$transaction(witnessed, { timeout: transactionMsMax, maxWait: transactionWaitMsMax });
}

/** The database's time (with the tests' offset): the only time that decides between processes. */
export async function databaseNow(tx: Pick<Tx, '$queryRaw'>): Promise<Date> {
  const [row] = await tx.$queryRaw<{ now: Date }[]>`select syncline_now() as now`;
  return row!.now;
}
