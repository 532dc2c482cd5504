import type { Sync as SyncRow } from '../db/generated/client.ts';
import { type Ctx, withTransaction } from '../db/index.ts';
import { enqueueAll } from '../queue/index.ts';

/** What a read under parents must know about the sync that brings them. */
export interface ParentSync {
  completeAsOf: Date | null;
  /** A run of it is going or due, or its first one has not ended: children are read behind it. */
  isAhead: boolean;
  hasSucceeded: boolean;
}

type Child = Pick<SyncRow, 'applicationId' | 'connectionId' | 'destinationId' | 'provider'>;

/** The sync of the parent object into the same hub. Of several the one that waits longest counts. null: nobody brings parents. */
export async function findParentSync(ctx: Ctx, child: Child, object: string): Promise<ParentSync | null> {
  const { applicationId, connectionId, destinationId, provider } = child;
  const rows = await ctx.db.prisma.$queryRaw<ParentSync[]>`
    select complete_as_of as "completeAsOf",
           last_success_at is not null as "hasSucceeded",
           status = 'active'
             and (current_run_id is not null
                  or next_run_at <= (select syncline_now())
                  or (last_success_at is null and health = 'pending' and next_run_at is not null)) as "isAhead"
    from sync
    where application_id = ${applicationId}::text
      and connection_id = ${connectionId}::text
      and destination_id = ${destinationId}::text
      and provider = ${provider}::text
      and object = ${object}::text`;
  if (rows.length === 0) return null;
  const times = rows.map(({ completeAsOf }) => completeAsOf);
  return {
    completeAsOf: times.includes(null) ? null : times.reduce((a, b) => (a! < b! ? a : b))!,
    isAhead: rows.some(({ isAhead }) => isAhead),
    hasSucceeded: rows.every(({ hasSucceeded }) => hasSucceeded),
  };
}

/** A parent's run has ended: what waits for it is due now instead of at its next look. */
export async function wakeChildren(ctx: Ctx, parent: Child, objects: string[]): Promise<void> {
  if (objects.length === 0) return;
  await withTransaction(ctx, async (tx) => {
    const woken = await tx.$queryRaw<{ id: string }[]>`
      update sync
      set next_run_at = (select syncline_now())
      where application_id = ${parent.applicationId}::text
        and connection_id = ${parent.connectionId}::text
        and destination_id = ${parent.destinationId}::text
        and object = any(${objects}::text[])
        and status = 'active'
        and current_run_id is not null
        and lease_owner is null
      returning id`;
    await enqueueAll(
      tx,
      'run-sync',
      woken.map(({ id }) => ({ syncId: id })),
    );
  });
}
