import { z } from '@hono/zod-openapi';
import { getConnectSession } from '../../../connect/get-connect-session.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { ConnectSession, connectSessionExample, wireConnectSession } from './schema.ts';

export const getConnectSessionEndpoint = endpoint({
  operationId: 'getConnectSession',
  method: 'get',
  path: '/v1/connect-sessions/{connect_session_id}',
  tag: 'connect-sessions',
  summary: 'Get a connect session',
  description: 'Where a connect session stands and which connection came of it.',
  scope: 'connections:read',
  params: z.strictObject({ connect_session_id: pathId('connect_session_id', 'connect session', connectSessionExample) }),
  status: 200,
  response: ConnectSession,
  errors: ['not_found'],
  handle: async ({ ctx, params }) =>
    wireConnectSession(await getConnectSession({ ctx, input: { connectSessionId: params.connect_session_id } })),
});
