import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { pageInput, pageSizeDefault } from '../base/list.ts';
import { text } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import type { ListableHub } from './context.ts';
import type { ListedPage } from './list-page.ts';
import { filterCharsMax, parseFilter } from './listing/filters.ts';
import { type ListedRecordsCtx, listedInput, openListed } from './open-listed.ts';

export const listRecordsInput = z.strictObject({
  ...listedInput,
  ...pageInput,
  /** Inclusive, compared with our synced time. Only the cursor is free of gaps. */
  modifiedAfter: z.date().optional(),
  /** On declared fields, as JSON text. */
  filter: text(filterCharsMax).optional(),
  /** Whether to count what the filters let through. */
  count: z.boolean().default(false),
});
export type ListRecords = z.input<typeof listRecordsInput>;

/** `body` is the whole answer as JSON text: stored records are spliced into it, never parsed. */
export type RecordsPage = ListedPage;

export async function listRecords({ ctx, input }: Args<ListRecords, ListedRecordsCtx>): Promise<RecordsPage> {
  requireScope(ctx.actor, 'records:read');
  return (await readListed(ctx, listRecordsInput.parse(input))).page;
}

/** A page, and the hub that it came from. */
export async function readListed(
  ctx: ListedRecordsCtx,
  given: z.output<typeof listRecordsInput>,
): Promise<{ page: RecordsPage; hub: ListableHub; applicationId: string }> {
  const { pageSize = pageSizeDefault, fields: shown, filter, count: counts, ...rest } = given;
  const fields = filter === undefined ? undefined : parseFilter(filter);
  const { hub, completeness, customerId, applicationId } = await openListed(ctx, given);
  const page = await hub.listPage({ ...rest, customerId, pageSize, shown, fields, counts, completeness });
  return { page, hub, applicationId };
}
