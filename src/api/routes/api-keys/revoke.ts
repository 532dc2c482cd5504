import { z } from '@hono/zod-openapi';
import { revokeApiKey } from '../../../tenancy/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { ApiKey, apiKeyExample, wireApiKey } from './schema.ts';

export const revokeApiKeyEndpoint = endpoint({
  operationId: 'revokeApiKey',
  method: 'delete',
  path: '/v1/api-keys/{api_key_id}',
  tag: 'api-keys',
  summary: 'Revoke an API key',
  description: 'Ends the key at once and for good. It stays in the list. Revoking it again changes nothing.',
  scope: 'api_keys:write',
  params: z.strictObject({ api_key_id: pathId('api_key_id', 'API key', apiKeyExample) }),
  status: 200,
  response: ApiKey,
  errors: ['not_found'],
  handle: async ({ ctx, params }) => wireApiKey(await revokeApiKey({ ctx, input: { apiKeyId: params.api_key_id } })),
});
