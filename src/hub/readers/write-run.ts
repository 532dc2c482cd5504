import type { Json } from '../../kit/index.ts';
import type { HubHandle } from '../handle.ts';
import type { HubNames } from '../names.ts';
import { type HubTx, writeTransaction } from '../transaction.ts';
import type { HubRun } from './types.ts';

/** The position and the run's row in one statement: a run that is shown is never ahead of its records, nor behind them. */
export async function saveStateAndRun(hub: HubHandle, tx: HubTx, syncId: string, state: Json, run: HubRun): Promise<void> {
  await tx.query(
    `with moved as (
       update ${hub.names.checkpoint} set state = $2::json where sync = $1::text
     )
     ${upsertSql(hub.names, 3)}`,
    [syncId, JSON.stringify(state), ...runValues(hub, run)],
  );
}

/** The same for a position that moves without records. */
export async function upsertRun(hub: HubHandle, tx: HubTx, run: HubRun): Promise<void> {
  await tx.query(upsertSql(hub.names, 1), runValues(hub, run));
}

/** A run that ended without a slice. What has been said about its end is not said again. */
export async function writeRun(hub: HubHandle, run: HubRun, { isNew }: { isNew: boolean }): Promise<void> {
  await writeTransaction(hub, async (tx) => {
    const { rowCount } = await tx.query(`select from ${hub.names.runs} where run_id = $1::text for update`, [run.runId]);
    if (isNew || rowCount) await upsertRun(hub, tx, run);
  });
}

/** By a look at the whole table, which holds runs and no records. */
export async function dropRuns(
  hub: HubHandle,
  { days, rowsMax }: { days: number; rowsMax: number },
): Promise<{ dropped: number; remaining: boolean }> {
  const { rowCount } = await hub.pool.query(
    `delete from ${hub.names.runs}
     where run_id = any (array(select run_id from ${hub.names.runs} where finished_at < $1::timestamptz limit $2::int4))`,
    [new Date(hub.clock.now().getTime() - days * dayMs), rowsMax],
  );
  return { dropped: rowCount ?? 0, remaining: rowCount === rowsMax };
}

const dayMs = 24 * 3_600_000;

const columns = [
  ['run_id', 'text'],
  ['sync_id', 'text'],
  ['connection', 'int4'],
  ['connection_id', 'text'],
  ['customer_id', 'text'],
  ['provider', 'text'],
  ['object', 'text'],
  ['kind', 'text'],
  ['trigger', 'text'],
  ['status', 'text'],
  ['error_code', 'text'],
  ['slices', 'int4'],
  ['fetched', 'int8'],
  ['inserted', 'int8'],
  ['updated', 'int8'],
  ['deleted', 'int8'],
  ['unchanged', 'int8'],
  ['quarantined', 'int8'],
  ['first_seq', 'int8'],
  ['last_seq', 'int8'],
  ['started_at', 'timestamptz'],
  ['finished_at', 'timestamptz'],
  ['updated_at', 'timestamptz'],
] as const;

/** A run that has ended keeps its end: a worker that does not know of it yet may still commit. */
const ending = ['kind', 'status', 'error_code', 'finished_at'];
/** Counters only grow: who tells an end from outside may not know yet how far the run was. */
const growing = ['slices', 'fetched', 'inserted', 'updated', 'deleted', 'unchanged', 'quarantined', 'last_seq'];

function upsertSql(names: HubNames, first: number): string {
  const changes = [
    ...ending.map((name) => `${name} = case when r.finished_at is null then excluded.${name} else r.${name} end`),
    ...growing.map((name) => `${name} = greatest(r.${name}, excluded.${name})`),
    'first_seq = coalesce(r.first_seq, excluded.first_seq)',
    'started_at = excluded.started_at',
    'updated_at = excluded.updated_at',
  ];
  return `insert into ${names.runs} as r (${columns.map(([name]) => name).join(', ')})
     values (${columns.map(([, type], at) => `$${first + at}::${type}`).join(', ')})
     on conflict (run_id) do update
     set ${changes.join(', ')}`;
}

function runValues({ clock }: HubHandle, run: HubRun): unknown[] {
  return [
    ...[run.runId, run.syncId, run.connection, run.connectionId, run.customerId, run.provider, run.object],
    ...[run.kind, run.trigger, run.status, run.errorCode],
    ...[run.slices, run.fetched, run.inserted, run.updated, run.deleted, run.unchanged, run.quarantined],
    ...[run.firstSeq, run.lastSeq, run.startedAt, run.finishedAt, clock.now()],
  ];
}
