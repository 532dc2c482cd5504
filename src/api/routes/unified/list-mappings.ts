import { z } from '@hono/zod-openapi';
import { listMappings } from '../../../unified/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pageOf, pageQuery, queryText, wirePage } from '../../wire/common.ts';
import { UnifiedMapping, wireMapping } from './schema.ts';

export const listMappingsEndpoint = endpoint({
  operationId: 'listMappings',
  method: 'get',
  path: '/v1/unified-mappings',
  tag: 'unified',
  summary: 'List mappings',
  description: 'The custom fields that your application declares, oldest first.',
  scope: 'mappings:read',
  query: z.strictObject({
    ...pageQuery,
    category: queryText('Only of this category.', 'crm', 100),
    model: queryText('Only of this model.', 'contact', 100),
    provider: queryText('Only of this provider.', 'hubspot', 100),
    customer_id: queryText('Only those of this customer alone.', 'acme', 300),
  }),
  status: 200,
  response: pageOf('UnifiedMappingPage', UnifiedMapping),
  errors: ['cursor_invalid'],
  handle: async ({ ctx, query: { page_size: pageSize, customer_id: customerId, ...rest } }) =>
    wirePage(await listMappings({ ctx, input: { ...rest, pageSize, customerId } }), wireMapping),
});
