import { textArray } from './encode.ts';
import type { HubHandle } from './handle.ts';
import { versionsTable } from './layout.ts';
import { versionsCreated } from './table-created.ts';
import { newestLayout } from './table-layout/steps.ts';
import { freeName, hasLz4 } from './tables.ts';
import { type HubTx, writeTransaction } from './transaction.ts';
import type { HubConnection, HubTable, IncomingRecord } from './types.ts';
import type { Place, Written } from './write-records.ts';

/** The table beside a record table that keeps every version, created when a sync first appends; the registry names it. */
export async function ensureVersions(hub: HubHandle, table: HubTable): Promise<string> {
  const known = hub.versions.get(table.name);
  if (known) return known;
  const name = (await findVersions(hub, hub.pool, table)) ?? (await writeTransaction(hub, (tx) => createVersions(hub, tx, table)));
  hub.versions.set(table.name, name);
  return name;
}

async function findVersions(hub: HubHandle, client: Pick<HubTx, 'query'>, { name }: HubTable): Promise<string | null> {
  const { rows } = await client.query<{ versions_name: string | null }>(
    `select versions_name from ${hub.names.table} where name = $1::text`,
    [name],
  );
  return rows[0]!.versions_name;
}

async function createVersions(hub: HubHandle, tx: HubTx, table: HubTable): Promise<string> {
  await tx.query(`select from ${hub.names.hub} for update`);
  const found = await findVersions(hub, tx, table);
  if (found !== null) return found;
  // An object may be called `contact_versions` itself; its table was there first.
  const name = await freeName(hub, tx, [`${table.name}_versions`, `${table.name}__versions`]);
  await tx.query(versionsTable(hub.names, name, await hasLz4(tx)));
  await tx.query(
    `update ${hub.names.table}
     set versions_name = $2::text, versions_layout = $3::int4
     where name = $1::text`,
    [table.name, name, newestLayout('versions')],
  );
  await versionsCreated(hub, tx, name);
  return name;
}

/**
 * Keeps what a slice brought, as it stands after it: a full read is a load of everything it met, any other read one of what it
 * wrote. A run that meets a record again (a read begun anew, an overlapping page) has one version of it, the latest.
 */
export async function appendVersions(hub: HubHandle, tx: HubTx, slice: AppendedSlice): Promise<void> {
  const { versions, place, generation, marksSeen, written } = slice;
  const ids = storedIds(slice);
  if (marksSeen ? ids.length === 0 : written.firstSeq === null) return;
  await tx.query(
    `insert into ${hub.names.record(versions.table)} as v
       (_syncline_connection, _syncline_record_id, _syncline_run_id, _syncline_generation, _syncline_loaded_at, _syncline_customer_id,
        _syncline_seq, _syncline_modified_at, _syncline_is_sanitised, raw)
     select t._syncline_connection, t._syncline_record_id, $2::text, $3::int8, $4::timestamptz, t._syncline_customer_id,
            t._syncline_seq, t._syncline_modified_at, t._syncline_is_sanitised, t.raw
     from ${hub.names.record(place.table.name)} t
     where t._syncline_connection = $1::int4
       and t._syncline_deleted_at is null
       and t._syncline_record_id = any ($5::text[])
       and ($6::int8 is null or t._syncline_seq between $6::int8 and $7::int8)
     on conflict (_syncline_connection, _syncline_record_id, _syncline_run_id) do update
     set _syncline_generation = excluded._syncline_generation,
         _syncline_loaded_at = excluded._syncline_loaded_at,
         _syncline_seq = excluded._syncline_seq,
         _syncline_modified_at = excluded._syncline_modified_at,
         _syncline_is_sanitised = excluded._syncline_is_sanitised,
         raw = excluded.raw
     where v._syncline_seq <> excluded._syncline_seq`,
    [
      ...[place.connection.number, versions.runId, generation, place.syncedAt, textArray(ids)],
      ...(marksSeen ? [null, null] : [written.firstSeq, written.lastSeq]),
    ],
  );
}

export interface AppendedSlice {
  versions: { runId: string; table: string };
  place: Place;
  generation: bigint;
  /** The read meets everything there is. */
  marksSeen: boolean;
  live: IncomingRecord[];
  written: Written;
}

/** Of a record that was refused an older version may stand in the table: that is none of this load. */
function storedIds({ live, written }: AppendedSlice): string[] {
  if (written.refused.length === 0) return live.map(({ id }) => id);
  const refused = new Set(written.refused.map(({ id }) => id));
  return live.filter(({ id }) => !refused.has(id)).map(({ id }) => id);
}

/** Deletes at most `rowsMax` versions of a connection. */
export async function purgeVersions(hub: HubHandle, tx: HubTx, connection: HubConnection, rowsMax: number): Promise<number> {
  const { rows } = await tx.query<{ name: string }>(`select versions_name as name from ${hub.names.table} where versions_name is not null`);
  let purged = 0;
  for (const { name } of rows) {
    const table = hub.names.record(name);
    const { rowCount } = await tx.query(
      `delete from ${table}
       where ctid = any (array(select ctid from ${table} where _syncline_connection = $1::int4 limit $2::int4))`,
      [connection.number, rowsMax - purged],
    );
    purged += rowCount ?? 0;
    if (purged >= rowsMax) break;
  }
  return purged;
}
