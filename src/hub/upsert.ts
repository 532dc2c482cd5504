import { boolArray, hashArray, jsonbArray, textArray, timestampArray } from './encode.ts';
import type { HubHandle } from './handle.ts';
import { differs } from './observed.ts';
import { clockBoundMs, incomingWins } from './rule.ts';
import type { HubTx } from './transaction.ts';
import type { HubConnection, HubTable, IncomingRecord } from './types.ts';

export interface Upserted {
  inserted: number;
  updated: number;
  first: string | null;
  last: string | null;
}

/**
 * Writes what is new or changed, one statement a batch; ids are unique and sorted. Rows whose bytes differ but that are
 * equal as jsonb, key order and null members aside, are unchanged: some providers answer the same record in another order
 * each time. Nothing is remembered about them (their stored hash stays): remembering would be a rewrite, the compare is
 * none. As text, because 1.10 and 1.1 are different records and equal jsonb.
 */
export async function upsertRecords(
  hub: HubHandle,
  tx: HubTx,
  {
    table,
    connection,
    syncedAt,
    observed,
  }: { table: HubTable; connection: HubConnection; syncedAt: Date; observed?: readonly string[] | undefined },
  records: IncomingRecord[],
): Promise<Upserted> {
  const name = hub.names.record(table.name);
  const values: unknown[] = [
    connection.number,
    connection.customerId,
    syncedAt,
    lowestAsked(records),
    textArray(records.map((record) => record.id)),
    hashArray(records.map((record) => record.hash)),
    timestampArray(records.map((record) => record.modifiedAt)),
    jsonbArray(records.map((record) => record.raw)),
    boolArray(records.map((record) => record.isSanitised)),
    clockBoundMs(connection),
  ];
  const isDifferent = differs(observed, values);
  const { rows } = await tx.query<{ inserted: number; updated: number; first: string | null; last: string | null }>(
    `with incoming as (
       select * from unnest($5::text[], $6::bytea[], $7::timestamptz[], $8::jsonb[], $9::bool[]) as u(id, hash, modified, raw, is_sanitised)
     ), changed as (
       select i.*, t._syncline_deleted_at is not null as was_deleted
       from incoming i
       left join ${name} t on t._syncline_connection = $1::int4 and t._syncline_record_id = i.id
       where t._syncline_record_id is null
         or t._syncline_deleted_at is not null
         or ${isDifferent}
     ), written as (
       insert into ${name} as t (_syncline_connection, _syncline_customer_id, _syncline_synced_at,
                                 _syncline_record_id, _syncline_hash, _syncline_modified_at, _syncline_is_sanitised, raw)
       select $1::int4, $2::text, $3::timestamptz, id, hash, modified, is_sanitised, raw
       from changed
       on conflict (_syncline_connection, _syncline_record_id) do update
       set _syncline_hash = excluded._syncline_hash,
           _syncline_seq = excluded._syncline_seq,
           _syncline_modified_at = excluded._syncline_modified_at,
           _syncline_synced_at = excluded._syncline_synced_at,
           _syncline_deleted_at = null,
           _syncline_is_sanitised = excluded._syncline_is_sanitised,
           raw = excluded.raw
       where (t._syncline_hash <> excluded._syncline_hash or t._syncline_deleted_at is not null)
         and ${incomingWins({ asked: '$4::int8', modified: 'excluded._syncline_modified_at', ahead: '$10::float8' })}
       returning _syncline_record_id as id, _syncline_seq as seq, xmax = 0 as is_new
     )
     -- A sub-select in the filter is hashed; a join of the two would be a nested loop here.
     select count(*) filter (where is_new or id in (select id from changed where was_deleted))::int4 as inserted,
            count(*) filter (where not is_new and id not in (select id from changed where was_deleted))::int4 as updated,
            min(seq) as first,
            max(seq) as last
     from written`,
    values,
  );
  return rows[0]!;
}

/** One bound for one statement: the lowest of its pages treats more versions as overlapping, never fewer. */
function lowestAsked(records: IncomingRecord[]): bigint {
  return records.reduce((lowest, { askedSeq }) => (askedSeq < lowest ? askedSeq : lowest), records[0]!.askedSeq);
}
