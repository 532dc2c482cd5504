import { z } from '@hono/zod-openapi';
import { deleteCustomer } from '../../../tenancy/index.ts';
import { endpoint } from '../../endpoint.ts';
import { customerIdPath, queryBoolean } from '../../wire/common.ts';

export const deleteCustomerEndpoint = endpoint({
  operationId: 'deleteCustomer',
  method: 'delete',
  path: '/v1/customers/{customer_id}',
  tag: 'customers',
  summary: 'Delete a customer',
  description:
    'A customer with connections needs `force`: they are disconnected and their records purged. Without it the answer says how many there are.',
  scope: 'customers:write',
  params: z.strictObject({ customer_id: customerIdPath }),
  query: z.strictObject({ force: queryBoolean('Delete although connections and records go with the customer.') }),
  status: 204,
  errors: ['not_found', 'force_required', 'conflict'],
  async handle({ ctx, params, query }) {
    await deleteCustomer({ ctx, input: { customerId: params.customer_id, force: query.force ?? false } });
    return undefined;
  },
});
