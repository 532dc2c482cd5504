import { z } from '@hono/zod-openapi';
import { testWebhookEndpoint } from '../../../webhooks/send-test.ts';
import { endpoint } from '../../endpoint.ts';
import { idField } from '../../wire/common.ts';
import { endpointParams } from './schema.ts';

const TestedWebhookEndpoint = z.object({ event_id: idField('event', 'evt_01k9d3v5m2q8r7s6t5v4w3x2y1') }).openapi('TestedWebhookEndpoint');

export const testWebhookEndpointEndpoint = endpoint({
  operationId: 'testWebhookEndpoint',
  method: 'post',
  path: '/v1/webhook-endpoints/{webhook_endpoint_id}:test',
  tag: 'webhooks',
  summary: 'Send a test event',
  description:
    'Puts a `webhook.test` into the log, which is sent to this endpoint alone, whatever its types and filters. See `/v1/webhook-deliveries?event_id=…` for what became of it.',
  scope: 'webhooks:write',
  params: endpointParams,
  status: 200,
  response: TestedWebhookEndpoint,
  errors: ['not_found', 'conflict'],
  handle: async ({ ctx, params }) => {
    const { eventId } = await testWebhookEndpoint({ ctx, input: { webhookEndpointId: params.webhook_endpoint_id } });
    return { event_id: eventId };
  },
});
