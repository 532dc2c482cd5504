import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import { getProvider } from '../../../catalog/index.ts';
import { endpoint } from '../../endpoint.ts';
import { Provider, wireProvider } from './schema.ts';

export const getProviderEndpoint = endpoint({
  operationId: 'getProvider',
  method: 'get',
  path: '/v1/providers/{provider}',
  tag: 'providers',
  summary: 'Get a provider',
  description: 'One provider with its objects and the strategies that each allows.',
  scope: 'provider_configs:read',
  params: z.strictObject({
    provider: text(100).openapi({ param: { name: 'provider', in: 'path' }, description: 'Its name in the catalog.', example: 'hubspot' }),
  }),
  status: 200,
  response: Provider,
  errors: ['not_found', 'provider_unknown'],
  handle: async ({ ctx, params }) => wireProvider(await getProvider({ ctx, input: { provider: params.provider } })),
});
