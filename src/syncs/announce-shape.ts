import type { Sync as SyncRow } from '../db/generated/client.ts';
import { type Ctx, withTransaction } from '../db/index.ts';
import { emitAll } from '../events/emit.ts';
import type { Hub, ShapeChange } from '../hub/index.ts';

/** Changes of one run that are announced; the rest follows with the next one. */
const announcedMax = 100;

type Announcing = Pick<SyncRow, 'id' | 'applicationId' | 'customerId' | 'connectionId' | 'provider' | 'object' | 'announcedShape'>;

/**
 * Tells of fields and types that records did not show before, each once: the number of the last one that was told moves in the
 * transaction that tells it.
 */
export async function announceShape(ctx: Ctx, hub: Hub, sync: Announcing): Promise<void> {
  const changes = await hub.listShapeChanges({ syncId: sync.id, after: sync.announcedShape, rowsMax: announcedMax });
  if (changes.length === 0) return;
  await withTransaction(ctx, async (tx) => {
    const { count } = await tx.sync.updateMany({
      where: { id: sync.id, announcedShape: sync.announcedShape },
      data: { announcedShape: changes.at(-1)!.number },
    });
    if (count === 0) return;
    await emitAll(
      tx,
      ctx.clock,
      changes.map((change) => ({ applicationId: sync.applicationId, type: 'schema.changed' as const, data: describe(sync, change) })),
    );
  });
}

function describe(sync: Announcing, { path, type, before }: ShapeChange) {
  return {
    sync_id: sync.id,
    customer_id: sync.customerId,
    connection_id: sync.connectionId,
    ...{ provider: sync.provider, object: sync.object },
    change: before.length === 0 ? 'field_added' : 'type_changed',
    ...{ field: path, type },
    types_before: before.length === 0 ? null : before.join(','),
  };
}
