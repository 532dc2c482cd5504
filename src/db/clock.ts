import type { Clock } from '../base/clock.ts';
import type { Logger } from '../ops/logger.ts';
import type { Db } from './index.ts';

/** The clock of a process. Follows the database's offset, which only tests can set. */
export interface DatabaseClock extends Clock {
  /** Reads the offset again at once. */
  refresh(): Promise<void>;
  close(): void;
}

const offsetPollMs = 200;

/** Outside tests an offset in the database is a refusal to start: somebody's restored test data would decide about leases. */
export async function createClock({ db, testClock, log }: { db: Db; testClock: boolean; log: Logger }): Promise<DatabaseClock> {
  let offset = await readOffset(db);
  if (!testClock) {
    if (offset !== 0)
      throw new Error(
        `The database's clock is set off by ${offset} ms. Only tests may do that: delete from clock_offset, then start again.`,
      );
    return { now: () => new Date(), refresh: async () => undefined, close: () => undefined };
  }
  const refresh = async () => {
    offset = await readOffset(db);
  };
  // Other processes of a test hear of a new offset by looking.
  const poll = setInterval(
    () => refresh().catch((error: unknown) => log.warn({ err: error }, 'the test clock could not be read')),
    offsetPollMs,
  );
  poll.unref();
  return { now: () => new Date(Date.now() + offset), refresh, close: () => clearInterval(poll) };
}

async function readOffset(db: Db): Promise<number> {
  const row = await db.prisma.clockOffset.findUnique({ where: { id: 1 } });
  return Number(row?.milliseconds ?? 0);
}
