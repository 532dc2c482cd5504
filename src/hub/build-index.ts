import pg from 'pg';
import type { HubHandle } from './handle.ts';
import { borrow } from './pool.ts';

/** Built beside the writers, which takes as long as the table is large. */
const buildMsMax = 3_600_000;
/** Two-part advisory keys never mix with the one-part keys of registered writers. */
const indexLockClass = 0x5b5d;

interface IndexToBuild {
  /** Names the work among all sessions of the hub: one of them does it. */
  key: string;
  name: string;
  /** `create index concurrently …` under that name. */
  create: string;
  signal?: AbortSignal | undefined;
  /** For a table's lock, and for whoever began before; absent: as long as the building may take. */
  lockMsMax?: number;
}

/**
 * Builds an index without holding any writer up. `remaining`: another session is building it, or `signal` ended this one. What is left
 * behind then, or by a process that died, is not valid, is used by nobody, and is built anew.
 */
export async function buildIndex(hub: HubHandle, index: IndexToBuild): Promise<{ remaining: boolean }> {
  const remaining = await onOwnSession(hub, index, async (session) => {
    const state = await stateOf(hub, session, index.name);
    if (state === 'valid') return;
    if (state === 'invalid') await session.query(`drop index concurrently if exists ${hub.names.record(index.name)}`);
    await session.query(index.create);
  });
  return { remaining };
}

/** True: another session has it, or it was ended. The settings of a session go back with it into the pool as they were, or it is closed. */
async function onOwnSession(
  hub: HubHandle,
  { key: id, signal, lockMsMax = 0 }: Pick<IndexToBuild, 'key' | 'signal' | 'lockMsMax'>,
  work: (session: pg.PoolClient) => Promise<void>,
): Promise<boolean> {
  const session = await borrow(hub.pool);
  const key = [indexLockClass, `${hub.schema}.${id}`];
  let isSpoilt = true;
  let cancel = () => {};
  try {
    const { rows } = await session.query<{ locked: boolean; pid: number }>(
      'select pg_try_advisory_lock($1::int4, hashtext($2::text)) as locked, pg_backend_pid() as pid',
      key,
    );
    if (rows[0]!.locked) {
      cancel = () => void cancelBackend(hub, rows[0]!.pid);
      signal?.throwIfAborted();
      signal?.addEventListener('abort', cancel);
      await session.query(`set statement_timeout = ${buildMsMax}; set lock_timeout = ${lockMsMax}`);
      await work(session);
      await session.query('reset statement_timeout; reset lock_timeout');
      await session.query('select pg_advisory_unlock($1::int4, hashtext($2::text))', key);
    }
    isSpoilt = false;
    return !rows[0]!.locked;
  } catch (error) {
    if (signal?.aborted) return true;
    throw error;
  } finally {
    signal?.removeEventListener('abort', cancel);
    session.release(isSpoilt);
  }
}

/** On a session of its own: a pool that is being closed serves nobody who waits, and its end would wait for the building. */
async function cancelBackend({ pool, log }: HubHandle, pid: number): Promise<void> {
  const session = new pg.Client(pool.options);
  session.on('error', () => undefined); // the query below says so too
  try {
    await session.connect();
    await session.query('select pg_cancel_backend($1::int4)', [pid]);
  } catch (error) {
    log.warn({ err: error, pid }, 'the building of an index could not be cancelled: it goes on by itself');
  } finally {
    await session.end().catch(() => undefined); // it never came to be, or is gone
  }
}

async function stateOf(hub: HubHandle, session: pg.PoolClient, name: string): Promise<'absent' | 'valid' | 'invalid'> {
  const { rows } = await session.query<{ isValid: boolean }>(
    `select i.indisvalid and i.indisready as "isValid"
     from pg_class c
     join pg_index i on i.indexrelid = c.oid
     where c.relnamespace = $1::text::regnamespace and c.relname = $2::text`,
    [hub.names.schema, name],
  );
  return rows[0] === undefined ? 'absent' : rows[0].isValid ? 'valid' : 'invalid';
}
