import type { FencedRow } from './checkpoint.ts';
import { joinIdHashes, joinIds } from './encode.ts';
import type { HubHandle } from './handle.ts';
import { areUnchanged } from './probe.ts';
import { markSeen } from './seen.ts';
import type { HubTx } from './transaction.ts';
import type { SliceInput } from './types.ts';

/**
 * Most slices of a full re-read meet nothing but what stands there already. Then it is enough that Postgres counts them by id and
 * hash (an id that is listed twice makes them fewer), and that they are noted as seen: nothing is made of their bytes here. false: nothing was done, and the records have to be
 * looked at one by one; so they have where something waits to hear of single ids.
 */
export async function meetUnchanged(hub: HubHandle, tx: HubTx, input: SliceInput, row: FencedRow): Promise<boolean> {
  const { unopened } = input;
  if (!unopened || !input.marksSeen || row.isFresh || input.versions || input.children?.length || input.quarantined.length > 0)
    return false;
  if (row.hasStaged || row.hasHold || row.hasKept || row.hasQuarantined) return false;
  const ids = joinIds(unopened.batches);
  const count = countOf(unopened.batches);
  if (!(await areUnchanged(hub, tx, input, { count, ids, idHashes: joinIdHashes(unopened.batches) }))) return false;
  await markSeen(hub, tx, [...row.openElsewhere, { sync: input.syncId, generation: `${input.generation}` }], ids);
  return true;
}

export function countOf(batches: readonly { count: number }[]): number {
  return batches.reduce((total, { count }) => total + count, 0);
}
