import { z } from '@hono/zod-openapi';
import { listProviders } from '../../../catalog/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pageOf, pageQuery, wirePage } from '../../wire/common.ts';
import { Provider, wireProvider } from './schema.ts';

export const listProvidersEndpoint = endpoint({
  operationId: 'listProviders',
  method: 'get',
  path: '/v1/providers',
  tag: 'providers',
  summary: 'List providers',
  description: 'The catalog: what can be connected, which objects can be read, and how.',
  scope: 'provider_configs:read',
  query: z.strictObject(pageQuery),
  status: 200,
  response: pageOf('ProviderPage', Provider),
  errors: ['cursor_invalid'],
  handle: async ({ ctx, query: { cursor, page_size } }) =>
    wirePage(await listProviders({ ctx, input: { cursor, pageSize: page_size } }), wireProvider),
});
