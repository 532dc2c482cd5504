import { AppError, notFound } from '../base/errors.ts';
import type { Tx } from '../db/index.ts';

export interface Customer {
  /** The vendor's own id. */
  id: string;
  name: string | null;
  createdAt: Date;
  updatedAt: Date;
}

export function shownCustomer({ id, name, createdAt, updatedAt }: Customer): Customer {
  return { id, name, createdAt, updatedAt };
}

/** The customer, or `not_found`; a deleted customer is not found. */
export async function requireCustomer(tx: Pick<Tx, 'customer'>, applicationId: string, customerId: string): Promise<Customer> {
  const customer = await tx.customer.findFirst({ where: { applicationId, id: customerId, deletedAt: null } });
  if (!customer) throw notFound('customer', customerId);
  return shownCustomer(customer);
}

export function connectionsInTheWay(connections: number): AppError {
  const what = connections === 1 ? '1 connection' : `${connections} connections`;
  return new AppError(
    'force_required',
    `Deleting this customer disconnects ${what} and purges all of their records. Repeat with force to do so.`,
    { details: { connections } },
  );
}
