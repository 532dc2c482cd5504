import { type Json, type JsonObject, ProviderError, type ReadPart } from '../../kit/index.ts';
import type { ReadState } from '../../syncs/checkpoint-state.ts';
import { beginRead } from './begin-read.ts';
import { runRow } from './hub-run.ts';
import { partsOf } from './read-parts.ts';
import { committed, nextState, type Slice } from './slice.ts';
import { resumeBelow } from './under-parents.ts';

/** A read is begun anew once; a provider whose tokens keep expiring would be read for ever. */
const restartsMax = 1;

/**
 * After an expired page token: go on from a position that needs no token, where the provider has one, or begin the read anew from the
 * last durable mark. When that mark itself is what the provider no longer knows, everything is read. false: not such an error, or it
 * has happened before without any progress since.
 */
export async function restartRead(slice: Slice, error: unknown): Promise<boolean> {
  const { read } = slice.state;
  if (!(error instanceof ProviderError) || error.meaning !== 'page_expired' || !read) return false;
  const part = partsOf(slice.definition, read.kind)[read.part];
  const position = read.position && resumed(slice, read.position, part?.resume);
  slice.failures = 0;
  if (isAskedByMark(read)) {
    await beginRead(slice, 'full', 0, ['position_expired']);
    return true;
  }
  if (position && read.pages > (read.resumedAt ?? 0)) {
    const next = nextState(slice, { fetched: 0, facts: null }, { read: { ...read, position, beacon: null, resumedAt: read.pages } });
    const { id: syncId } = slice.lease.sync;
    await slice.hub.writeCheckpoint({ syncId, fence: slice.lease.fence, state: next as Json, run: () => runRow(slice, next) });
    committed(slice, next);
    return true;
  }
  if (read.restarts >= restartsMax) return false;
  await beginRead(slice, read.kind, read.restarts + 1);
  return true;
}

function resumed({ definition }: Slice, position: JsonObject, resume: ReadPart['resume']): JsonObject | null {
  return definition.parent ? resumeBelow(position, resume) : (resume?.(position) ?? null);
}

/**
 * The refused request asked from the mark of the last run: no page of this read had been answered in its part. A feed that was empty
 * has no mark, and is refused so when its beginning cannot be read in order any more.
 */
function isAskedByMark({ kind, part, position, since }: ReadState): boolean {
  return part === 0 && position === null && (kind === 'delta' || (kind === 'incremental' && since !== null));
}
