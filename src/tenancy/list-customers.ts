import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { type Page, pageById, pageInput } from '../base/list.ts';
import type { Args } from '../db/index.ts';
import { type Customer, shownCustomer } from './customer.ts';

const ListCustomers = z.strictObject(pageInput);
export type ListCustomers = z.input<typeof ListCustomers>;

/** The application's customers in the order of their ids. */
export async function listCustomers({ ctx, input }: Args<ListCustomers>): Promise<Page<Customer>> {
  const { applicationId } = requireScope(ctx.actor, 'customers:read');
  const page = await pageById(
    ListCustomers.parse(input),
    ({ after, take }) =>
      ctx.db.prisma.customer.findMany({
        where: { applicationId, deletedAt: null, ...(after === null ? {} : { id: { gt: after } }) },
        orderBy: { id: 'asc' },
        take,
      }),
    (customer) => customer.id,
  );
  return { ...page, data: page.data.map(shownCustomer) };
}
