import { getSync } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { Sync, syncParams, wireSync } from './schema.ts';

export const getSyncEndpoint = endpoint({
  operationId: 'getSync',
  method: 'get',
  path: '/v1/syncs/{sync_id}',
  tag: 'syncs',
  summary: 'Get a sync',
  description: 'One sync with its schedule and health.',
  scope: 'syncs:read',
  params: syncParams,
  status: 200,
  response: Sync,
  errors: ['not_found'],
  handle: async ({ ctx, params }) => wireSync(await getSync({ ctx, input: { syncId: params.sync_id } })),
});
