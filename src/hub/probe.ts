import { bigintArray, hashArray, idHashArray, textArray, timestampArray } from './encode.ts';
import type { HubHandle } from './handle.ts';
import { clockBoundMs, incomingWins } from './rule.ts';
import type { HubTx } from './transaction.ts';
import type { HubConnection, HubTable, IncomingRecord } from './types.ts';

const probeRowsMax = 5000; // larger ones are no faster

interface Place {
  table: HubTable;
  connection: HubConnection;
}

/**
 * What of the records, in the order of their ids, is new or changed: hashes are compared where they stand. Unchanged rows
 * cost one look at a narrow index; nothing is locked and nothing logged. Where most are expected to be unchanged, a whole
 * batch is asked about first: half the cost when it is, a twentieth more when it is not. What stands with a newer provider
 * time is also put into `older`.
 */
export async function probe(
  hub: HubHandle,
  tx: HubTx,
  place: Place,
  records: IncomingRecord[],
  { expectsUnchanged, older }: { expectsUnchanged: boolean; older?: IncomingRecord[] },
): Promise<IncomingRecord[]> {
  const changed: IncomingRecord[] = [];
  for (let from = 0; from < records.length; from += probeRowsMax) {
    const batch = records.slice(from, from + probeRowsMax);
    if (expectsUnchanged && (await areUnchanged(hub, tx, place, batch))) continue;
    for (const { at, isOlder } of await placesOfChanged(hub, tx, place, batch)) {
      changed.push(batch[at]!);
      if (isOlder) older?.push(batch[at]!);
    }
  }
  return changed;
}

async function areUnchanged(hub: HubHandle, tx: HubTx, place: Place, batch: IncomingRecord[]): Promise<boolean> {
  const values = [place.connection.number, textArray(batch.map((record) => record.id)), idHashArray(batch)];
  const { rows } = await tx.query<{ count: number }>(unchangedAmong(hub, place.table), values);
  return rows[0]!.count === batch.length;
}

/**
 * How many live rows have these ids ($2::text[]) and hashes: one walk along the index. Id and hash are compared as one value
 * ($3::bytea[]), because nobody else's hash will do.
 */
export function unchangedAmong(hub: HubHandle, table: HubTable): string {
  return `select count(*)::int4 as count
     from ${hub.names.record(table.name)} t
     where t._syncline_connection = $1::int4
       and t._syncline_record_id = any ($2::text[])
       and convert_to(t._syncline_record_id, 'UTF8') || t._syncline_hash = any ($3::bytea[])
       and t._syncline_deleted_at is null`;
}

/** Only places of the batch come back. */
async function placesOfChanged(
  hub: HubHandle,
  tx: HubTx,
  place: Place,
  batch: IncomingRecord[],
): Promise<{ at: number; isOlder: boolean }[]> {
  const { rows } = await tx.query<[string, boolean]>({
    text: `select u.ord, coalesce(u.modified < t._syncline_modified_at, false)
        from unnest($2::text[], $3::bytea[], $4::timestamptz[], $5::int8[]) with ordinality as u(id, hash, modified, asked, ord)
        left join ${hub.names.record(place.table.name)} t
          on t._syncline_connection = $1::int4 and t._syncline_record_id = u.id
        where t._syncline_record_id is null
          or ((t._syncline_hash <> u.hash or t._syncline_deleted_at is not null)
              and ${incomingWins({ asked: 'u.asked', modified: 'u.modified', ahead: '$6::float8' })})
        order by u.ord`,
    values: [
      place.connection.number,
      textArray(batch.map((record) => record.id)),
      hashArray(batch.map((record) => record.hash)),
      timestampArray(batch.map((record) => record.modifiedAt)),
      bigintArray(batch.map((record) => record.askedSeq)),
      clockBoundMs(place.connection),
    ],
    rowMode: 'array',
  });
  return rows.map(([place, isOlder]) => ({ at: Number(place) - 1, isOlder }));
}
