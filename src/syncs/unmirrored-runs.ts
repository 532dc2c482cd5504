import { type Ctx, type Tx, withTransaction } from '../db/index.ts';
import { enqueue, enqueueAll } from '../queue/index.ts';

/** A job had its chance by then: its worker died, or the destination did not answer. */
const againSeconds = 60;
const queuedMax = 100;

/** The hub does not know yet what has become of a run. The note goes when it does, so that no outage of whatever length leaves a gap. */
export async function noteUnmirrored(tx: Tx, runId: string): Promise<void> {
  await tx.$executeRaw`
    insert into unmirrored_run as u (run_id, due_at)
    values (${runId}::text, syncline_now() + ${againSeconds}::int * interval '1 second')
    on conflict (run_id) do update
    set version = u.version + 1`;
  await enqueue(tx, 'mirror-run', { runId });
}

/** For the tick. Those that wait for a destination that is down come one after the other, and keep no other from its turn. */
export async function queueUnmirroredRuns({ ctx }: { ctx: Pick<Ctx, 'db'> }): Promise<number> {
  return withTransaction(ctx, async (tx) => {
    const due = await tx.$queryRaw<{ run_id: string }[]>`
      update unmirrored_run
      set due_at = syncline_now() + ${againSeconds}::int * interval '1 second'
      where run_id in (
        select run_id
        from unmirrored_run
        where due_at <= (select syncline_now())
        order by due_at
        limit ${queuedMax}::int
        for update skip locked
      )
      returning run_id`;
    await enqueueAll(
      tx,
      'mirror-run',
      due.map(({ run_id }) => ({ runId: run_id })),
    );
    return due.length;
  });
}

/** A destination is back: what waits for it is due. */
export async function wakeUnmirroredRuns(tx: Tx, { applicationId, destinationId }: { applicationId: string; destinationId: string }) {
  await tx.$executeRaw`
    update unmirrored_run u
    set due_at = (select syncline_now())
    from run r
    join sync s on s.id = r.sync_id
    where r.id = u.run_id and s.application_id = ${applicationId}::text and s.destination_id = ${destinationId}::text`;
}
