import type pg from 'pg';
import type { HubHandle } from '../handle.ts';
import { borrow } from '../pool.ts';
import { createIndex, indexName } from './ddl.ts';
import { findFieldRow } from './field-rows.ts';
import { forgetFields } from './find-fields.ts';

/** Built beside the writers, which takes as long as the table is large. */
const buildMsMax = 3_600_000;
/** Two-part advisory keys never mix with the one-part keys of registered writers. */
const indexLockClass = 0x5b5d;

/**
 * Builds the field's index without holding any writer up. `remaining`: another worker is building it, or `signal` ended this one. What is left
 * behind then, or by a worker that died, is not valid, is used by nobody, and is built anew.
 */
export async function indexField(hub: HubHandle, { id, signal }: { id: string; signal?: AbortSignal }): Promise<{ remaining: boolean }> {
  const field = await findFieldRow(hub, hub.pool, id);
  if (!field) return { remaining: false };
  const index = hub.names.record(indexName(id));
  const remaining = await onOwnSession(hub, { id, signal }, async (session) => {
    const state = await stateOf(hub, session, id);
    if (state === 'valid') return;
    if (state === 'invalid') await session.query(`drop index concurrently if exists ${index}`);
    await session.query(createIndex(hub.names, field.table, field));
  });
  if (remaining) return { remaining: true };
  await hub.pool.query(`update ${hub.names.field} set is_indexed = true where id = $1::text`, [id]);
  forgetFields(hub);
  return { remaining: false };
}

/** True: another session has it, or it was ended. The settings of a session go back with it into the pool as they were, or it is closed. */
async function onOwnSession(
  hub: HubHandle,
  { id, signal }: { id: string; signal: AbortSignal | undefined },
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
      cancel = () => void hub.pool.query('select pg_cancel_backend($1::int4)', [rows[0]!.pid]).catch(() => undefined); // it goes on by itself then
      signal?.throwIfAborted();
      signal?.addEventListener('abort', cancel);
      await session.query(`set statement_timeout = ${buildMsMax}`);
      await work(session);
      await session.query('reset statement_timeout');
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

async function stateOf(hub: HubHandle, session: pg.PoolClient, id: string): Promise<'absent' | 'valid' | 'invalid'> {
  const { rows } = await session.query<{ isValid: boolean }>(
    `select i.indisvalid and i.indisready as "isValid"
     from pg_class c
     join pg_index i on i.indexrelid = c.oid
     where c.relnamespace = $1::text::regnamespace and c.relname = $2::text`,
    [hub.names.schema, indexName(id)],
  );
  return rows[0] === undefined ? 'absent' : rows[0].isValid ? 'valid' : 'invalid';
}
