import type { AppError } from '../base/errors.ts';
import { type Ctx, withTransaction } from '../db/index.ts';
import { emit } from '../events/emit.ts';
import { enqueueAll } from '../queue/index.ts';
import { wakeUnmirroredRuns } from './unmirrored-runs.ts';

interface Place {
  applicationId: string;
  destinationId: string;
}

/** Syncs that are queued at once when a destination has recovered; the tick finds the others. */
const wokenMax = 500;

/**
 * Notes that a vendor's own database cannot be used: said once, however many syncs notice. The hosted destination is not
 * marked: it stands on the control plane's own server, and is down together with it.
 */
export async function markUnavailable(ctx: Ctx, { applicationId, destinationId }: Place, failure: AppError): Promise<void> {
  const reason = String(failure.details?.reason ?? failure.code);
  await withTransaction(ctx, async (tx) => {
    const now = ctx.clock.now();
    const { count } = await tx.destination.updateMany({
      where: { applicationId, id: destinationId, kind: 'postgres', status: { not: 'unavailable' } },
      data: { status: 'unavailable', statusReason: failure.message, statusChangedAt: now },
    });
    if (count === 0) return;
    await putOff(tx, { applicationId, destinationId });
    await emit(tx, ctx.clock, { applicationId, type: 'destination.unavailable', data: { destination_id: destinationId, reason } });
  });
}

/** Something was written again. Runs that failed for the destination's sake, or wait for it, are due at once; who waits for something else looks again. */
export async function markRecovered(ctx: Ctx, { applicationId, destinationId }: Place): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    const now = ctx.clock.now();
    const { count } = await tx.destination.updateMany({
      where: { applicationId, id: destinationId, status: 'unavailable' },
      data: { status: 'active', statusReason: null, statusChangedAt: now },
    });
    if (count === 0) return;
    await tx.$executeRaw`
      update destination_load
      set free_at = (select syncline_now())
      where application_id = ${applicationId}::text and destination_id = ${destinationId}::text`;
    const woken = await tx.$queryRaw<{ id: string }[]>`
      update sync s
      set next_run_at = (select syncline_now())
      where s.application_id = ${applicationId}::text
        and s.destination_id = ${destinationId}::text
        and s.status = 'active'
        and s.lease_owner is null
        and s.next_run_at > (select syncline_now())
        and (s.health = 'delayed'
             or s.health = 'failed'
                and 'destination_unavailable' = (select r.error_code from run r where r.sync_id = s.id order by r.created_at desc limit 1))
      returning s.id`;
    await enqueueAll(
      tx,
      'run-sync',
      woken.slice(0, wokenMax).map(({ id }) => ({ syncId: id })),
    );
    await wakeUnmirroredRuns(tx, { applicationId, destinationId });
    await emit(tx, ctx.clock, { applicationId, type: 'destination.recovered', data: { destination_id: destinationId } });
  });
}

/** While a destination is unavailable one sync in so many seconds looks whether it answers again. */
const probeSeconds = 30;

async function putOff(tx: Pick<Ctx['db']['prisma'], '$executeRaw'>, { applicationId, destinationId }: Place): Promise<void> {
  await tx.$executeRaw`
    insert into destination_load as l (application_id, destination_id, free_at)
    values (${applicationId}::text, ${destinationId}::text, syncline_now() + ${probeSeconds}::int * interval '1 second')
    on conflict (destination_id) do update
    set free_at = greatest(l.free_at, excluded.free_at)`;
}

/**
 * Seconds until this sync may try an unavailable destination again. 0: it is the one that tries now, and the next one comes
 * `probeSeconds` later, whether this one comes back or not.
 */
export async function secondsToProbe(ctx: Pick<Ctx, 'db'>, { applicationId, destinationId }: Place): Promise<number> {
  const [row] = await ctx.db.prisma.$queryRaw<{ is_taken: boolean; seconds: number }[]>`
    with taken as (
      update destination_load
      set free_at = syncline_now() + ${probeSeconds}::int * interval '1 second'
      where application_id = ${applicationId}::text
        and destination_id = ${destinationId}::text
        and free_at <= (select syncline_now())
      returning destination_id
    )
    select exists (select from taken) as is_taken, extract(epoch from free_at - syncline_now())::float8 as seconds
    from destination_load
    where application_id = ${applicationId}::text and destination_id = ${destinationId}::text`;
  if (!row || row.is_taken) return 0;
  // Somebody else took it while this statement waited for the row: what it sees is from before.
  return row.seconds > 0 ? row.seconds : probeSeconds;
}
