import { findConnection } from '../connections.ts';
import type { HubHandle } from '../handle.ts';
import { findTable } from '../tables.ts';
import type { RangesOfHub } from './types.ts';

type Input = Parameters<RangesOfHub['readRange']>[0];
type Part = Awaited<ReturnType<RangesOfHub['readRange']>>;

interface Row {
  seq: string;
  recordId: string;
  modifiedAt: Date | null;
  syncedAt: Date;
  deletedAt: Date | null;
  isSanitised: boolean;
  raw: string;
  isLast: boolean;
}

const nothing: Part = { records: Buffer.from('[]'), count: 0, nextSeq: null };

/**
 * By the index on (customer, seq): other customers' rows between the bounds are not met. Rows are cut by their stored size before their
 * content is fetched, and one row always goes, however large. Each is written as the listing writes it.
 */
export async function readRange(hub: HubHandle, input: Input): Promise<Part> {
  const [table, connection] = await Promise.all([findTable(hub, input.provider, input.object), findConnection(hub, input.connectionId)]);
  if (!table || !connection) return nothing;
  const { rows } = await hub.pool.query<Row>({
    text: `
      with bounded as (
        select t._syncline_connection, t._syncline_record_id, t._syncline_seq as seq, pg_column_size(t.raw) as bytes
        from ${hub.names.record(table.name)} t
        where (t._syncline_customer_id, t._syncline_seq) >= ($1::text, $2::int8)
        and (t._syncline_customer_id, t._syncline_seq) <= ($1::text, $3::int8)
        and t._syncline_connection = $4::int4
        order by t._syncline_customer_id, t._syncline_seq
        limit $5::int4 + 1
      ), counted as (
        select b.*, row_number() over w as place, sum(b.bytes) over w - b.bytes as before, lead(b.seq) over w is null as "isLast"
        from bounded b
        window w as (order by b.seq)
      )
      select t._syncline_seq::text as seq, t._syncline_record_id as "recordId", t._syncline_modified_at as "modifiedAt",
             t._syncline_synced_at as "syncedAt", t._syncline_deleted_at as "deletedAt", t._syncline_is_sanitised as "isSanitised",
             t.raw::text as raw, c."isLast"
      from counted c
      join ${hub.names.record(table.name)} t
        on t._syncline_connection = c._syncline_connection and t._syncline_record_id = c._syncline_record_id and t._syncline_seq = c.seq
      where c.place <= $5::int4
      and (c.place = 1 or c.before < $6::int8)
      order by c.seq`,
    values: [connection.customerId, input.firstSeq.toString(), input.lastSeq.toString(), connection.number, input.rowsMax, input.bytesMax],
  });
  const last = rows.at(-1);
  if (!last) return nothing;
  const owner = `"customer_id":${JSON.stringify(connection.customerId)},"connection_id":${JSON.stringify(connection.connectionId)}`;
  const nextSeq = last.isLast ? null : BigInt(last.seq) + 1n;
  return { records: Buffer.from(`[${rows.map((row) => written(row, owner)).join(',')}]`, 'utf8'), count: rows.length, nextSeq };
}

function written({ seq, recordId, modifiedAt, syncedAt, deletedAt, isSanitised, raw }: Row, owner: string): string {
  const times = `"modified_at":${JSON.stringify(modifiedAt)},"synced_at":${JSON.stringify(syncedAt)},"deleted_at":${JSON.stringify(deletedAt)}`;
  return `{"seq":"${seq}",${owner},"record_id":${JSON.stringify(recordId)},${times}${isSanitised ? ',"is_sanitised":true' : ''},"record":${raw}}`;
}
