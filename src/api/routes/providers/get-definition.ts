import { getDeclaredProvider } from '../../../catalog/index.ts';
import { endpoint } from '../../endpoint.ts';
import { DeclaredProvider, providerParams, wireDeclared } from './declared-schema.ts';

export const getProviderDefinitionEndpoint = endpoint({
  operationId: 'getProviderDefinition',
  method: 'get',
  path: '/v1/providers/{provider}/definition',
  tag: 'providers',
  summary: 'Get the definition of a declared provider',
  description: 'As it was sent, with its version. Providers of the catalog are not declared and have none here.',
  scope: 'provider_configs:read',
  params: providerParams,
  status: 200,
  response: DeclaredProvider,
  errors: ['not_found'],
  handle: async ({ ctx, params }) => wireDeclared(await getDeclaredProvider({ ctx, input: params })),
});
