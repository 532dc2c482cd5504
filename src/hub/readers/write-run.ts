import type { Json } from '../../kit/index.ts';
import type { HubHandle } from '../handle.ts';
import type { HubNames } from '../names.ts';
import type { HubTx } from '../transaction.ts';
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

/** A run that ended without a slice. What a slice has said about its end is not said again. */
export async function writeRun(hub: HubHandle, run: HubRun): Promise<void> {
  await hub.pool.query(`${upsertSql(hub.names, 1)} where r.finished_at is null`, runValues(hub, run));
}

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

/** What a run is never changes; what it has done does. */
const moving = columns.map(([name]) => name).slice(columns.findIndex(([name]) => name === 'kind'));

function upsertSql(names: HubNames, first: number): string {
  return `insert into ${names.runs} as r (${columns.map(([name]) => name).join(', ')})
     values (${columns.map(([, type], at) => `$${first + at}::${type}`).join(', ')})
     on conflict (run_id) do update
     set ${moving.map((name) => `${name} = excluded.${name}`).join(', ')}`;
}

function runValues({ clock }: HubHandle, run: HubRun): unknown[] {
  return [
    ...[run.runId, run.syncId, run.connection, run.connectionId, run.customerId, run.provider, run.object],
    ...[run.kind, run.trigger, run.status, run.errorCode],
    ...[run.slices, run.fetched, run.inserted, run.updated, run.deleted, run.unchanged, run.quarantined],
    ...[run.firstSeq, run.lastSeq, run.startedAt, run.finishedAt, clock.now()],
  ];
}
