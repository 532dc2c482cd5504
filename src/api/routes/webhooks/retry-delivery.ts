import { z } from '@hono/zod-openapi';
import { retryWebhookDelivery } from '../../../webhooks/retry-delivery.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { deliveryExample, WebhookDelivery, wireDelivery } from './schema.ts';

export const retryWebhookDeliveryEndpoint = endpoint({
  operationId: 'retryWebhookDelivery',
  method: 'post',
  path: '/v1/webhook-deliveries/{webhook_delivery_id}:retry',
  tag: 'webhooks',
  summary: 'Retry a webhook delivery',
  description: 'Gives a delivery that was given up, or that waits, all its attempts again, the first of them at once.',
  scope: 'webhooks:write',
  params: z.strictObject({ webhook_delivery_id: pathId('webhook_delivery_id', 'webhook delivery', deliveryExample) }),
  status: 200,
  response: WebhookDelivery,
  errors: ['not_found', 'conflict'],
  handle: async ({ ctx, params }) =>
    wireDelivery(await retryWebhookDelivery({ ctx, input: { webhookDeliveryId: params.webhook_delivery_id } })),
});
