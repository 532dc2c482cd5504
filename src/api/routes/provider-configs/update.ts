import { z } from '@hono/zod-openapi';
import { updateProviderConfig } from '../../../connect/update-provider-config.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { clientFields, ProviderConfig, providerConfigExample, wireProviderConfig } from './schema.ts';

const UpdateProviderConfig = z.strictObject(clientFields).openapi('UpdateProviderConfig');

export const updateProviderConfigEndpoint = endpoint({
  operationId: 'updateProviderConfig',
  method: 'patch',
  path: '/v1/provider-configs/{provider_config_id}',
  tag: 'provider-configs',
  summary: 'Update a provider config',
  description: 'Rotates the client or changes the scopes; what is left out stays. A new client mends a broken config.',
  scope: 'provider_configs:write',
  params: z.strictObject({ provider_config_id: pathId('provider_config_id', 'provider config', providerConfigExample) }),
  body: UpdateProviderConfig,
  status: 200,
  response: ProviderConfig,
  errors: ['not_found'],
  handle: async ({ ctx, params, body: { client_id, client_secret, hook_secret, scopes } }) =>
    wireProviderConfig(
      await updateProviderConfig({
        ctx,
        input: {
          providerConfigId: params.provider_config_id,
          clientId: client_id,
          clientSecret: client_secret,
          hookSecret: hook_secret,
          scopes,
        },
      }),
    ),
});
