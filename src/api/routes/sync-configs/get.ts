import { z } from '@hono/zod-openapi';
import { getSyncConfig } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { SyncConfig, syncConfigExample, wireSyncConfig } from './schema.ts';

export const getSyncConfigEndpoint = endpoint({
  operationId: 'getSyncConfig',
  method: 'get',
  path: '/v1/sync-configs/{sync_config_id}',
  tag: 'sync-configs',
  summary: 'Get a sync config',
  description: 'One sync config of your application.',
  scope: 'sync_configs:read',
  params: z.strictObject({ sync_config_id: pathId('sync_config_id', 'sync config', syncConfigExample) }),
  status: 200,
  response: SyncConfig,
  errors: ['not_found'],
  handle: async ({ ctx, params }) => wireSyncConfig(await getSyncConfig({ ctx, input: { syncConfigId: params.sync_config_id } })),
});
