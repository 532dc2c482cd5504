import { z } from '@hono/zod-openapi';
import { listApiKeys } from '../../../tenancy/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pageOf, pageQuery, wirePage } from '../../wire/common.ts';
import { ApiKey, wireApiKey } from './schema.ts';

export const listApiKeysEndpoint = endpoint({
  operationId: 'listApiKeys',
  method: 'get',
  path: '/v1/api-keys',
  tag: 'api-keys',
  summary: 'List API keys',
  description: 'All keys of your application, revoked ones too, oldest first.',
  scope: 'api_keys:read',
  query: z.strictObject(pageQuery),
  status: 200,
  response: pageOf('ApiKeyPage', ApiKey),
  errors: ['cursor_invalid'],
  handle: async ({ ctx, query: { cursor, page_size } }) =>
    wirePage(await listApiKeys({ ctx, input: { cursor, pageSize: page_size } }), wireApiKey),
});
