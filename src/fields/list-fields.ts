import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { type Page, pageById, pageInput } from '../base/list.ts';
import { idInput, text } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import { type Field, shownField } from './field.ts';

const ListFields = z.strictObject({
  ...pageInput,
  provider: text(100).optional(),
  object: text(200).optional(),
  destinationId: idInput.optional(),
});
export type ListFields = z.input<typeof ListFields>;

/** Oldest first. */
export async function listFields({ ctx, input }: Args<ListFields>): Promise<Page<Field>> {
  const { applicationId } = requireScope(ctx.actor, 'fields:read');
  const { provider, object, destinationId, ...page } = ListFields.parse(input);
  const where = {
    applicationId,
    ...(provider === undefined ? {} : { provider }),
    ...(object === undefined ? {} : { object }),
    ...(destinationId === undefined ? {} : { destinationId }),
  };
  const found = await pageById(
    page,
    ({ after, take }) =>
      ctx.db.prisma.field.findMany({
        where: { ...where, ...(after === null ? {} : { id: { gt: after } }) },
        orderBy: { id: 'asc' },
        take,
      }),
    (row) => row.id,
  );
  return { ...found, data: found.data.map((row) => shownField(row)) };
}
