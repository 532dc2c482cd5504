import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { customerIdInput } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import { type Customer, requireCustomer } from './customer.ts';

const GetCustomer = z.strictObject({ customerId: customerIdInput });
export type GetCustomer = z.input<typeof GetCustomer>;

export async function getCustomer({ ctx, input }: Args<GetCustomer>): Promise<Customer> {
  const { applicationId } = requireScope(ctx.actor, 'customers:read');
  const { customerId } = GetCustomer.parse(input);
  return requireCustomer(ctx.db.prisma, applicationId, customerId);
}
