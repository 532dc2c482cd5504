import type { HubHandle } from './handle.ts';
import type { EndedRead } from './types.ts';

export interface ReadEnd {
  /** What the read did not meet is not stored yet. */
  isMissingDue: boolean;
  /** Deletes wait for the end of the read. */
  hasStaged: boolean;
  /** Records of the sync are set aside. */
  hasAside: boolean;
}

/**
 * What there is to do at the end of a read, in one statement: of most ends it is nothing, and then a transaction for each of these
 * costs more than the rest of a small read. Whoever does something looks again under the lock of the checkpoint's row.
 */
export async function lookAtEnd(hub: HubHandle, { syncId, generation }: Pick<EndedRead, 'syncId' | 'generation'>): Promise<ReadEnd> {
  const { rows } = await hub.pool.query<ReadEnd>(
    `select exists (select from ${hub.names.checkpoint}
                    where sync = $1::text and generation = $2::int8 and is_open and missing_generation is distinct from $2::int8) as "isMissingDue",
            exists (select from ${hub.names.stagedDelete} where sync = $1::text and generation = $2::int8) as "hasStaged",
            exists (select from ${hub.names.quarantine} where sync = $1::text) as "hasAside"`,
    [syncId, generation],
  );
  return rows[0]!;
}
