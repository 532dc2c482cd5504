import { CopyIn } from './copy-in.ts';
import { copyColumns, copyHeader, copyRowBytesMax, copyRowHead, copyTrailer, writeCopyRow } from './encode.ts';
import type { HubHandle } from './handle.ts';
import type { HubTx } from './transaction.ts';
import type { HubConnection, HubTable, IncomingRecord } from './types.ts';

/** COPY of records whose keys are not there; one that is fails the whole statement (23505). Seqs come from the column's default. */
export async function copyRecords(
  hub: HubHandle,
  tx: HubTx,
  { table, connection, syncedAt }: { table: HubTable; connection: HubConnection; syncedAt: Date },
  records: IncomingRecord[],
): Promise<{ first: string; last: string }> {
  const head = copyRowHead({ connection: connection.number, customerId: connection.customerId, syncedAt });
  const name = hub.names.record(table.name);
  await tx.query(copyOf(`copy ${name} (${copyColumns}) from stdin (format binary)`, head, records)).done;
  return seqsOf(tx, name, connection, records);
}

/** Header, rows, trailer: rows are encoded into the next chunk while Postgres works on the one before. */
function copyOf(text: string, head: Buffer, records: IncomingRecord[]): CopyIn {
  let next = -1;
  const fill = (into: Buffer) => {
    let at = 0;
    if (next === -1) {
      at = copyHeader.copy(into);
      next = 0;
    }
    for (; next < records.length; next++) {
      const record = records[next]!;
      if (at + copyRowBytesMax(head, record) > into.length) return at === 0 ? null : at;
      at = writeCopyRow(into, head, record, at);
    }
    if (next > records.length || into.length - at < copyTrailer.length) return at;
    next++;
    return at + copyTrailer.copy(into, at);
  };
  const fillLarge = () => {
    const record = records[next++]!;
    const out = Buffer.allocUnsafe(copyRowBytesMax(head, record));
    return out.subarray(0, writeCopyRow(out, head, record, 0));
  };
  return new CopyIn(text, fill, fillLarge);
}

/** Rows were copied in this order, and seqs drawn in the same. */
async function seqsOf(tx: HubTx, name: string, connection: HubConnection, records: IncomingRecord[]) {
  const { rows } = await tx.query<{ first: string; last: string }>(
    `select min(_syncline_seq) as first, max(_syncline_seq) as last
     from ${name}
     where _syncline_connection = $1::int4 and _syncline_record_id in ($2::text, $3::text)`,
    [connection.number, records[0]!.id, records.at(-1)!.id],
  );
  return rows[0]!;
}
