import { z } from 'zod';
import { AppError } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import { isLasting } from '../hub/destination-failure.ts';
import type { SyncsCtx } from './context.ts';
import { parseInput } from './input.ts';
import { markRecovered, markUnavailable, secondsToProbe } from './mark-destination.ts';

const MirrorRun = z.strictObject({ runId: idInput });

/**
 * Tells the hub the end of a run that no slice of it has told: it was paused, its worker died, or it failed before it came so far. Of a
 * connection that is gone no row is made anew: a purge may have taken them. While the destination is down the run stays noted, and the
 * tick comes back to it.
 */
export async function mirrorRun({ ctx, input }: Args<unknown, SyncsCtx>): Promise<void> {
  const { runId } = parseInput(MirrorRun, input);
  const { prisma } = ctx.db;
  // The note before the run: what is told is at least as new as what was noted.
  const note = await prisma.unmirroredRun.findUnique({ where: { runId } });
  const run = await findRun(ctx, runId);
  if (run?.finishedAt && !(await isTold(ctx, run))) return;
  if (note) await prisma.unmirroredRun.deleteMany({ where: { runId, version: note.version } });
}

/** false: the destination does not answer. */
async function isTold(ctx: SyncsCtx, run: RunWithSync): Promise<boolean> {
  const { destination } = run.sync;
  const place = { applicationId: destination.applicationId, destinationId: destination.id };
  if (destination.status === 'unavailable' && (await secondsToProbe(ctx, place)) > 0) return false;
  try {
    await writeEnd(ctx, run);
  } catch (error) {
    if (!(error instanceof AppError) || destination.kind === 'hosted') throw error;
    ctx.log.warn({ err: error, destination: destination.id, run: run.id }, 'the end of a run is still to be told to its destination');
    if (isLasting(error)) await markUnavailable(ctx, place, error);
    return false;
  }
  if (destination.status === 'unavailable') await markRecovered(ctx, place);
  return true;
}

type RunWithSync = NonNullable<Awaited<ReturnType<typeof findRun>>>;

async function writeEnd({ hubs }: SyncsCtx, run: RunWithSync): Promise<void> {
  const { id: runId, connectionId, customerId } = run;
  const hub = await hubs.open(run.sync.destination);
  const connection = await hub.ensureConnection({ connectionId, customerId });
  await hub.writeRun({ ...run, runId, connection: connection.number }, { isNew: run.sync.connection.status !== 'disabled' });
}

function findRun({ db }: SyncsCtx, runId: string) {
  return db.prisma.run.findUnique({
    where: { id: runId },
    include: { sync: { include: { destination: true, connection: true } } },
  });
}
