import { z } from '@hono/zod-openapi';
import { deleteProviderConfig } from '../../../connect/delete-provider-config.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId, queryBoolean } from '../../wire/common.ts';
import { providerConfigExample } from './schema.ts';

export const deleteProviderConfigEndpoint = endpoint({
  operationId: 'deleteProviderConfig',
  method: 'delete',
  path: '/v1/provider-configs/{provider_config_id}',
  tag: 'provider-configs',
  summary: 'Delete a provider config',
  description:
    'Sync configs of the provider must be gone first. Live connections need `force`, which disconnects them; their records stay.',
  scope: 'provider_configs:write',
  params: z.strictObject({ provider_config_id: pathId('provider_config_id', 'provider config', providerConfigExample) }),
  query: z.strictObject({ force: queryBoolean('Delete although connections would be disconnected.') }),
  status: 204,
  errors: ['not_found', 'force_required', 'conflict'],
  async handle({ ctx, params, query }) {
    await deleteProviderConfig({ ctx, input: { providerConfigId: params.provider_config_id, force: query.force } });
    return undefined;
  },
});
