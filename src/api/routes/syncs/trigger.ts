import { z } from '@hono/zod-openapi';
import { triggerSync } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { Run, wireRun } from '../runs/schema.ts';
import { syncParams } from './schema.ts';

const TriggerSync = z
  .strictObject({ full: z.boolean().optional().openapi({ description: 'Read everything again.' }) })
  .openapi('TriggerSync');

export const triggerSyncEndpoint = endpoint({
  operationId: 'triggerSync',
  method: 'post',
  path: '/v1/syncs/{sync_id}:trigger',
  tag: 'syncs',
  summary: 'Trigger a sync',
  description:
    'Asks for a run now. While one is in progress the answer is that run, and exactly one more follows it, however often it was asked for.',
  scope: 'syncs:write',
  params: syncParams,
  body: TriggerSync,
  status: 200,
  response: Run,
  errors: ['not_found', 'conflict'],
  handle: async ({ ctx, params, body: { full } }) => wireRun(await triggerSync({ ctx, input: { syncId: params.sync_id, full } })),
});
