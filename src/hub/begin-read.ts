import type { Json, ReadKind } from '../kit/index.ts';
import { saveState, takeFence } from './checkpoint.ts';
import { clearReads } from './clear-reads.ts';
import type { HubHandle } from './handle.ts';
import { type HubTx, writeTransaction } from './transaction.ts';
import type { BegunRead, Fenced, HubConnection, HubTable, Running } from './types.ts';

/**
 * Begins a read: a new generation, the horizon of this moment (what has a higher seq was written by another path), and
 * whether the connection has no record here yet. What an unfinished read left is cleared first, in batches of its own.
 */
export async function beginRead(
  hub: HubHandle,
  input: Fenced & Running & { table: HubTable; connection: HubConnection; kind: ReadKind; checkpoint: (begun: BegunRead) => Json },
): Promise<BegunRead> {
  const { syncId, table, connection } = input;
  const meetsEverything = input.kind === 'full' || input.kind === 'keys';
  const { read, overtaken } = await writeTransaction(hub, async (tx) => {
    await takeFence(hub, tx, input, input);
    const { rows } = await tx.query<{ generation: string; horizon: string; has_refused: boolean }>(
      `update ${hub.names.checkpoint}
       set generation = generation + 1,
           is_open = $2::bool,
           is_fresh = not exists (select from ${hub.names.record(table.name)} t where t._syncline_connection = $3::int4),
           missing_generation = null
       where sync = $1::text
       returning generation,
                 ${hub.names.feedHorizon}() as horizon,
                 exists (
                   select from ${hub.names.quarantine} q
                   where q.table_name = $4::text and q.connection = $3::int4 and q.is_whole
                 ) as has_refused`,
      [syncId, meetsEverything, connection.number, table.name],
    );
    const overtaken = meetsEverything ? await closeOthers(hub, tx, input) : [];
    const { generation, horizon, has_refused: hasRefused } = rows[0]!;
    const read = { generation: BigInt(generation), horizon: BigInt(horizon), hasRefused };
    await saveState(hub, tx, syncId, input.checkpoint(read), input.run);
    return { read, overtaken };
  });
  for (const sync of [syncId, ...overtaken]) await clearReads(hub, sync);
  return read;
}

/**
 * One sync at a time reads an object of a connection in full. Another that is still open was removed in the middle, and would be told
 * for ever what later reads meet. Closed, it proves nothing about absence any more.
 */
async function closeOthers(
  hub: HubHandle,
  tx: HubTx,
  { syncId, table, connection }: Pick<Fenced, 'syncId'> & { table: HubTable; connection: HubConnection },
): Promise<string[]> {
  const { rows } = await tx.query<{ sync: string }>(
    `update ${hub.names.checkpoint}
     set is_open = false
     where connection = $1::int4 and table_name = $2::text and is_open and sync <> $3::text
     returning sync`,
    [connection.number, table.name, syncId],
  );
  return rows.map(({ sync }) => sync);
}
