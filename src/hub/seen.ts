import type { HubHandle } from './handle.ts';
import type { HubTx } from './transaction.ts';
import type { HubConnection, HubTable } from './types.ts';

/** Notes what a slice met, for each read that must know: one row, whatever the number of ids. */
export async function markSeen(hub: HubHandle, tx: HubTx, reads: { sync: string; generation: string }[], ids: Buffer): Promise<void> {
  await tx.query(
    `insert into ${hub.names.seen} (sync, generation, ids)
     select u.sync, u.generation, $3::text[]
     from unnest($1::text[], $2::int8[]) as u(sync, generation)`,
    [reads.map(({ sync }) => sync), reads.map(({ generation }) => generation), ids],
  );
}

/** A record that is met again is no longer kept by a decision: should it vanish later, that is news. */
export async function forgetKept(
  hub: HubHandle,
  tx: HubTx,
  { table, connection }: { table: HubTable; connection: HubConnection },
  ids: Buffer,
): Promise<void> {
  await tx.query(
    `delete from ${hub.names.keptDelete}
     where table_name = $1::text and connection = $2::int4 and record_id = any ($3::text[])`,
    [table.name, connection.number, ids],
  );
}

/** What was met is not missing: an earlier read that missed it was wrong. */
export async function forgetMissed(hub: HubHandle, tx: HubTx, syncId: string, ids: Buffer): Promise<void> {
  await tx.query(`delete from ${hub.names.missedOnce} where sync = $1::text and record_id = any ($2::text[])`, [syncId, ids]);
}
