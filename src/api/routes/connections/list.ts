import { z } from '@hono/zod-openapi';
import { listConnections } from '../../../connect/list-connections.ts';
import { summarizeConnections } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pageOf, pageQuery, queryText, wirePage } from '../../wire/common.ts';
import { Connection, ConnectionStatus, wireSummarized } from './schema.ts';

export const listConnectionsEndpoint = endpoint({
  operationId: 'listConnections',
  method: 'get',
  path: '/v1/connections',
  tag: 'connections',
  summary: 'List connections',
  description: 'Oldest first. An unknown customer is not_found, so that a typing error does not look like "no connections".',
  scope: 'connections:read',
  query: z.strictObject({
    ...pageQuery,
    customer_id: queryText('Only of this customer.', 'acme', 300),
    provider: queryText('Only of this provider.', 'hubspot', 100),
    status: ConnectionStatus.optional(),
  }),
  status: 200,
  response: pageOf('ConnectionPage', Connection),
  errors: ['cursor_invalid', 'provider_unknown', 'not_found'],
  async handle({ ctx, query: { cursor, page_size, customer_id, provider, status } }) {
    const page = await listConnections({ ctx, input: { cursor, pageSize: page_size, customerId: customer_id, provider, status } });
    const summaries = await summarizeConnections({ ctx, input: { connectionIds: page.data.map(({ id }) => id) } });
    return wirePage({ ...page, data: page.data.map((connection, n) => wireSummarized(connection, summaries[n]!)) }, (wired) => wired);
  },
});
