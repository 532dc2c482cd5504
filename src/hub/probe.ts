import { bigintArray, hashArray, textArray, timestampArray } from './encode.ts';
import type { HubHandle } from './handle.ts';
import { incomingWins } from './rule.ts';
import type { HubTx } from './transaction.ts';
import type { HubConnection, HubTable, IncomingRecord } from './types.ts';

const probeRowsMax = 5000; // larger ones are no faster

/**
 * What of a batch is new or changed: hashes are compared where they stand, and only places of the batch come back.
 * Unchanged rows cost one look at a narrow index; nothing is locked and nothing logged.
 */
export async function probe(
  hub: HubHandle,
  tx: HubTx,
  place: { table: HubTable; connection: HubConnection },
  records: IncomingRecord[],
): Promise<IncomingRecord[]> {
  const changed: IncomingRecord[] = [];
  for (let from = 0; from < records.length; from += probeRowsMax) {
    const batch = records.slice(from, from + probeRowsMax);
    const { rows } = await tx.query<[string]>({
      text: `select u.ord
        from unnest($2::text[], $3::bytea[], $4::timestamptz[], $5::int8[]) with ordinality as u(id, hash, modified, asked, ord)
        left join ${hub.names.record(place.table.name)} t
          on t._syncline_connection = $1::int4 and t._syncline_record_id = u.id
        where t._syncline_record_id is null
          or ((t._syncline_hash <> u.hash or t._syncline_deleted_at is not null)
              and ${incomingWins({ asked: 'u.asked', modified: 'u.modified' })})
        order by u.ord`,
      values: [
        place.connection.number,
        textArray(batch.map((record) => record.id)),
        hashArray(batch.map((record) => record.hash)),
        timestampArray(batch.map((record) => record.modifiedAt)),
        bigintArray(batch.map((record) => record.askedSeq)),
      ],
      rowMode: 'array',
    });
    for (const [place] of rows) changed.push(batch[Number(place) - 1]!);
  }
  return changed;
}
