import type { IncomingRecord, QuarantinedRecord } from '../../hub/types.ts';
import type { JsonObject } from '../../kit/index.ts';
import { scopedId } from '../page/scoped-id.ts';
import type { Cursor } from './cursor.ts';
import type { Slice } from './slice.ts';

/**
 * Where a page stands. Under a parent the checkpoint's position holds the parent and the position below it: `{ parent, page }`, and
 * `{ after }` between two parents. They are walked in the order of their ids, which nothing moves.
 */
export interface Place {
  /** undefined: the object is read under no parent. */
  parentId?: string;
  position: JsonObject | null;
  /** What the checkpoint keeps of the position that follows; null: the part has ended. */
  keep(next: JsonObject | null): JsonObject | null;
}

/** null: no parent is left. */
export async function placeOf(slice: Slice, { position }: Cursor): Promise<Place | null> {
  if (slice.definition.parent === undefined) return { position, keep: (next) => next };
  const parentId = typeof position?.parent === 'string' ? position.parent : await nextParent(slice, position);
  if (parentId === null) return null;
  return {
    parentId,
    position: (position?.page as JsonObject | undefined) ?? null,
    keep: (next): JsonObject => (next === null ? { after: parentId } : { parent: parentId, page: next }),
  };
}

/** After an expired page token: the same parent once more, from a place that needs no token or from its beginning. */
export function resumeBelow(position: JsonObject, resume: ((position: JsonObject) => JsonObject | null) | undefined): JsonObject {
  if (typeof position.parent !== 'string') return position;
  const page = position.page ? (resume?.(position.page as JsonObject) ?? null) : null;
  return page === null ? { parent: position.parent } : { parent: position.parent, page };
}

/** Ids that are unique under their parent only are the hub's together with the parent's. */
export function scopeIds(
  { records, quarantined }: { records: IncomingRecord[]; quarantined: QuarantinedRecord[] },
  parentId: string,
): void {
  for (const record of records) record.id = scopedId(parentId, record.id);
  for (const record of quarantined) if (record.id !== null) record.id = scopedId(parentId, record.id);
}

async function nextParent({ hub, lease, connection, definition }: Slice, position: JsonObject | null): Promise<string | null> {
  const after = typeof position?.after === 'string' ? position.after : '';
  return hub.nextRecordId({ provider: lease.sync.provider, object: definition.parent!.object, connection, after });
}
