import { z } from '@hono/zod-openapi';
import { listRuns } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pageOf, pageQuery, queryText, wirePage } from '../../wire/common.ts';
import { connectionExample } from '../connections/schema.ts';
import { syncExample } from '../syncs/schema.ts';
import { Run, RunStatus, wireRun } from './schema.ts';

export const listRunsEndpoint = endpoint({
  operationId: 'listRuns',
  method: 'get',
  path: '/v1/runs',
  tag: 'runs',
  summary: 'List runs',
  description: 'The run history, newest first.',
  scope: 'syncs:read',
  query: z.strictObject({
    ...pageQuery,
    sync_id: queryText('Only of this sync.', syncExample),
    customer_id: queryText('Only of this customer.', 'acme', 300),
    connection_id: queryText('Only of this connection.', connectionExample),
    object: queryText('Only of this object.', 'contacts', 200),
    status: RunStatus.optional(),
  }),
  status: 200,
  response: pageOf('RunPage', Run),
  errors: ['cursor_invalid'],
  handle: async ({ ctx, query: { cursor, page_size, sync_id, customer_id, connection_id, object, status } }) =>
    wirePage(
      await listRuns({
        ctx,
        input: { cursor, pageSize: page_size, syncId: sync_id, customerId: customer_id, connectionId: connection_id, object, status },
      }),
      wireRun,
    ),
});
