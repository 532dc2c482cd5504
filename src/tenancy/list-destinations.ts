import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { type Page, pageById, pageInput } from '../base/list.ts';
import type { Args } from '../db/index.ts';
import { type Destination, shownDestination } from './destination.ts';

const ListDestinations = z.strictObject(pageInput);
export type ListDestinations = z.input<typeof ListDestinations>;

export async function listDestinations({ ctx, input }: Args<ListDestinations>): Promise<Page<Destination>> {
  const { applicationId } = requireScope(ctx.actor, 'destinations:read');
  const page = await pageById(
    ListDestinations.parse(input),
    ({ after, take }) =>
      ctx.db.prisma.destination.findMany({
        where: { applicationId, ...(after === null ? {} : { id: { gt: after } }) },
        orderBy: { id: 'asc' },
        take,
      }),
    (destination) => destination.id,
  );
  return { ...page, data: page.data.map(shownDestination) };
}
