import { z } from '@hono/zod-openapi';
import { listProviderConfigs } from '../../../connect/list-provider-configs.ts';
import { endpoint } from '../../endpoint.ts';
import { pageOf, pageQuery, queryText, wirePage } from '../../wire/common.ts';
import { ProviderConfig, wireProviderConfig } from './schema.ts';

export const listProviderConfigsEndpoint = endpoint({
  operationId: 'listProviderConfigs',
  method: 'get',
  path: '/v1/provider-configs',
  tag: 'provider-configs',
  summary: 'List provider configs',
  description: 'The provider configs of your application, oldest first.',
  scope: 'provider_configs:read',
  query: z.strictObject({ ...pageQuery, provider: queryText('Only of this provider.', 'hubspot', 100) }),
  status: 200,
  response: pageOf('ProviderConfigPage', ProviderConfig),
  errors: ['cursor_invalid', 'provider_unknown'],
  handle: async ({ ctx, query: { cursor, page_size, provider } }) =>
    wirePage(await listProviderConfigs({ ctx, input: { cursor, pageSize: page_size, provider } }), wireProviderConfig),
});
