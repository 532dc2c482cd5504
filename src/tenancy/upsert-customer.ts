import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { customerIdInput, nameCharsMax, text } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import { type Customer, shownCustomer } from './customer.ts';

const UpsertCustomer = z.strictObject({
  customerId: customerIdInput,
  name: text(nameCharsMax).nullish(),
});
export type UpsertCustomer = z.input<typeof UpsertCustomer>;

/** Creates the customer, or updates what is given. A deleted customer of the same id begins anew. */
export async function upsertCustomer({ ctx, input }: Args<UpsertCustomer>): Promise<Customer> {
  const { applicationId } = requireScope(ctx.actor, 'customers:write');
  const { customerId, name } = UpsertCustomer.parse(input);
  const now = ctx.clock.now();
  // One statement: two servers that greet a customer at the same moment both get it.
  const [row] = await ctx.db.prisma.$queryRaw<Customer[]>`
    insert into customer as c (application_id, id, name, created_at, updated_at)
    values (${applicationId}::text, ${customerId}::text, ${name ?? null}::text, ${now}::timestamptz, ${now}::timestamptz)
    on conflict (application_id, id) do update
    set name = case when ${name !== undefined}::bool or c.deleted_at is not null then excluded.name else c.name end,
        created_at = case when c.deleted_at is null then c.created_at else excluded.created_at end,
        updated_at = excluded.updated_at,
        deleted_at = null
    returning id, name, created_at as "createdAt", updated_at as "updatedAt"`;
  return shownCustomer(row!);
}
