import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import { upsertCustomer } from '../../../tenancy/index.ts';
import { endpoint } from '../../endpoint.ts';
import { customerIdPath } from '../../wire/common.ts';
import { Customer, wireCustomer } from './schema.ts';

const UpsertCustomer = z
  .strictObject({
    name: text(200)
      .nullable()
      .optional()
      .openapi({ description: 'Your name for the customer. Left out, it stays; null removes it.', example: 'Acme Inc.' }),
  })
  .openapi('UpsertCustomer');

export const upsertCustomerEndpoint = endpoint({
  operationId: 'upsertCustomer',
  method: 'put',
  path: '/v1/customers/{customer_id}',
  tag: 'customers',
  summary: 'Create or update a customer',
  description: 'Introduces a customer by your own id, or updates what is given. Repeating it is safe.',
  scope: 'customers:write',
  params: z.strictObject({ customer_id: customerIdPath }),
  body: UpsertCustomer,
  status: 200,
  response: Customer,
  errors: [],
  handle: async ({ ctx, params, body: { name } }) =>
    wireCustomer(await upsertCustomer({ ctx, input: { customerId: params.customer_id, name } })),
});
