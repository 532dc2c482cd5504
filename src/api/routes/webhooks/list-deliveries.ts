import { z } from '@hono/zod-openapi';
import { listWebhookDeliveries } from '../../../webhooks/list-deliveries.ts';
import { endpoint } from '../../endpoint.ts';
import { pageOf, pageQuery, queryText, wirePage } from '../../wire/common.ts';
import { endpointExample, WebhookDelivery, wireDelivery } from './schema.ts';

export const listWebhookDeliveriesEndpoint = endpoint({
  operationId: 'listWebhookDeliveries',
  method: 'get',
  path: '/v1/webhook-deliveries',
  tag: 'webhooks',
  summary: 'List webhook deliveries',
  description: 'What was sent, what waits and what was given up, newest first. What was sent itself is not kept.',
  scope: 'webhooks:read',
  query: z.strictObject({
    ...pageQuery,
    webhook_endpoint_id: queryText('Only deliveries to this endpoint.', endpointExample),
    event_id: queryText('Only deliveries of this event.', 'evt_01k9d3v5m2q8r7s6t5v4w3x2y1'),
    status: z.enum(['pending', 'succeeded', 'dead']).optional().openapi({ description: 'Only these.', example: 'dead' }),
  }),
  status: 200,
  response: pageOf('WebhookDeliveryPage', WebhookDelivery),
  errors: ['cursor_invalid'],
  handle: async ({ ctx, query }) => {
    const { cursor, page_size: pageSize, webhook_endpoint_id: webhookEndpointId, event_id: eventId, status } = query;
    return wirePage(await listWebhookDeliveries({ ctx, input: { cursor, pageSize, webhookEndpointId, eventId, status } }), wireDelivery);
  },
});
