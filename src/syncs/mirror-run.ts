import { z } from 'zod';
import { idInput } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import type { SyncsCtx } from './context.ts';
import { parseInput } from './input.ts';

const MirrorRun = z.strictObject({ runId: idInput });

/**
 * Tells the hub the end of a run that no slice of it has told: it was paused, its worker died, or it failed before it came so far. Of a
 * connection that is gone no row is made anew: a purge may have taken them.
 */
export async function mirrorRun({ ctx, input }: Args<unknown, SyncsCtx>): Promise<void> {
  const { runId } = parseInput(MirrorRun, input);
  const { prisma } = ctx.db;
  const run = await prisma.run.findUnique({
    where: { id: runId },
    include: { sync: { include: { destination: true, connection: true } } },
  });
  if (!run || run.finishedAt === null) return;
  const { connectionId, customerId } = run;
  const hub = await ctx.hubs.open(run.sync.destination);
  const connection = await hub.ensureConnection({ connectionId, customerId });
  await hub.writeRun({ ...run, runId, connection: connection.number }, { isNew: run.sync.connection.status !== 'disabled' });
}
