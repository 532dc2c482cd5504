import { decideHeldDeletes } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { HeldDeletes, heldDeletesParams, wireHeldDeletes } from './schema.ts';

export const rejectHeldDeletesEndpoint = endpoint({
  operationId: 'rejectHeldDeletes',
  method: 'post',
  path: '/v1/held-deletes/{run_id}:reject',
  tag: 'held-deletes',
  summary: 'Reject held deletes',
  description:
    'Deletes nothing. The records stay, and later reads do not propose them again until they change or are met again. A decision is taken once; repeating it is safe.',
  scope: 'syncs:write',
  params: heldDeletesParams,
  status: 200,
  response: HeldDeletes,
  errors: ['not_found', 'conflict', 'destination_unavailable'],
  handle: async ({ ctx, params }) => wireHeldDeletes(await decideHeldDeletes({ ctx, input: { runId: params.run_id, decision: 'reject' } })),
});
