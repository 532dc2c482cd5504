import { z } from '@hono/zod-openapi';
import { getConnection } from '../../../connect/get-connection.ts';
import { summarizeConnections } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { Connection, connectionExample, wireSummarized } from './schema.ts';

export const getConnectionEndpoint = endpoint({
  operationId: 'getConnection',
  method: 'get',
  path: '/v1/connections/{connection_id}',
  tag: 'connections',
  summary: 'Get a connection',
  description: 'One connection, without its credentials, and how its syncs are doing.',
  scope: 'connections:read',
  params: z.strictObject({ connection_id: pathId('connection_id', 'connection', connectionExample) }),
  status: 200,
  response: Connection,
  errors: ['not_found'],
  async handle({ ctx, params: { connection_id } }) {
    const connection = await getConnection({ ctx, input: { connectionId: connection_id } });
    const [summary] = await summarizeConnections({ ctx, input: { connectionIds: [connection.id] } });
    return wireSummarized(connection, summary!);
  },
});
