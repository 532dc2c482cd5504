import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import { createApiKey } from '../../../tenancy/index.ts';
import { endpoint } from '../../endpoint.ts';
import { NewApiKey, Scope, wireNewApiKey } from './schema.ts';

const CreateApiKey = z
  .strictObject({
    name: text(200).openapi({ description: 'Your name for it.', example: 'Production server' }),
    scopes: z
      .array(Scope)
      .min(1)
      .openapi({ description: 'What the key may do. Give no more than it needs.', example: ['customers:write', 'records:read'] }),
  })
  .openapi('CreateApiKey');

export const createApiKeyEndpoint = endpoint({
  operationId: 'createApiKey',
  method: 'post',
  path: '/v1/api-keys',
  tag: 'api-keys',
  summary: 'Create an API key',
  description:
    'A further key of your application. The key is shown in this answer and never again. A key cannot give scopes that it does not have itself.',
  scope: 'api_keys:write',
  body: CreateApiKey,
  status: 201,
  response: NewApiKey,
  errors: [],
  handle: async ({ ctx, body }) => wireNewApiKey(await createApiKey({ ctx, input: body })),
});
