import type { HubHandle } from './handle.ts';
import { sweepTransaction } from './transaction.ts';
import type { EndedRead } from './types.ts';

/**
 * At the end of a read that met everything: what is set aside and was not met does not exist any more. Not of a read that is held:
 * what it did not meet may only be missing from its answers.
 */
export async function dropUnmet(hub: HubHandle, read: EndedRead): Promise<void> {
  if (read.absence !== 'complete') return;
  await sweepTransaction(hub, async (tx) => {
    // Behind the end of the read the ids that it met are gone.
    const { rowCount } = await tx.query(
      `select from ${hub.names.checkpoint} where sync = $1::text and generation = $2::int8 and is_open for update`,
      [read.syncId, read.generation],
    );
    if (!rowCount) return;
    const { rows: aside } = await tx.query<{ id: string | null }>(
      `select distinct record_id as id from ${hub.names.quarantine} where sync = $1::text`,
      [read.syncId],
    );
    if (aside.length === 0) return;
    const { rows: met } = await tx.query<{ id: string }>(
      `select distinct m.id
       from ${hub.names.seen} s
       cross join lateral unnest(s.ids) as m(id)
       where s.sync = $1::text and s.generation = $2::int8 and m.id = any ($3::text[])`,
      [read.syncId, read.generation, aside.flatMap(({ id }) => id ?? [])],
    );
    await tx.query(
      `delete from ${hub.names.quarantine}
       where sync = $1::text and (record_id is null or not record_id = any ($2::text[]))`,
      [read.syncId, met.map(({ id }) => id)],
    );
  });
}
