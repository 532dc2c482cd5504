import { bigintArray, boolArray, textArray, timestampArray } from './encode.ts';
import type { HubHandle } from './handle.ts';
import { clockBoundMs, isOfOtherClock } from './rule.ts';
import type { HubTx } from './transaction.ts';
import type { IncomingRecord, SliceInput } from './types.ts';

/**
 * Delete signals wait for the clean end of their read, where the guard counts them. One that finds a version whose time orders nothing
 * beats this version, whenever it is carried out.
 */
export async function stageDeletes(
  hub: HubHandle,
  tx: HubTx,
  { syncId, generation, table, connection }: Pick<SliceInput, 'syncId' | 'generation' | 'table' | 'connection'>,
  deletes: IncomingRecord[],
): Promise<void> {
  await tx.query(
    `insert into ${hub.names.stagedDelete} as s (sync, generation, record_id, is_signalled, asked_seq, modified_at)
     select $1::text, $2::int8, u.id, true, coalesce(t._syncline_seq, u.asked), u.modified
     from unnest($3::text[], $4::int8[], $5::timestamptz[]) as u(id, asked, modified)
     left join ${hub.names.record(table.name)} t
       on t._syncline_connection = $6::int4 and t._syncline_record_id = u.id and ${isOfOtherClock({ asked: 'u.asked', ahead: '$7::float8' })}
     on conflict (sync, generation, record_id) do update
     set is_signalled = true,
         asked_seq = greatest(s.asked_seq, excluded.asked_seq),
         modified_at = greatest(s.modified_at, excluded.modified_at)`,
    [syncId, generation, ...columnsOf(deletes), connection.number, clockBoundMs(connection)],
  );
}

/** A live version that the same read met later takes a signal back, unless the signal's time is newer and no feed's order says otherwise. */
export async function unstageDeletes(hub: HubHandle, tx: HubTx, syncId: string, generation: bigint, live: IncomingRecord[]): Promise<void> {
  const [ids, , modified] = columnsOf(live);
  await tx.query(
    `delete from ${hub.names.stagedDelete} s
     using unnest($3::text[], $4::timestamptz[], $5::bool[]) as u(id, modified, is_in_order)
     where s.sync = $1::text and s.generation = $2::int8 and s.record_id = u.id
       and (u.is_in_order or s.modified_at is null or u.modified is null or u.modified >= s.modified_at)`,
    [syncId, generation, ids, modified, boolArray(live.map(({ isInOrder }) => isInOrder === true))],
  );
}

/**
 * What was met exists: it waits for nobody's decision any more, unless a signal with a newer time says that it is gone. By keys only: a
 * join with what was met would be a nested loop here, 20 million looks for 4,500 held records that come back.
 */
export async function unholdDeletes(hub: HubHandle, tx: HubTx, syncId: string, live: IncomingRecord[]): Promise<void> {
  const held = `s.sync = $1::text
    and s.generation = any (array(select h.generation from ${hub.names.hold} h where h.sync = $1::text))
    and s.record_id = any ($2::text[])`;
  const ids = textArray(live.map(({ id }) => id));
  const { rows: signals } = await tx.query<{ id: string; at: Date }>(
    `select s.record_id as id, s.modified_at as at from ${hub.names.stagedDelete} s where ${held} and s.is_signalled and s.modified_at is not null`,
    [syncId, ids],
  );
  const signalledAt = new Map(signals.map(({ id, at }) => [id, at]));
  const stillGone = live.filter(({ id, modifiedAt }) => modifiedAt !== null && modifiedAt < (signalledAt.get(id) ?? modifiedAt));
  await tx.query(`delete from ${hub.names.stagedDelete} s where ${held} and not s.record_id = any ($3::text[])`, [
    syncId,
    ids,
    stillGone.map(({ id }) => id),
  ]);
}

/** The same of what was met by its id alone: it is not missing, whatever a signal says of it. */
export async function unholdMissing(hub: HubHandle, tx: HubTx, syncId: string, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `delete from ${hub.names.stagedDelete} s
     using ${hub.names.hold} h
     where h.sync = $1::text and s.sync = h.sync and s.generation = h.generation and not s.is_signalled
       and s.record_id = any ($2::text[])`,
    [syncId, textArray(ids)],
  );
}

function columnsOf(records: IncomingRecord[]): [Buffer, Buffer, Buffer] {
  return [
    textArray(records.map((record) => record.id)),
    bigintArray(records.map((record) => record.askedSeq)),
    timestampArray(records.map((record) => record.modifiedAt)),
  ];
}
