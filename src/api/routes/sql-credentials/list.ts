import { z } from '@hono/zod-openapi';
import { listSqlCredentials } from '../../../access/index.ts';
import { customerIdCharsMax } from '../../../base/text.ts';
import { endpoint } from '../../endpoint.ts';
import { pageOf, pageQuery, queryText, wirePage } from '../../wire/common.ts';
import { destinationExample } from '../destinations/schema.ts';
import { SqlCredential, wireSqlCredential } from './schema.ts';

export const listSqlCredentialsEndpoint = endpoint({
  operationId: 'listSqlCredentials',
  method: 'get',
  path: '/v1/sql-credentials',
  tag: 'sql-credentials',
  summary: 'List SQL credentials',
  description: 'The SQL credentials of your application that have not been revoked, oldest first, without their passwords.',
  scope: 'sql_credentials:read',
  query: z.strictObject({
    ...pageQuery,
    destination_id: queryText('Only those of this destination.', destinationExample),
    customer_id: queryText('Only those of this customer.', 'acme', customerIdCharsMax),
  }),
  status: 200,
  response: pageOf('SqlCredentialPage', SqlCredential),
  errors: ['cursor_invalid'],
  handle: async ({ ctx, query: { cursor, page_size, destination_id, customer_id } }) =>
    wirePage(
      await listSqlCredentials({ ctx, input: { cursor, pageSize: page_size, destinationId: destination_id, customerId: customer_id } }),
      wireSqlCredential,
    ),
});
