import { z } from '@hono/zod-openapi';
import { listDestinations } from '../../../tenancy/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pageOf, pageQuery, wirePage } from '../../wire/common.ts';
import { Destination, wireDestination } from './schema.ts';

export const listDestinationsEndpoint = endpoint({
  operationId: 'listDestinations',
  method: 'get',
  path: '/v1/destinations',
  tag: 'destinations',
  summary: 'List destinations',
  description: 'The destinations of your application, oldest first; the hosted one is always there.',
  scope: 'destinations:read',
  query: z.strictObject(pageQuery),
  status: 200,
  response: pageOf('DestinationPage', Destination),
  errors: ['cursor_invalid'],
  handle: async ({ ctx, query: { cursor, page_size } }) =>
    wirePage(await listDestinations({ ctx, input: { cursor, pageSize: page_size } }), wireDestination),
});
