import { z } from '@hono/zod-openapi';
import { listViews } from '../../../fields/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pageOf, pageQuery, queryText, wirePage } from '../../wire/common.ts';
import { destinationExample } from '../destinations/schema.ts';
import { View, wireView } from './schema.ts';

export const listViewsEndpoint = endpoint({
  operationId: 'listViews',
  method: 'get',
  path: '/v1/views',
  tag: 'views',
  summary: 'List views',
  description:
    'The views that stand beside the tables of a destination: live records of each object with their fields by name, and unified models across providers.',
  scope: 'fields:read',
  query: z.strictObject({
    ...pageQuery,
    destination_id: queryText('Of this destination; default: the hosted one.', destinationExample),
  }),
  status: 200,
  response: pageOf('ViewPage', View),
  errors: ['cursor_invalid', 'not_found', 'destination_unavailable'],
  handle: async ({ ctx, query: { cursor, page_size, destination_id } }) =>
    wirePage(await listViews({ ctx, input: { cursor, pageSize: page_size, destinationId: destination_id } }), wireView),
});
