import { z } from '@hono/zod-openapi';
import { refreshSyncConfig } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { SyncConfig, syncConfigExample, wireSyncConfig } from './schema.ts';

export const refreshSyncConfigEndpoint = endpoint({
  operationId: 'refreshSyncConfig',
  method: 'post',
  path: '/v1/sync-configs/{sync_config_id}:refresh',
  tag: 'sync-configs',
  summary: 'Refresh a sync config',
  description:
    'Looks at what the provider offers by now. New objects are synced as the catalog recommends where `new_objects` is `include`, and told in `newly_offered` where it is `list`. The same happens when a process starts to work and when a declared provider changes.',
  scope: 'sync_configs:write',
  params: z.strictObject({ sync_config_id: pathId('sync_config_id', 'sync config', syncConfigExample) }),
  status: 200,
  response: SyncConfig,
  errors: ['not_found', 'provider_unknown', 'conflict'],
  handle: async ({ ctx, params }) => wireSyncConfig(await refreshSyncConfig({ ctx, input: { syncConfigId: params.sync_config_id } })),
});
