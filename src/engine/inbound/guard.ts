import type { ReadKind } from '../../kit/index.ts';
import type { Limits } from '../../ops/config.ts';
import { meetsEverything } from './read-parts.ts';

export interface GuardInput {
  kind: ReadKind;
  /** Records that the read met. */
  met: number;
  /** Live records of the connection and object before anything is deleted. */
  known: number;
  /** What would be deleted now. */
  deletes: number;
  /** What has been deleted in the last 24 hours: repeated partial reads must not creep past the guard. */
  deletedLastDay: number;
  limits: Pick<Limits, 'guardDeletesMax' | 'guardShareMax' | 'guardShareFromRows'>;
}

export type HoldReason = 'empty_read' | 'too_many_deletes' | 'too_large_share';

/** The guard against mass deletion (an empty source, an edited filter, a lost permission, the wrong tenant). null: go on. */
export function judgeDeletes({ kind, met, known, deletes, deletedLastDay, limits }: GuardInput): HoldReason | null {
  if (deletes === 0) return null;
  if (meetsEverything(kind) && met === 0 && known > 0) return 'empty_read';
  const inAll = deletes + deletedLastDay;
  if (inAll > limits.guardDeletesMax) return 'too_many_deletes';
  const base = known + deletedLastDay;
  if (base >= limits.guardShareFromRows && inAll > base * limits.guardShareMax) return 'too_large_share';
  return null;
}
