import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { type Page, pageById, pageInput } from '../base/list.ts';
import { customerIdInput, text } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import { type CustomMapping, shownMapping } from './mapping.ts';

const ListMappings = z.strictObject({
  ...pageInput,
  category: text(100).optional(),
  model: text(100).optional(),
  provider: text(100).optional(),
  customerId: customerIdInput.optional(),
});
export type ListMappings = z.input<typeof ListMappings>;

/** Oldest first. */
export async function listMappings({ ctx, input }: Args<ListMappings>): Promise<Page<CustomMapping>> {
  const { applicationId } = requireScope(ctx.actor, 'mappings:read');
  const { category, model, provider, customerId, ...page } = ListMappings.parse(input);
  const where = {
    applicationId,
    ...(category === undefined ? {} : { category }),
    ...(model === undefined ? {} : { model }),
    ...(provider === undefined ? {} : { provider }),
    ...(customerId === undefined ? {} : { customerId }),
  };
  const found = await pageById(
    page,
    ({ after, take }) =>
      ctx.db.prisma.unifiedMapping.findMany({
        where: { ...where, ...(after === null ? {} : { id: { gt: after } }) },
        orderBy: { id: 'asc' },
        take,
      }),
    (row) => row.id,
  );
  return { ...found, data: found.data.map(shownMapping) };
}
