import { z } from '@hono/zod-openapi';
import { listSyncs } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pageOf, pageQuery, queryText, wirePage } from '../../wire/common.ts';
import { connectionExample } from '../connections/schema.ts';
import { syncConfigExample } from '../sync-configs/schema.ts';
import { Sync, SyncHealth, SyncStatus, wireSync } from './schema.ts';

export const listSyncsEndpoint = endpoint({
  operationId: 'listSyncs',
  method: 'get',
  path: '/v1/syncs',
  tag: 'syncs',
  summary: 'List syncs',
  description: 'Oldest first.',
  scope: 'syncs:read',
  query: z.strictObject({
    ...pageQuery,
    customer_id: queryText('Only of this customer.', 'acme', 300),
    connection_id: queryText('Only of this connection.', connectionExample),
    sync_config_id: queryText('Only of this sync config.', syncConfigExample),
    provider: queryText('Only of this provider.', 'hubspot', 100),
    object: queryText('Only of this object.', 'contacts', 200),
    status: SyncStatus.optional(),
    health: SyncHealth.optional(),
  }),
  status: 200,
  response: pageOf('SyncPage', Sync),
  errors: ['cursor_invalid'],
  handle: async ({ ctx, query: { cursor, page_size, customer_id, connection_id, sync_config_id, ...filters } }) =>
    wirePage(
      await listSyncs({
        ctx,
        input: {
          cursor,
          pageSize: page_size,
          customerId: customer_id,
          connectionId: connection_id,
          syncConfigId: sync_config_id,
          ...filters,
        },
      }),
      wireSync,
    ),
});
