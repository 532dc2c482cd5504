import type { Json } from '../kit/index.ts';
import { saveState, takeReadFence } from './checkpoint.ts';
import { clearReads } from './clear-reads.ts';
import { dropUnmet } from './drop-unmet.ts';
import { dueSql, dueValues } from './due.ts';
import { endRead } from './end-read.ts';
import { registerWriter } from './feed.ts';
import type { HubHandle } from './handle.ts';
import { lookAtEnd } from './look-at-end.ts';
import { storeMissing } from './store-missing.ts';
import { type HubTx, writeTransaction } from './transaction.ts';
import type { EndedRead, Fenced, Running, WriteFacts } from './types.ts';
import { deleteUnfolded } from './unfolded.ts';

const dayMs = 24 * 3_600_000;

export type DeleteBatchInput = Fenced &
  Running &
  EndedRead & { rowsMax: number; checkpoint: (facts: WriteFacts, remaining: boolean) => Json };

/** Works off at most `rowsMax` of what the ended read staged; the last batch ends the generation in its own transaction. */
export async function deleteBatch(hub: HubHandle, input: DeleteBatchInput): Promise<WriteFacts & { remaining: boolean }> {
  const { isMissingDue, hasAside } = await lookAtEnd(hub, input);
  if (isMissingDue) await storeMissing(hub, input);
  if (hasAside) await dropUnmet(hub, input);
  const outcome = await writeTransaction(hub, async (tx) => {
    const row = await takeReadFence(hub, tx, input, input);
    if (row.hasStaged) await registerWriter(hub, tx);
    const { taken, ...deleted } = row.hasStaged ? await deleteStaged(hub, tx, input) : nothing;
    if (deleted.deleted > 0) await logDeletes(hub, tx, input, deleted.deleted);
    const gone = { table: input.table.name, connection: input.connection.number, at: hub.clock.now(), ...deleted };
    const unfolded = await deleteUnfolded(hub, tx, gone);
    const remaining = taken === input.rowsMax && (await hasStaged(hub, tx, input));
    if (!remaining) await endRead(hub, tx, input);
    const facts = { inserted: 0, updated: 0, unchanged: 0, quarantined: 0, ...deleted, ...(unfolded.length > 0 ? { unfolded } : {}) };
    await saveState(hub, tx, input.syncId, input.checkpoint(facts, remaining), input.run);
    return { ...facts, remaining };
  });
  if (!outcome.remaining) await clearReads(hub, input.syncId);
  return outcome;
}

const nothing = { taken: 0, deleted: 0, firstSeq: null, lastSeq: null };

/**
 * Takes a batch off the staged ids: due ones become tombstones, those missed for the first time are remembered. A tombstone
 * takes the time that its signal told: what an index still shows of before is older than that.
 */
async function deleteStaged(hub: HubHandle, tx: HubTx, input: DeleteBatchInput) {
  const name = hub.names.record(input.table.name);
  const { missed, dueMissing, dueDelete } = dueSql(hub.names, input.table);
  const { rows } = await tx.query<{ taken: number; deleted: number; first: string | null; last: string | null }>(
    `with batch as (
       delete from ${hub.names.stagedDelete}
       where sync = $1::text and generation = $2::int8
         and record_id = any (array(
           select record_id
           from ${hub.names.stagedDelete}
           where sync = $1::text and generation = $2::int8
           order by record_id
           limit $8::int4
         ))
       returning *
     ), remembered as (
       insert into ${hub.names.missedOnce} (sync, record_id, generation)
       select s.sync, s.record_id, s.generation
       from batch s
       join ${name} t on t._syncline_connection = $5::int4 and t._syncline_record_id = s.record_id
       where ${missed} and not ${dueMissing}
       on conflict (sync, record_id) do update
       set generation = excluded.generation
     ), gone as (
       update ${name} t
       set _syncline_deleted_at = $7::timestamptz,
           _syncline_synced_at = $7::timestamptz,
           _syncline_modified_at = greatest(t._syncline_modified_at, s.modified_at),
           _syncline_seq = nextval('${hub.names.feedSeq}')
       from batch s
       where t._syncline_connection = $5::int4 and t._syncline_record_id = s.record_id and ${dueDelete}
       returning t._syncline_seq as seq
     )
     select (select count(*)::int4 from batch) as taken,
            count(*)::int4 as deleted,
            min(seq) as first,
            max(seq) as last
     from gone`,
    [...dueValues(input), hub.clock.now(), input.rowsMax],
  );
  const { taken, deleted, first, last } = rows[0]!;
  return { taken, deleted, firstSeq: first === null ? null : BigInt(first), lastSeq: last === null ? null : BigInt(last) };
}

async function hasStaged(hub: HubHandle, tx: HubTx, { syncId, generation }: EndedRead): Promise<boolean> {
  const { rows } = await tx.query<{ has: boolean }>(
    `select exists (select from ${hub.names.stagedDelete} where sync = $1::text and generation = $2::int8) as has`,
    [syncId, generation],
  );
  return rows[0]!.has;
}

/** For the guard, which adds up a day; what is older is of no use. */
export async function logDeletes(
  hub: HubHandle,
  tx: HubTx,
  { table, connection }: Pick<EndedRead, 'table' | 'connection'>,
  deletes: number,
): Promise<void> {
  const now = hub.clock.now();
  await tx.query(
    `delete from ${hub.names.deleteLog}
     where table_name = $1::text and connection = $2::int4 and deleted_at <= $3::timestamptz`,
    [table.name, connection.number, new Date(now.getTime() - dayMs)],
  );
  await tx.query(
    `insert into ${hub.names.deleteLog} (table_name, connection, deleted_at, deletes)
     values ($1::text, $2::int4, $3::timestamptz, $4::int8)`,
    [table.name, connection.number, now, deletes],
  );
}
