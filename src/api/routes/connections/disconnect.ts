import { z } from '@hono/zod-openapi';
import { disconnectConnection } from '../../../connect/disconnect-connection.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { connectionExample, DisconnectedConnection, wireConnection } from './schema.ts';

const DisconnectConnection = z
  .strictObject({
    purge: z.boolean().optional().openapi({ description: "Also empties the connection's records, everywhere. Needs `force`." }),
    force: z.boolean().optional().openapi({ description: 'Yes, purge.' }),
  })
  .openapi('DisconnectConnection');

export const disconnectConnectionEndpoint = endpoint({
  operationId: 'disconnectConnection',
  method: 'post',
  path: '/v1/connections/{connection_id}:disconnect',
  tag: 'connections',
  summary: 'Disconnect a connection',
  description:
    'Forgets the credentials, stops the syncs, and asks the provider to revoke the grant. Records stay unless purged. Repeating it is safe.',
  scope: 'connections:write',
  params: z.strictObject({ connection_id: pathId('connection_id', 'connection', connectionExample) }),
  body: DisconnectConnection,
  status: 200,
  response: DisconnectedConnection,
  errors: ['not_found', 'force_required'],
  async handle({ ctx, params, body: { purge, force } }) {
    const disconnected = await disconnectConnection({ ctx, input: { connectionId: params.connection_id, purge, force } });
    return { ...wireConnection(disconnected), revocation: disconnected.revocation };
  },
});
