import { z } from '@hono/zod-openapi';
import { getRun } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { Run, runExample, wireRun } from './schema.ts';

export const getRunEndpoint = endpoint({
  operationId: 'getRun',
  method: 'get',
  path: '/v1/runs/{run_id}',
  tag: 'runs',
  summary: 'Get a run',
  description: 'One execution of a sync with its counters.',
  scope: 'syncs:read',
  params: z.strictObject({ run_id: pathId('run_id', 'run', runExample) }),
  status: 200,
  response: Run,
  errors: ['not_found'],
  handle: async ({ ctx, params }) => wireRun(await getRun({ ctx, input: { runId: params.run_id } })),
});
