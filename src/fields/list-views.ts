import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { type Page, pageById, pageInput } from '../base/list.ts';
import { idInput } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import type { HubCtx } from '../hub/context.ts';
import type { HubView } from '../hub/index.ts';
import { findFieldsDestination } from './find-destination.ts';

const ListViews = z.strictObject({ ...pageInput, destinationId: idInput.optional() });
export type ListViews = z.input<typeof ListViews>;

export type View = HubView & { destinationId: string; schema: string };

/** The views of one destination, by name. */
export async function listViews({ ctx, input }: Args<ListViews, HubCtx>): Promise<Page<View>> {
  const { applicationId } = requireScope(ctx.actor, 'fields:read');
  const { destinationId, ...page } = ListViews.parse(input);
  const destination = await findFieldsDestination(ctx, { applicationId, destinationId });
  const views = await (await ctx.hubs.open(destination)).listViews();
  return pageById(
    page,
    async ({ after, take }) =>
      views
        .filter(({ name }) => after === null || name > after)
        .slice(0, take)
        .map((view) => ({ ...view, destinationId: destination.id, schema: destination.schema })),
    ({ name }) => name,
  );
}
