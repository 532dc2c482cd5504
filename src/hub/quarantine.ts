import { createHash } from 'node:crypto';
import { byteaArray } from './encode.ts';
import type { HubHandle } from './handle.ts';
import type { HubTx } from './transaction.ts';
import type { HubConnection, HubTable, QuarantinedRecord } from './types.ts';

const rawBytesMax = 256 * 1024;
const detailCharsMax = 1000;

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
    `insert into ${hub.names.quarantine} (table_name, connection, key, sync, record_id, reason, detail, raw, quarantined_at)
     select $1::text, $2::int4, u.key, $3::text, u.record_id, u.reason, u.detail, u.raw, $4::timestamptz
     from unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::bytea[]) as u(key, record_id, reason, detail, raw)
     on conflict (table_name, connection, key) do update
     set sync = excluded.sync,
         reason = excluded.reason,
         detail = excluded.detail,
         raw = excluded.raw,
         quarantined_at = excluded.quarantined_at`,
    [
      place.table.name,
      place.connection.number,
      place.syncId,
      place.at,
      rows.map(([key]) => key),
      rows.map(([, { id }]) => (id === null ? null : storable(id))),
      rows.map(([, { reason }]) => reason),
      rows.map(([, { detail }]) => storable(detail).slice(0, detailCharsMax)),
      byteaArray(rows.map(([, { raw }]) => raw.subarray(0, rawBytesMax))),
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

function keyOf({ id, raw }: QuarantinedRecord): string {
  return id === null ? `raw:${createHash('sha256').update(raw).digest('hex')}` : `id:${storable(id)}`;
}

function storable(text: string): string {
  return text.replaceAll('\u0000', '\ufffd').toWellFormed();
}
