import type { HubHandle } from '../handle.ts';
import type { HubConnection, HubTable, IncomingRecord } from '../types.ts';

interface RefusedRow {
  record_id: string;
  hash: Buffer;
  raw: Buffer;
  modified_at: Date | null;
  is_sanitised: boolean;
  asked_seq: string;
}

/** Only what is kept whole: the rest is read again from the provider, by a full read or by a person's word. */
export async function listRefused(
  hub: HubHandle,
  { table, connection, rowsMax }: { table: HubTable; connection: HubConnection; rowsMax: number },
): Promise<IncomingRecord[]> {
  const { rows } = await hub.pool.query<RefusedRow>(
    `select record_id, hash, raw, modified_at, is_sanitised, asked_seq
     from ${hub.names.quarantine}
     where table_name = $1::text and connection = $2::int4 and is_whole and record_id is not null
     order by quarantined_at, key
     limit $3::int4`,
    [table.name, connection.number, rowsMax],
  );
  return rows.map((row) => ({
    id: row.record_id,
    hash: row.hash.toString('latin1'),
    raw: row.raw,
    modifiedAt: row.modified_at,
    isDeleted: false,
    isSanitised: row.is_sanitised,
    askedSeq: BigInt(row.asked_seq),
  }));
}
