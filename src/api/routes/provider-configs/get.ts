import { z } from '@hono/zod-openapi';
import { getProviderConfig } from '../../../connect/get-provider-config.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { ProviderConfig, providerConfigExample, wireProviderConfig } from './schema.ts';

export const getProviderConfigEndpoint = endpoint({
  operationId: 'getProviderConfig',
  method: 'get',
  path: '/v1/provider-configs/{provider_config_id}',
  tag: 'provider-configs',
  summary: 'Get a provider config',
  description: 'One provider config, without its secret.',
  scope: 'provider_configs:read',
  params: z.strictObject({ provider_config_id: pathId('provider_config_id', 'provider config', providerConfigExample) }),
  status: 200,
  response: ProviderConfig,
  errors: ['not_found'],
  handle: async ({ ctx, params }) =>
    wireProviderConfig(await getProviderConfig({ ctx, input: { providerConfigId: params.provider_config_id } })),
});
