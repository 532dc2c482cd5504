import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { pageInput, pageSizeDefault } from '../base/list.ts';
import { customerIdInput, idInput, text } from '../base/text.ts';
import { findListed, type ListedCtx } from '../catalog/index.ts';
import type { Args } from '../db/index.ts';
import type { HubCtx } from './context.ts';
import { findDestination } from './find-destination.ts';
import type { ListedPage } from './list-page.ts';

const objectCharsMax = 200;

const ListRecords = z.strictObject({
  ...pageInput,
  provider: text(objectCharsMax),
  object: text(objectCharsMax),
  customerId: customerIdInput.optional(),
  connectionId: idInput.optional(),
  /** Inclusive, compared with our synced time. Only the cursor is free of gaps. */
  modifiedAfter: z.date().optional(),
  /** A plain listing shows what is there; whoever follows changes passes true, or never hears of deletes. */
  includeDeleted: z.boolean().default(false),
});
export type ListRecords = z.input<typeof ListRecords>;

/** `body` is the whole answer as JSON text: stored records are spliced into it, never parsed. */
export type RecordsPage = ListedPage;

/** The catalog says which objects there are; the hub's floor needs nothing else of it. */
type ListRecordsCtx = HubCtx & ListedCtx;

export async function listRecords({ ctx, input }: Args<ListRecords, ListRecordsCtx>): Promise<RecordsPage> {
  const scope = requireScope(ctx.actor, 'records:read');
  const { pageSize = pageSizeDefault, ...given } = ListRecords.parse(input);
  if (scope.customerId !== undefined && given.customerId !== undefined && given.customerId !== scope.customerId)
    throw new AppError('scope_missing', "A customer token lists its own customer's records only.");
  const { object: readObject } = await findListed(ctx, scope.applicationId, given.provider, given.object);
  const filters = { ...given, customerId: scope.customerId ?? given.customerId, pageSize };
  const { destination, completeness } = await findDestination(ctx, { ...filters, applicationId: scope.applicationId, readObject });
  const hub = await ctx.hubs.open(destination);
  return hub.listPage({ ...filters, completeness });
}
