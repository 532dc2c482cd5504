import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import {
  connectSessionSecondsDefault,
  connectSessionSecondsMax,
  connectSessionSecondsMin,
  createConnectSession,
} from '../../../connect/create-connect-session.ts';
import { endpoint } from '../../endpoint.ts';
import { customerIdInput } from '../../wire/common.ts';
import { NewConnectSession, wireConnectSession } from './schema.ts';

const CreateConnectSession = z
  .strictObject({
    customer_id: customerIdInput,
    provider: text(100).openapi({ description: 'What to connect.', example: 'hubspot' }),
    return_url: text(2000).optional().openapi({
      description: "Where the customer goes afterwards; one of your application's return URLs.",
      example: 'https://app.example.com/integrations',
    }),
    origin: text(2000).optional().openapi({
      description: "The origin of your page that opens the popup; one of your application's origins.",
      example: 'https://app.example.com',
    }),
    connection_id: text(64).optional().openapi({ description: 'Authorise this connection again instead of making one.' }),
    expires_in_seconds: z
      .int()
      .min(connectSessionSecondsMin)
      .max(connectSessionSecondsMax)
      .optional()
      .openapi({ description: `Life of the session; default ${connectSessionSecondsDefault}.` }),
  })
  .openapi('CreateConnectSession');

export const createConnectSessionEndpoint = endpoint({
  operationId: 'createConnectSession',
  method: 'post',
  path: '/v1/connect-sessions',
  tag: 'connect-sessions',
  summary: 'Create a connect session',
  description:
    'Permission for one customer to connect one provider. Opening the page does not use it up, the completed connection does. Made by your server; its URL is for this customer alone.',
  scope: 'connections:write',
  body: CreateConnectSession,
  status: 201,
  response: NewConnectSession,
  errors: ['provider_unknown', 'return_url_not_allowed', 'not_found', 'conflict'],
  async handle({ ctx, body }) {
    const session = await createConnectSession({
      ctx,
      input: {
        customerId: body.customer_id,
        provider: body.provider,
        returnUrl: body.return_url,
        origin: body.origin,
        connectionId: body.connection_id,
        expiresInSeconds: body.expires_in_seconds,
      },
    });
    return { ...wireConnectSession(session), url: session.url };
  },
});
