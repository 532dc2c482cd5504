import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { notFound } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import { type Destination, shownDestination } from './destination.ts';

const GetDestination = z.strictObject({ destinationId: idInput });
export type GetDestination = z.input<typeof GetDestination>;

export async function getDestination({ ctx, input }: Args<GetDestination>): Promise<Destination> {
  const { applicationId } = requireScope(ctx.actor, 'destinations:read');
  const { destinationId } = GetDestination.parse(input);
  const row = await ctx.db.prisma.destination.findUnique({ where: { applicationId_id: { applicationId, id: destinationId } } });
  if (!row) throw notFound('destination', destinationId);
  return shownDestination(row);
}
