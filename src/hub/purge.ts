import { findConnection } from './connections.ts';
import { lastDrawn, registerWriter } from './feed.ts';
import type { HubHandle } from './handle.ts';
import { listTables } from './tables.ts';
import { type HubTx, writeTransaction } from './transaction.ts';
import type { HubConnection } from './types.ts';
import { purgeVersions } from './versions.ts';

/**
 * Empties a connection's records into tombstones without content, a batch a call. The first call fixes a bound: every
 * record up to it must go, and each that went has a higher seq. Checkpoints lose state and fence, so that no slice in
 * flight writes behind the purge and a connection that comes back begins from nothing.
 */
export async function purgeBatch(
  hub: HubHandle,
  input: { connectionId: string; rowsMax: number },
): Promise<{ purged: number; remaining: boolean }> {
  const connection = await findConnection(hub, input.connectionId);
  if (!connection) return { purged: 0, remaining: false };
  const tables = await listTables(hub);
  return writeTransaction(hub, async (tx) => {
    const bound = await beginPurge(hub, tx, connection);
    await registerWriter(hub, tx);
    let purged = 0;
    for (const table of tables) {
      purged += await empty(hub, tx, { name: table.name, connection, bound, rowsMax: input.rowsMax - purged });
      if (purged >= input.rowsMax) return { purged, remaining: true };
    }
    purged += await purgeVersions(hub, tx, connection, input.rowsMax - purged);
    if (purged >= input.rowsMax) return { purged, remaining: true };
    // A hook or a run that was on its way when the purge began may have left its traces behind the first batch.
    for (const left of [hub.names.hookPayload, hub.names.runs])
      await tx.query(`delete from ${left} where connection = $1::int4`, [connection.number]);
    await tx.query(`update ${hub.names.connection} set purge_seq = null where number = $1::int4`, [connection.number]);
    return { purged, remaining: false };
  });
}

async function beginPurge(hub: HubHandle, tx: HubTx, { number }: HubConnection): Promise<string> {
  const begun = await tx.query<{ purge_seq: string | null }>(
    `select purge_seq from ${hub.names.connection} where number = $1::int4 for update`,
    [number],
  );
  if (begun.rows[0]!.purge_seq !== null) return begun.rows[0]!.purge_seq;
  // Waits for a slice in flight (it holds its checkpoint's row) and overtakes its worker; the bound is drawn afterwards.
  const { rows } = await tx.query<{ sync: string }>(
    `update ${hub.names.checkpoint}
     set fence = fence + 1, state = null, generation = generation + 1, is_open = false, is_fresh = false, missing_generation = null
     where connection = $1::int4
     returning sync`,
    [number],
  );
  const syncs = rows.map(({ sync }) => sync);
  for (const table of [hub.names.seen, hub.names.stagedDelete, hub.names.missedOnce, hub.names.hold])
    await tx.query(`delete from ${table} where sync = any ($1::text[])`, [syncs]);
  for (const table of [hub.names.quarantine, hub.names.keptDelete, hub.names.shape, hub.names.hookPayload, hub.names.runs])
    await tx.query(`delete from ${table} where connection = $1::int4`, [number]);
  const bound = await tx.query<{ purge_seq: string }>(
    `update ${hub.names.connection} set purge_seq = ${lastDrawn(hub)} where number = $1::int4 returning purge_seq`,
    [number],
  );
  return bound.rows[0]!.purge_seq;
}

/** The hash of nothing: the same content, should it come again, is a change. */
async function empty(
  hub: HubHandle,
  tx: HubTx,
  input: { name: string; connection: HubConnection; bound: string; rowsMax: number },
): Promise<number> {
  const table = hub.names.record(input.name);
  const { rowCount } = await tx.query(
    `update ${table} t
     set raw = '{}',
         _syncline_hash = '',
         _syncline_modified_at = null,
         _syncline_is_sanitised = false,
         _syncline_deleted_at = $4::timestamptz,
         _syncline_synced_at = $4::timestamptz,
         _syncline_seq = nextval('${hub.names.feedSeq}')
     from (
       select _syncline_record_id as id
       from ${table}
       where _syncline_customer_id = $2::text and _syncline_connection = $1::int4 and _syncline_seq <= $3::int8
       order by _syncline_seq
       limit $5::int4
     ) old
     where t._syncline_connection = $1::int4 and t._syncline_record_id = old.id`,
    [input.connection.number, input.connection.customerId, input.bound, hub.clock.now(), input.rowsMax],
  );
  return rowCount ?? 0;
}
