import type pg from 'pg';
import type { HubHandle } from './handle.ts';
import { borrow, sweepPlans } from './pool.ts';

export type HubTx = pg.PoolClient;

/** A registered writer holds the feed of its whole hub: neither a statement nor a pause may last longer than this. */
const writeMsMax = 5_000;
/** Sweeping reads register nothing and hold nobody back: a hub of ten million records must come to its end. */
const sweepMsMax = 600_000;
const attemptsMax = 5;

/** Deadlock and serialisation failure: nothing was done, and everything needed to do it again is in memory. */
const repeatable = new Set(['40P01', '40001']);

export async function writeTransaction<T>(hub: HubHandle, work: (tx: HubTx) => Promise<T>): Promise<T> {
  return hubTransaction(hub, [`set local statement_timeout = ${writeMsMax}`], work);
}

/** Looks at whole connections: by hash, with memory for one of all ids. */
export async function sweepTransaction<T>(hub: HubHandle, work: (tx: HubTx) => Promise<T>): Promise<T> {
  return hubTransaction(hub, [`set local statement_timeout = ${sweepMsMax}`, `set local work_mem = '64MB'`, ...sweepPlans], work);
}

async function hubTransaction<T>(hub: HubHandle, settings: string[], work: (tx: HubTx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptTransaction(hub, settings, work);
    } catch (error) {
      if (attempt >= attemptsMax || !repeatable.has((error as { code?: string }).code ?? '')) throw error;
    }
  }
}

async function attemptTransaction<T>(hub: HubHandle, settings: string[], work: (tx: HubTx) => Promise<T>): Promise<T> {
  const tx = await borrow(hub.pool);
  let isBroken = false;
  try {
    // synchronous_commit: a crash must not hand out a seq again that a reader has seen. Constraints: one that a vendor deferred would
    // fail at the commit, where nobody can tell which row it means.
    await tx.query(`begin isolation level read committed; set local synchronous_commit = on;
      set local idle_in_transaction_session_timeout = ${writeMsMax}; ${settings.join('; ')}; set constraints all immediate`);
    const result = await work(tx);
    await tx.query('commit');
    return result;
  } catch (error) {
    isBroken = await tx.query('rollback').then(
      () => false,
      (rollbackError: Error) => {
        hub.log.warn({ err: rollbackError }, 'a hub transaction could not be rolled back; its connection is closed');
        return true;
      },
    );
    throw error;
  } finally {
    tx.release(isBroken);
  }
}
