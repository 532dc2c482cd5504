import type { ReadState } from '../../syncs/checkpoint-state.ts';
import { meetsEverything } from './read-parts.ts';

/**
 * How many records a run is expected to read: what the provider says its listing has, or what the last full read met. A run that goes
 * on with a read of an earlier one has only the rest of it before itself. null: nobody knows.
 */
export function estimateTotal(input: {
  read: Pick<ReadState, 'kind' | 'total' | 'met' | 'idless'> | null;
  /** Of this run, as the read stands now. */
  fetched: number;
  lastFullRecords: number | null;
  before: number | null;
}): number | null {
  const { read, fetched, lastFullRecords, before } = input;
  if (read === null) return before;
  const total = read.total ?? (meetsEverything(read.kind) ? lastFullRecords : null);
  if (total === null) return before;
  const metBefore = Math.max(read.met + read.idless - fetched, 0);
  return Math.max(total - metBefore, fetched);
}
