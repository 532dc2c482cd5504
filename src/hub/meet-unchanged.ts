import type { FencedRow } from './checkpoint.ts';
import { joinIdHashes, joinIds } from './encode.ts';
import type { HubHandle } from './handle.ts';
import { unchangedAmong } from './probe.ts';
import type { HubTx } from './transaction.ts';
import type { SliceInput } from './types.ts';

/**
 * Most slices of a full re-read meet nothing but what stands there already. Then it is enough that Postgres counts them by id and
 * hash (an id that is listed twice makes them fewer), and notes in the same statement that they were seen: nothing is made of their
 * bytes here, and the ids travel once. false: nothing was done, and the records have to be looked at one by one; so they have where
 * something waits to hear of single ids.
 */
export async function meetUnchanged(hub: HubHandle, tx: HubTx, input: SliceInput, row: FencedRow): Promise<boolean> {
  const { unopened } = input;
  if (!unopened || !input.marksSeen || row.isFresh || input.versions || input.children?.length || input.quarantined.length > 0)
    return false;
  if (row.hasStaged || row.hasHold || row.hasKept || row.hasQuarantined) return false;
  const count = countOf(unopened.batches);
  const reads = [...row.openElsewhere, { sync: input.syncId, generation: `${input.generation}` }];
  const { rows } = await tx.query<{ count: number }>(
    `with met as (
       ${unchangedAmong(hub, input.table)}
     ), noted as (
       insert into ${hub.names.seen} (sync, generation, ids)
       select r.sync, r.generation, $2::text[]
       from unnest($5::text[], $6::int8[]) as r(sync, generation)
       cross join met
       where met.count = $4::int4
     )
     select count from met`,
    [
      input.connection.number,
      joinIds(unopened.batches),
      joinIdHashes(unopened.batches),
      count,
      reads.map(({ sync }) => sync),
      reads.map(({ generation }) => generation),
    ],
  );
  return rows[0]!.count === count;
}

export function countOf(batches: readonly { count: number }[]): number {
  return batches.reduce((total, { count }) => total + count, 0);
}
