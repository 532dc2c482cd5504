import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { notFound } from '../base/errors.ts';
import { type Page, pageById, pageInput } from '../base/list.ts';
import { customerIdInput } from '../base/text.ts';
import { findProvider } from '../catalog/index.ts';
import type { Args } from '../db/index.ts';
import { requireCustomer } from '../tenancy/index.ts';
import { type Connection, connectionStatuses, viewConnection } from './connection.ts';
import type { ConnectCtx } from './context.ts';

export const ListConnections = z.strictObject({
  ...pageInput,
  customerId: customerIdInput.optional(),
  provider: z.string().max(100).optional(),
  status: z.enum(connectionStatuses).optional(),
});
export type ListConnections = z.input<typeof ListConnections>;

/** An unknown customer is `not_found` and an unknown provider is refused: a typing error must not look like "no connections". */
export async function listConnections({ ctx, input }: Args<ListConnections, ConnectCtx>): Promise<Page<Connection>> {
  const { applicationId, customerId: own } = requireScope(ctx.actor, 'connections:read');
  const { customerId: asked, provider, status, ...page } = ListConnections.parse(input);
  if (own !== undefined && asked !== undefined && asked !== own) throw notFound('customer', asked);
  const customerId = own ?? asked;
  if (provider !== undefined) await findProvider(ctx, applicationId, provider);
  if (customerId !== undefined) await requireCustomer(ctx.db.prisma, applicationId, customerId);
  const found = await pageById(
    page,
    ({ after, take }) =>
      ctx.db.prisma.connection.findMany({
        where: {
          applicationId,
          ...(customerId !== undefined && { customerId }),
          ...(provider !== undefined && { provider }),
          ...(status !== undefined && { status }),
          ...(after !== null && { id: { gt: after } }),
        },
        orderBy: { id: 'asc' },
        take,
      }),
    (row) => row.id,
  );
  return { ...found, data: found.data.map(viewConnection) };
}
