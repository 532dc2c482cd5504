import { z } from '@hono/zod-openapi';
import { getConnection } from '../../../connect/get-connection.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { Connection, connectionExample, wireConnection } from './schema.ts';

export const getConnectionEndpoint = endpoint({
  operationId: 'getConnection',
  method: 'get',
  path: '/v1/connections/{connection_id}',
  tag: 'connections',
  summary: 'Get a connection',
  description: 'One connection, without its credentials.',
  scope: 'connections:read',
  params: z.strictObject({ connection_id: pathId('connection_id', 'connection', connectionExample) }),
  status: 200,
  response: Connection,
  errors: ['not_found'],
  handle: async ({ ctx, params }) => wireConnection(await getConnection({ ctx, input: { connectionId: params.connection_id } })),
});
