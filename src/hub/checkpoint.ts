import type { Json } from '../kit/index.ts';
import { FenceLost } from './fence-lost.ts';
import type { HubHandle } from './handle.ts';
import type { HubRun } from './readers/types.ts';
import { saveStateAndRun, upsertRun } from './readers/write-run.ts';
import { type HubTx, writeTransaction } from './transaction.ts';
import type { Checkpoint, Fenced, HubConnection, HubTable, Running } from './types.ts';

/** What the sync's row says when its fence is taken. */
export interface FencedRow {
  generation: bigint;
  isFresh: boolean;
  /** A read that meets everything is under way. */
  isOpen: boolean;
  /** Full reads of the same connection and table that other syncs have open: they are told what is met. */
  openElsewhere: { sync: string; generation: string }[];
  hasStaged: boolean;
  hasMissedOnce: boolean;
  hasHold: boolean;
  hasKept: boolean;
  hasQuarantined: boolean;
}

/**
 * The first statement of every transaction of a sync: a lower fence than the row's aborts. The row stays locked, so that
 * two workers of one sync follow each other.
 */
export async function takeFence(
  hub: HubHandle,
  tx: HubTx,
  { syncId, fence }: Fenced,
  place: { table: HubTable; connection: HubConnection },
): Promise<FencedRow> {
  const { rows } = await tx.query<{
    generation: string;
    is_fresh: boolean;
    is_open: boolean;
    open_elsewhere: { sync: string; generation: string }[];
    has_staged: boolean;
    has_missed_once: boolean;
    has_hold: boolean;
    has_kept: boolean;
    has_quarantined: boolean;
  }>(
    `with mine as (
       insert into ${hub.names.checkpoint} as c (sync, fence, table_name, connection)
       values ($1::text, $2::int8, $3::text, $4::int4)
       on conflict (sync) do update
       set fence = excluded.fence, table_name = excluded.table_name, connection = excluded.connection
       where c.fence <= excluded.fence
       returning c.generation, c.is_fresh, c.is_open
     )
     select mine.generation,
            mine.is_fresh,
            mine.is_open,
            (select coalesce(json_agg(json_build_object('sync', o.sync, 'generation', o.generation::text)), '[]')
             from ${hub.names.checkpoint} o
             where o.connection = $4::int4 and o.table_name = $3::text and o.is_open and o.sync <> $1::text) as open_elsewhere,
            exists (select from ${hub.names.stagedDelete} s where s.sync = $1::text and s.generation = mine.generation) as has_staged,
            exists (select from ${hub.names.missedOnce} m where m.sync = $1::text) as has_missed_once,
            exists (select from ${hub.names.hold} h where h.sync = $1::text) as has_hold,
            exists (select from ${hub.names.keptDelete} k where k.table_name = $3::text and k.connection = $4::int4) as has_kept,
            exists (select from ${hub.names.quarantine} q where q.table_name = $3::text and q.connection = $4::int4) as has_quarantined
     from mine`,
    [syncId, fence, place.table.name, place.connection.number],
  );
  const row = rows[0];
  if (!row) throw new FenceLost(syncId, fence);
  return {
    generation: BigInt(row.generation),
    isFresh: row.is_fresh,
    isOpen: row.is_open,
    openElsewhere: row.open_elsewhere,
    hasStaged: row.has_staged,
    hasMissedOnce: row.has_missed_once,
    hasHold: row.has_hold,
    hasKept: row.has_kept,
    hasQuarantined: row.has_quarantined,
  };
}

/** What a read wrote, met and missed belongs to its generation; one that was begun (or purged) since has overtaken it. */
export async function takeReadFence(
  hub: HubHandle,
  tx: HubTx,
  read: Fenced & { generation: bigint },
  place: { table: HubTable; connection: HubConnection },
): Promise<FencedRow> {
  const row = await takeFence(hub, tx, read, place);
  if (row.generation !== read.generation) throw new FenceLost(read.syncId, read.fence);
  return row;
}

/** The last statement before the commit: position and run move together with the records. `run` is asked for after the state was made. */
export async function saveState(hub: HubHandle, tx: HubTx, syncId: string, state: Json, run?: () => HubRun): Promise<void> {
  if (run) return saveStateAndRun(hub, tx, syncId, state, run());
  await tx.query(`update ${hub.names.checkpoint} set state = $2::json where sync = $1::text`, [syncId, JSON.stringify(state)]);
}

export async function writeCheckpoint(hub: HubHandle, { syncId, fence, state, run }: Fenced & Running & { state: Json }): Promise<void> {
  await writeTransaction(hub, async (tx) => {
    const { rowCount } = await tx.query(
      `insert into ${hub.names.checkpoint} as c (sync, fence, state)
       values ($1::text, $2::int8, $3::json)
       on conflict (sync) do update
       set fence = excluded.fence, state = excluded.state
       where c.fence <= excluded.fence`,
      [syncId, fence, JSON.stringify(state)],
    );
    if (rowCount === 0) throw new FenceLost(syncId, fence);
    if (run) await upsertRun(hub, tx, run());
  });
}

/** null: the sync never began, or a purge emptied what it stood for. */
export async function readCheckpoint(hub: HubHandle, syncId: string): Promise<Checkpoint | null> {
  const { rows } = await hub.pool.query<{ fence: string; state: Json | null; has_state: boolean }>(
    `select fence, state, state is not null as has_state from ${hub.names.checkpoint} where sync = $1::text`,
    [syncId],
  );
  const row = rows[0];
  return row?.has_state ? { fence: BigInt(row.fence), state: row.state } : null;
}

/** Raises the fence and reads in one statement: a worker with a lower fence cannot commit after what this returns. */
export async function takeCheckpoint(hub: HubHandle, { syncId, fence }: Fenced): Promise<Checkpoint | null> {
  const { rows } = await hub.pool.query<{ fence: string; state: Json | null; has_state: boolean }>(
    `insert into ${hub.names.checkpoint} as c (sync, fence)
     values ($1::text, $2::int8)
     on conflict (sync) do update
     set fence = excluded.fence
     where c.fence <= excluded.fence
     returning fence, state, state is not null as has_state`,
    [syncId, fence],
  );
  const row = rows[0];
  if (!row) throw new FenceLost(syncId, fence);
  return row.has_state ? { fence: BigInt(row.fence), state: row.state } : null;
}
