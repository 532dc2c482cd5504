import { z } from '@hono/zod-openapi';
import { deleteSyncConfig } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId, queryBoolean } from '../../wire/common.ts';
import { syncConfigExample } from './schema.ts';

export const deleteSyncConfigEndpoint = endpoint({
  operationId: 'deleteSyncConfig',
  method: 'delete',
  path: '/v1/sync-configs/{sync_config_id}',
  tag: 'sync-configs',
  summary: 'Delete a sync config',
  description: 'Its syncs and their run history go with it, which needs `force`; the records stay.',
  scope: 'sync_configs:write',
  params: z.strictObject({ sync_config_id: pathId('sync_config_id', 'sync config', syncConfigExample) }),
  query: z.strictObject({ force: queryBoolean('Delete although syncs go with it.') }),
  status: 204,
  errors: ['not_found', 'force_required', 'conflict'],
  async handle({ ctx, params, query }) {
    await deleteSyncConfig({ ctx, input: { syncConfigId: params.sync_config_id, force: query.force } });
    return undefined;
  },
});
