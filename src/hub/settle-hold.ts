import { isKept, signalWins } from './due.ts';
import { registerWriter } from './feed.ts';
import type { HubHandle } from './handle.ts';
import type { HoldDecision, SettledHold } from './held-types.ts';
import { literal } from './layout.ts';
import { type HubTx, sweepTransaction, writeTransaction } from './transaction.ts';
import { deleteUnfolded } from './unfolded.ts';

export interface SettleHoldInput {
  syncId: string;
  runId: string;
  rowsMax: number;
}

/**
 * Carries out a batch of what a person decided. The ids go in the transaction that deletes (or keeps) their records, so that a
 * crash repeats nothing. What was written since the read, or is alive by a newer version, is left alone. Takes no fence: a read
 * of the same sync may be under way, and only waits for the transaction.
 */
export async function settleHold(hub: HubHandle, input: SettleHoldInput): Promise<SettledHold | null> {
  const batch = await settleBatch(hub, input);
  if (batch === null) return null;
  // Registers nothing and may take its time, however much was held.
  if (!batch.settled.remaining) await sweepTransaction(hub, (tx) => settleOthers(hub, tx, input, batch.hold));
  return batch.settled;
}

async function settleBatch(hub: HubHandle, input: SettleHoldInput): Promise<{ hold: DecidedHold; settled: SettledHold } | null> {
  return writeTransaction(hub, async (tx) => {
    const hold = await lockHold(hub, tx, input);
    if (!hold) return null;
    if (hold.decision === 'approve') await registerWriter(hub, tx);
    const done = hold.decision === 'approve' ? await deleteHeld(hub, tx, input, hold) : await keepHeld(hub, tx, input, hold);
    await deleteUnfolded(hub, tx, { ...hold, ...seqsOf(done), at: hub.clock.now() });
    const { rows } = await tx.query<{ settled: string; first: string | null; last: string | null; remaining: boolean }>(
      `update ${hub.names.hold} h
       set settled = h.settled + $3::int8, first_seq = coalesce(h.first_seq, $4::int8), last_seq = coalesce($5::int8, h.last_seq)
       where h.sync = $1::text and h.generation = $2::int8
       returning h.settled,
                 h.first_seq as first,
                 h.last_seq as last,
                 exists (select from ${hub.names.stagedDelete} s where s.sync = h.sync and s.generation = h.generation) as remaining`,
      [input.syncId, hold.generation, done.settled, done.first, done.last],
    );
    const { settled, first, last, remaining } = rows[0]!;
    return { hold, settled: { decision: hold.decision, settled: Number(settled), ...seqsOf({ first, last }), remaining } };
  });
}

function seqsOf({ first, last }: Pick<Settled, 'first' | 'last'>) {
  return { firstSeq: first === null ? null : BigInt(first), lastSeq: last === null ? null : BigInt(last) };
}

interface DecidedHold {
  generation: string;
  decision: HoldDecision;
  table: string;
  connection: number;
  seqBound: string;
}

/** The sync's row first, as every transaction of a read does: the two wait for each other instead of locking crosswise. */
async function lockHold(hub: HubHandle, tx: HubTx, { syncId, runId }: SettleHoldInput): Promise<DecidedHold | undefined> {
  await tx.query(`select from ${hub.names.checkpoint} where sync = $1::text for update`, [syncId]);
  const { rows } = await tx.query<DecidedHold>(
    `select generation, decision, table_name as "table", connection, seq_bound as "seqBound"
     from ${hub.names.hold}
     where sync = $1::text and run_id = $2::text and decision is not null
     for update`,
    [syncId, runId],
  );
  return rows[0];
}

interface Settled {
  settled: number;
  first: string | null;
  last: string | null;
}

/** Takes a batch off the held ids (`s`), for the stored rows (`t`) that nothing has overtaken. */
const stillDue = `((s.is_missing and t._syncline_seq <= $4::int8 and t._syncline_deleted_at is null) or ${signalWins})`;

function takeBatch(hub: HubHandle): string {
  return `
    delete from ${hub.names.stagedDelete}
    where sync = $1::text and generation = $2::int8
      and record_id = any (array(
        select record_id
        from ${hub.names.stagedDelete}
        where sync = $1::text and generation = $2::int8
        order by record_id
        limit $5::int4
      ))
    returning *`;
}

async function deleteHeld(hub: HubHandle, tx: HubTx, input: SettleHoldInput, hold: DecidedHold): Promise<Settled> {
  const { rows } = await tx.query<Settled>(
    `with s as (${takeBatch(hub)}), gone as (
       update ${hub.names.record(hold.table)} t
       set _syncline_deleted_at = $6::timestamptz,
           _syncline_synced_at = $6::timestamptz,
           _syncline_modified_at = greatest(t._syncline_modified_at, s.modified_at),
           _syncline_seq = nextval(${literal(hub.names.feedSeq)})
       from s
       where t._syncline_connection = $3::int4 and t._syncline_record_id = s.record_id and ${stillDue}
       returning t._syncline_seq as seq
     )
     select count(*)::int4 as settled, min(seq) as first, max(seq) as last from gone`,
    [...valuesOf(input, hold), hub.clock.now()],
  );
  return rows[0]!;
}

async function keepHeld(hub: HubHandle, tx: HubTx, input: SettleHoldInput, hold: DecidedHold): Promise<Settled> {
  const { rowCount } = await tx.query(
    `with s as (${takeBatch(hub)})
     insert into ${hub.names.keptDelete} (table_name, connection, record_id, seq)
     select ${literal(hold.table)}, $3::int4, s.record_id, t._syncline_seq
     from s
     join ${hub.names.record(hold.table)} t on t._syncline_connection = $3::int4 and t._syncline_record_id = s.record_id
     where ${stillDue}
     on conflict (table_name, connection, record_id) do update
     set seq = excluded.seq`,
    valuesOf(input, hold),
  );
  return { settled: rowCount ?? 0, first: null, last: null };
}

/** What another read has held meanwhile, and this decision has settled, waits for no second one. */
async function settleOthers(hub: HubHandle, tx: HubTx, { syncId }: SettleHoldInput, hold: DecidedHold): Promise<void> {
  const { rowCount } = await tx.query(
    `delete from ${hub.names.stagedDelete} s
     using ${hub.names.hold} h, ${hub.names.record(hold.table)} t
     where h.sync = $1::text and h.generation <> $2::int8 and h.decision is null
       and s.sync = h.sync and s.generation = h.generation
       and t._syncline_connection = $3::int4 and t._syncline_record_id = s.record_id
       and (t._syncline_deleted_at is not null or ${isKept(hub.names, { name: hold.table })})`,
    [syncId, hold.generation, hold.connection],
  );
  if (!rowCount) return;
  await tx.query(
    `delete from ${hub.names.hold} h
     where h.sync = $1::text and h.decision is null
       and not exists (select from ${hub.names.stagedDelete} s where s.sync = h.sync and s.generation = h.generation)`,
    [syncId],
  );
}

function valuesOf({ syncId, rowsMax }: SettleHoldInput, { generation, connection, seqBound }: DecidedHold) {
  return [syncId, generation, connection, seqBound, rowsMax];
}
