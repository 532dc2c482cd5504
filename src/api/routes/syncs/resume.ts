import { resumeSync } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { Sync, syncParams, wireSync } from './schema.ts';

export const resumeSyncEndpoint = endpoint({
  operationId: 'resumeSync',
  method: 'post',
  path: '/v1/syncs/{sync_id}:resume',
  tag: 'syncs',
  summary: 'Resume a sync',
  description: 'Makes a paused sync active and due now.',
  scope: 'syncs:write',
  params: syncParams,
  status: 200,
  response: Sync,
  errors: ['not_found', 'connection_not_active', 'conflict'],
  handle: async ({ ctx, params }) => wireSync(await resumeSync({ ctx, input: { syncId: params.sync_id } })),
});
