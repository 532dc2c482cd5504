import { getCheckpoint } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { Checkpoint, syncParams, wireCheckpoint } from './schema.ts';

export const getCheckpointEndpoint = endpoint({
  operationId: 'getCheckpoint',
  method: 'get',
  path: '/v1/syncs/{sync_id}/checkpoint',
  tag: 'syncs',
  summary: 'Get a checkpoint',
  description: 'Where a sync stands, as committed together with its records.',
  scope: 'syncs:read',
  params: syncParams,
  status: 200,
  response: Checkpoint,
  errors: ['not_found', 'destination_unavailable'],
  handle: async ({ ctx, params }) => wireCheckpoint(await getCheckpoint({ ctx, input: { syncId: params.sync_id } })),
});
