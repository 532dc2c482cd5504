import { deleteDeclaredProvider } from '../../../catalog/index.ts';
import { endpoint } from '../../endpoint.ts';
import { providerParams } from './declared-schema.ts';

export const deleteProviderEndpoint = endpoint({
  operationId: 'deleteProvider',
  method: 'delete',
  path: '/v1/providers/{provider}',
  tag: 'providers',
  summary: 'Delete a declared provider',
  description: 'Refused while a provider config uses it. Records stay in the hub.',
  scope: 'provider_configs:write',
  params: providerParams,
  status: 204,
  errors: ['not_found', 'conflict'],
  async handle({ ctx, params }) {
    await deleteDeclaredProvider({ ctx, input: params });
    return undefined;
  },
});
