import { resetSync } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { Sync, syncParams, wireSync } from './schema.ts';

export const resetSyncEndpoint = endpoint({
  operationId: 'resetSync',
  method: 'post',
  path: '/v1/syncs/{sync_id}:reset',
  tag: 'syncs',
  summary: 'Reset a sync',
  description: 'Forgets where a sync stands: the next run reads in full. Records stay, and readers see no gap meanwhile.',
  scope: 'syncs:write',
  params: syncParams,
  status: 200,
  response: Sync,
  errors: ['not_found', 'conflict', 'destination_unavailable'],
  handle: async ({ ctx, params }) => wireSync(await resetSync({ ctx, input: { syncId: params.sync_id } })),
});
