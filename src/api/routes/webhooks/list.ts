import { z } from '@hono/zod-openapi';
import { listWebhookEndpoints } from '../../../webhooks/list-endpoints.ts';
import { endpoint } from '../../endpoint.ts';
import { pageOf, pageQuery, wirePage } from '../../wire/common.ts';
import { WebhookEndpoint, wireEndpoint } from './schema.ts';

export const listWebhookEndpointsEndpoint = endpoint({
  operationId: 'listWebhookEndpoints',
  method: 'get',
  path: '/v1/webhook-endpoints',
  tag: 'webhooks',
  summary: 'List webhook endpoints',
  description: 'Where your application is told of events, oldest endpoint first.',
  scope: 'webhooks:read',
  query: z.strictObject(pageQuery),
  status: 200,
  response: pageOf('WebhookEndpointPage', WebhookEndpoint),
  errors: ['cursor_invalid'],
  handle: async ({ ctx, query: { cursor, page_size: pageSize } }) =>
    wirePage(await listWebhookEndpoints({ ctx, input: { cursor, pageSize } }), wireEndpoint),
});
