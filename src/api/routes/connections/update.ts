import { z } from '@hono/zod-openapi';
import { updateConnection } from '../../../connect/update-connection.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { RateLimitsInput } from './rate-limits.ts';
import { connectionExample, UpdatedConnection, wireConnection } from './schema.ts';

const UpdateConnection = z.strictObject({ rate_limits: RateLimitsInput.nullable().optional() }).openapi('UpdateConnection');

export const updateConnectionEndpoint = endpoint({
  operationId: 'updateConnection',
  method: 'patch',
  path: '/v1/connections/{connection_id}',
  tag: 'connections',
  summary: 'Update a connection',
  description: 'Sets your own rate limits for it, shared by all its syncs; null takes them away. Runs that wait look again at once.',
  scope: 'connections:write',
  params: z.strictObject({ connection_id: pathId('connection_id', 'connection', connectionExample) }),
  body: UpdateConnection,
  status: 200,
  response: UpdatedConnection,
  errors: ['not_found'],
  handle: async ({ ctx, params, body: { rate_limits } }) =>
    wireConnection(await updateConnection({ ctx, input: { connectionId: params.connection_id, rateLimits: rate_limits } })),
});
