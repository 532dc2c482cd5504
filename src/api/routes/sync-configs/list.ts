import { z } from '@hono/zod-openapi';
import { listSyncConfigs } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pageOf, pageQuery, queryText, wirePage } from '../../wire/common.ts';
import { SyncConfig, wireSyncConfig } from './schema.ts';

export const listSyncConfigsEndpoint = endpoint({
  operationId: 'listSyncConfigs',
  method: 'get',
  path: '/v1/sync-configs',
  tag: 'sync-configs',
  summary: 'List sync configs',
  description: 'The sync configs of your application, oldest first.',
  scope: 'sync_configs:read',
  query: z.strictObject({ ...pageQuery, provider: queryText('Only of this provider.', 'hubspot', 100) }),
  status: 200,
  response: pageOf('SyncConfigPage', SyncConfig),
  errors: ['cursor_invalid'],
  handle: async ({ ctx, query: { cursor, page_size, provider } }) =>
    wirePage(await listSyncConfigs({ ctx, input: { cursor, pageSize: page_size, provider } }), wireSyncConfig),
});
