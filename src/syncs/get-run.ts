import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { notFound } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import { parseInput } from './input.ts';
import { type Run, toRun } from './outputs.ts';

const GetRun = z.strictObject({ runId: idInput });

export async function getRun({ ctx, input }: Args): Promise<Run> {
  const { applicationId, customerId } = requireScope(ctx.actor, 'syncs:read');
  const { runId } = parseInput(GetRun, input);
  const found = await ctx.db.prisma.run.findUnique({ where: { applicationId_id: { applicationId, id: runId } } });
  if (!found || (customerId !== undefined && found.customerId !== customerId)) throw notFound('run', runId);
  return toRun(found);
}
