import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import type { ProbeReport } from '../hub/context.ts';
import type { DestinationsCtx } from './context.ts';
import { findDestinationRow } from './find-destination.ts';

const TestDestination = z.strictObject({ destinationId: idInput });
export type TestDestination = z.input<typeof TestDestination>;

/** Tries out a destination as it is saved. Changes nothing, there and here. */
export async function testDestination({ ctx, input }: Args<TestDestination, DestinationsCtx>): Promise<ProbeReport> {
  const { applicationId } = requireScope(ctx.actor, 'destinations:write');
  const { destinationId } = TestDestination.parse(input);
  const row = await findDestinationRow(ctx.db.prisma, applicationId, destinationId);
  if (row.kind !== 'postgres') throw new AppError('conflict', 'The hosted destination is ours: there is nothing of yours to test.');
  return ctx.hubs.probe(await ctx.targets.of(row), row);
}
