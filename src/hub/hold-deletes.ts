import type { Json } from '../kit/index.ts';
import { saveState, takeReadFence } from './checkpoint.ts';
import { clearReads } from './clear-reads.ts';
import { dueSql, dueValues } from './due.ts';
import { endRead } from './end-read.ts';
import type { HubHandle } from './handle.ts';
import { storeMissing } from './store-missing.ts';
import { type HubTx, sweepTransaction } from './transaction.ts';
import type { EndedRead, Fenced, Running } from './types.ts';

export type HoldDeletesInput = Fenced & Running & EndedRead & { reason: string; runId: string; checkpoint: (held: number) => Json };

/**
 * The guard spoke. The ids are in the hub already, staged; what is not due goes (first misses are remembered), the rest
 * stays under a row with reason and seq bound, in the transaction that moves the checkpoint. Deletes nothing.
 */
export async function holdDeletes(hub: HubHandle, input: HoldDeletesInput): Promise<number> {
  await storeMissing(hub, input);
  const { missed, dueMissing, dueDelete } = dueSql(hub.names, input.table);
  const held = await sweepTransaction(hub, async (tx) => {
    await takeReadFence(hub, tx, input, input);
    const { rows } = await tx.query<{ held: number }>(
      `with judged as (
         select s.record_id, coalesce(${dueDelete}, false) as is_due,
                coalesce(${missed}, false) as is_missed,
                coalesce(${dueMissing}, false) as is_due_missing
         from ${hub.names.stagedDelete} s
         left join ${hub.names.record(input.table.name)} t
           on t._syncline_connection = $5::int4 and t._syncline_record_id = s.record_id
         where s.sync = $1::text and s.generation = $2::int8
       ), remembered as (
         insert into ${hub.names.missedOnce} (sync, record_id, generation)
         select $1::text, record_id, $2::int8
         from judged
         where is_missed and not is_due
         on conflict (sync, record_id) do update
         set generation = excluded.generation
       ), dropped as (
         delete from ${hub.names.stagedDelete} s
         using judged
         where s.sync = $1::text and s.generation = $2::int8 and s.record_id = judged.record_id and not judged.is_due
       ), signalled as (
         -- Held by its signal alone: an approval must not take the absence for proved.
         update ${hub.names.stagedDelete} s
         set is_missing = false
         from judged
         where s.sync = $1::text and s.generation = $2::int8 and s.record_id = judged.record_id
           and s.is_missing and judged.is_due and not judged.is_due_missing
       )
       select count(*)::int4 as held from judged where is_due`,
      dueValues(input),
    );
    const count = rows[0]!.held;
    await tx.query(
      `insert into ${hub.names.hold} (sync, generation, table_name, connection, reason, seq_bound, deletes, held_at, run_id)
       values ($1::text, $2::int8, $3::text, $4::int4, $5::text, $6::int8, $7::int8, $8::timestamptz, $9::text)`,
      [
        ...[input.syncId, input.generation, input.table.name, input.connection.number, input.reason, input.horizon, count],
        ...[hub.clock.now(), input.runId],
      ],
    );
    await takeOver(hub, tx, input);
    await endRead(hub, tx, input);
    await saveState(hub, tx, input.syncId, input.checkpoint(count), input.run);
    return count;
  });
  await clearReads(hub, input.syncId);
  return held;
}

/**
 * Some providers signal every delete again in each read. What is held now is no longer held by an earlier read, or a sync that nobody
 * decides about would fill the hub; what only the earlier one was told stays with it.
 */
async function takeOver(hub: HubHandle, tx: HubTx, { syncId, generation }: EndedRead): Promise<void> {
  const values = [syncId, generation];
  const { rowCount } = await tx.query(
    `delete from ${hub.names.stagedDelete} earlier
     using ${hub.names.stagedDelete} now, ${hub.names.hold} h
     where earlier.sync = $1::text and earlier.generation < $2::int8
       and h.sync = earlier.sync and h.generation = earlier.generation and h.decision is null
       and now.sync = $1::text and now.generation = $2::int8 and now.record_id = earlier.record_id`,
    values,
  );
  if (!rowCount) return;
  await tx.query(
    `update ${hub.names.hold} h
     set deletes = (select count(*) from ${hub.names.stagedDelete} s where s.sync = h.sync and s.generation = h.generation)
     where h.sync = $1::text and h.generation < $2::int8 and h.decision is null`,
    values,
  );
  await tx.query(
    `delete from ${hub.names.hold} where sync = $1::text and generation < $2::int8 and deletes = 0 and decision is null`,
    values,
  );
}
