import { pauseSync } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { Sync, syncParams, wireSync } from './schema.ts';

export const pauseSyncEndpoint = endpoint({
  operationId: 'pauseSync',
  method: 'post',
  path: '/v1/syncs/{sync_id}:pause',
  tag: 'syncs',
  summary: 'Pause a sync',
  description: 'Stops a sync until somebody resumes it; reconnecting does not. A run in progress ends, its progress is kept.',
  scope: 'syncs:write',
  params: syncParams,
  status: 200,
  response: Sync,
  errors: ['not_found'],
  handle: async ({ ctx, params }) => wireSync(await pauseSync({ ctx, input: { syncId: params.sync_id } })),
});
