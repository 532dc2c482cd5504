import { z } from '@hono/zod-openapi';
import { getCustomer } from '../../../tenancy/index.ts';
import { endpoint } from '../../endpoint.ts';
import { customerIdPath } from '../../wire/common.ts';
import { Customer, wireCustomer } from './schema.ts';

export const getCustomerEndpoint = endpoint({
  operationId: 'getCustomer',
  method: 'get',
  path: '/v1/customers/{customer_id}',
  tag: 'customers',
  summary: 'Get a customer',
  description: 'One customer by your own id.',
  scope: 'customers:read',
  params: z.strictObject({ customer_id: customerIdPath }),
  status: 200,
  response: Customer,
  errors: ['not_found'],
  handle: async ({ ctx, params }) => wireCustomer(await getCustomer({ ctx, input: { customerId: params.customer_id } })),
});
