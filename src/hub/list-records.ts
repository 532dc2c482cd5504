import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError, notFound } from '../base/errors.ts';
import { pageInput, pageSizeDefault } from '../base/list.ts';
import { customerIdInput, idInput, text } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import type { DestinationRef, HubCtx } from './context.ts';
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
type ListRecordsCtx = HubCtx & { catalog: { listed(provider: string, object: string): { object: string } } };

export async function listRecords({ ctx, input }: Args<ListRecords, ListRecordsCtx>): Promise<RecordsPage> {
  const scope = requireScope(ctx.actor, 'records:read');
  const { pageSize = pageSizeDefault, ...given } = ListRecords.parse(input);
  if (scope.customerId !== undefined && given.customerId !== undefined && given.customerId !== scope.customerId)
    throw new AppError('scope_missing', "A customer token lists its own customer's records only.");
  ctx.catalog.listed(given.provider, given.object);
  const filters = { ...given, customerId: scope.customerId ?? given.customerId, pageSize };
  const hub = await ctx.hubs.open(await findDestination(ctx, scope.applicationId, filters));
  return hub.listPage(filters);
}

/** One look at the control plane: customer and connection must be the application's, and the provider's records lie in one hub. */
async function findDestination(
  { db }: ListRecordsCtx,
  applicationId: string,
  filters: { customerId?: string | undefined; connectionId?: string | undefined; provider: string },
): Promise<DestinationRef> {
  // By the pool itself: this stands before every page, and Prisma's way to a row costs as much as a fifth of the page.
  const { rows } = await db.pool.query<DestinationRef & { hasCustomer: boolean; hasConnection: boolean }>({
    name: 'find_destination_of_records',
    text: `
      select d.id,
             d.application_id as "applicationId",
             d.kind,
             d.schema,
             $2::text is null
               or exists (select from customer c
                          where c.application_id = d.application_id and c.id = $2::text and c.deleted_at is null) as "hasCustomer",
             $3::text is null
               or exists (select from connection c
                          join customer u on u.application_id = c.application_id and u.id = c.customer_id and u.deleted_at is null
                          where c.application_id = d.application_id and c.id = $3::text
                            and ($2::text is null or c.customer_id = $2::text)) as "hasConnection"
      from destination d
      where d.application_id = $1::text
      order by exists (select from sync_config s
                       where s.application_id = d.application_id and s.destination_id = d.id and s.provider = $4::text) desc,
               d.created_at
      limit 1`,
    values: [applicationId, filters.customerId ?? null, filters.connectionId ?? null, filters.provider],
  });
  const row = rows[0];
  if (!row) throw notFound('destination', applicationId);
  if (!row.hasCustomer) throw notFound('customer', filters.customerId ?? '');
  if (!row.hasConnection) throw notFound('connection', filters.connectionId ?? '');
  return row;
}
