import { createHash } from 'node:crypto';
import { bigintArray, boolArray, byteaArray, timestampArray } from './encode.ts';
import type { HubHandle } from './handle.ts';
import type { SetAside } from './quarantine-types.ts';
import type { HubTx } from './transaction.ts';
import type { HubConnection, HubTable, QuarantinedRecord } from './types.ts';

const rawBytesMax = 256 * 1024;
const detailCharsMax = 1000;
const idHexChars = 32;

/** Set aside with the reason, in the slice's transaction: one row for a record, however often it comes. */
export async function quarantine(
  hub: HubHandle,
  tx: HubTx,
  place: { syncId: string; table: HubTable; connection: HubConnection; at: Date },
  records: QuarantinedRecord[],
): Promise<void> {
  const byKey = new Map(records.map((record) => [keyOf(record), record]));
  const rows = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1));
  await tx.query(
    `insert into ${hub.names.quarantine} as q
       (table_name, connection, key, id, sync, record_id, reason, detail, raw, quarantined_at,
        modified_at, asked_seq, hash, is_sanitised, is_whole)
     select $1::text, $2::int4, u.key, u.id, $3::text, u.record_id, u.reason, u.detail, u.raw, $4::timestamptz,
            u.modified_at, u.asked_seq, u.hash, u.is_sanitised, u.is_whole
     from unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bytea[],
                 $11::timestamptz[], $12::int8[], $13::bytea[], $14::bool[], $15::bool[])
       as u(key, id, record_id, reason, detail, raw, modified_at, asked_seq, hash, is_sanitised, is_whole)
     on conflict (table_name, connection, key) do update
     set sync = excluded.sync,
         reason = excluded.reason,
         detail = excluded.detail,
         raw = excluded.raw,
         quarantined_at = excluded.quarantined_at,
         modified_at = excluded.modified_at,
         asked_seq = excluded.asked_seq,
         hash = excluded.hash,
         is_sanitised = excluded.is_sanitised,
         is_whole = excluded.is_whole,
         attempts = q.attempts + 1,
         retry_requested_at = null`,
    [
      place.table.name,
      place.connection.number,
      place.syncId,
      place.at,
      rows.map(([key]) => key),
      rows.map(([key]) => idOf(place, key)),
      rows.map(([, { id }]) => (id === null ? null : storable(id))),
      rows.map(([, { reason }]) => reason),
      rows.map(([, { detail }]) => storable(detail).slice(0, detailCharsMax)),
      byteaArray(rows.map(([, { raw }]) => raw.subarray(0, rawBytesMax))),
      timestampArray(rows.map(([, { record }]) => record?.modifiedAt ?? null)),
      bigintArray(rows.map(([, { record }]) => record?.askedSeq ?? 0n)),
      byteaArray(rows.map(([, { record }]) => Buffer.from(record?.hash ?? '', 'latin1'))),
      boolArray(rows.map(([, { record }]) => record?.isSanitised ?? false)),
      boolArray(rows.map(([, { record, raw }]) => record !== undefined && raw.length <= rawBytesMax)),
    ],
  );
}

/** A record that was stored after all is no longer set aside. */
export async function release(
  hub: HubHandle,
  tx: HubTx,
  place: { table: HubTable; connection: HubConnection },
  ids: Buffer,
): Promise<void> {
  await tx.query(
    `delete from ${hub.names.quarantine}
     where table_name = $1::text and connection = $2::int4 and key = any (select 'id:' || id from unnest($3::text[]) id)`,
    [place.table.name, place.connection.number, ids],
  );
}

function selectSetAside(hub: HubHandle): string {
  return `
    select q.id, q.sync as "syncId", c.connection_id as "connectionId", q.record_id as "recordId", q.reason, q.detail,
           octet_length(q.raw) as bytes, q.attempts, q.quarantined_at as "quarantinedAt", q.retry_requested_at as "retryRequestedAt"
    from ${hub.names.quarantine} q
    join ${hub.names.connection} c on c.number = q.connection`;
}

export async function listQuarantined(
  hub: HubHandle,
  { syncId, after, rowsMax }: { syncId: string; after: string | null; rowsMax: number },
): Promise<SetAside[]> {
  const { rows } = await hub.pool.query<SetAside>(
    `${selectSetAside(hub)}
     where q.sync = $1::text and ($2::text is null or q.id > $2::text)
     order by q.id
     limit $3::int4`,
    [syncId, after, rowsMax],
  );
  return rows;
}

export async function findQuarantined(hub: HubHandle, id: string): Promise<SetAside | null> {
  const { rows } = await hub.pool.query<SetAside>(`${selectSetAside(hub)} where q.id = $1::text`, [id]);
  return rows[0] ?? null;
}

export async function markRetried(hub: HubHandle, id: string): Promise<void> {
  await hub.pool.query(`update ${hub.names.quarantine} set retry_requested_at = $2::timestamptz where id = $1::text`, [
    id,
    hub.clock.now(),
  ]);
}

/** The same record has the same id, however often it is stored and refused again. */
function idOf({ table, connection }: { table: HubTable; connection: HubConnection }, key: string): string {
  return `quar_${createHash('sha256').update(`${table.name}\n${connection.number}\n${key}`).digest('hex').slice(0, idHexChars)}`;
}

function keyOf({ id, raw }: QuarantinedRecord): string {
  return id === null ? `raw:${createHash('sha256').update(raw).digest('hex')}` : `id:${storable(id)}`;
}

function storable(text: string): string {
  return text.replaceAll('\u0000', '\ufffd').toWellFormed();
}
