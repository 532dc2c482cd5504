import { z } from '@hono/zod-openapi';
import { listFields } from '../../../fields/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pageOf, pageQuery, queryText, wirePage } from '../../wire/common.ts';
import { destinationExample } from '../destinations/schema.ts';
import { Field, wireField } from './schema.ts';

export const listFieldsEndpoint = endpoint({
  operationId: 'listFields',
  method: 'get',
  path: '/v1/fields',
  tag: 'fields',
  summary: 'List fields',
  description: 'The declared fields of your application, oldest first.',
  scope: 'fields:read',
  query: z.strictObject({
    ...pageQuery,
    provider: queryText('Only of this provider.', 'hubspot', 100),
    object: queryText('Only of this object.', 'contacts', 200),
    destination_id: queryText('Only of this destination.', destinationExample),
  }),
  status: 200,
  response: pageOf('FieldPage', Field),
  errors: ['cursor_invalid'],
  handle: async ({ ctx, query: { cursor, page_size, provider, object, destination_id } }) =>
    wirePage(await listFields({ ctx, input: { cursor, pageSize: page_size, provider, object, destinationId: destination_id } }), wireField),
});
