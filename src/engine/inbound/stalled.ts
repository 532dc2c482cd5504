import type { ReadState } from '../../syncs/checkpoint-state.ts';

/** A read of changes cannot tell how far it has come: the next one would begin at the same place, and so on for ever. */
export class CheckpointStalled extends Error {
  constructor(records: number, path: string) {
    super(
      `None of the ${records} records of this read carries a readable ${path}, so that the sync cannot tell how far it has read. They are stored. Look at the object at the provider, or read it with full_only.`,
    );
    this.name = 'CheckpointStalled';
  }
}

/** One record without a mark is an oddity; a whole read without any is a field that was renamed, emptied or hidden from us. */
export function refuseStalled({ kind, highest, unmarked }: ReadState, path: string | undefined): void {
  if (kind === 'incremental' && highest === null && unmarked > 0) throw new CheckpointStalled(unmarked, path ?? 'mark');
}
