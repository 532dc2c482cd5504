import { decideHeldDeletes } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { HeldDeletes, heldDeletesParams, wireHeldDeletes } from './schema.ts';

export const approveHeldDeletesEndpoint = endpoint({
  operationId: 'approveHeldDeletes',
  method: 'post',
  path: '/v1/held-deletes/{run_id}:approve',
  tag: 'held-deletes',
  summary: 'Approve held deletes',
  description:
    'Deletes exactly the records that the run held and that nothing has overtaken since: one that was written or met again meanwhile stays. A decision is taken once; repeating it is safe.',
  scope: 'syncs:write',
  params: heldDeletesParams,
  status: 200,
  response: HeldDeletes,
  errors: ['not_found', 'conflict', 'destination_unavailable'],
  handle: async ({ ctx, params }) =>
    wireHeldDeletes(await decideHeldDeletes({ ctx, input: { runId: params.run_id, decision: 'approve' } })),
});
