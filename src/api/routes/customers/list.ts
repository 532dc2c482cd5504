import { z } from '@hono/zod-openapi';
import { listCustomers } from '../../../tenancy/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pageOf, pageQuery, wirePage } from '../../wire/common.ts';
import { Customer, wireCustomer } from './schema.ts';

export const listCustomersEndpoint = endpoint({
  operationId: 'listCustomers',
  method: 'get',
  path: '/v1/customers',
  tag: 'customers',
  summary: 'List customers',
  description: 'Your customers in the order of their ids.',
  scope: 'customers:read',
  query: z.strictObject(pageQuery),
  status: 200,
  response: pageOf('CustomerPage', Customer),
  errors: ['cursor_invalid'],
  handle: async ({ ctx, query: { cursor, page_size } }) =>
    wirePage(await listCustomers({ ctx, input: { cursor, pageSize: page_size } }), wireCustomer),
});
