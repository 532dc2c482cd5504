import { rotateWebhookSecret } from '../../../webhooks/rotate-secret.ts';
import { endpoint } from '../../endpoint.ts';
import { endpointParams, WebhookEndpointWithSecret, wireEndpoint } from './schema.ts';

export const rotateWebhookSecretEndpoint = endpoint({
  operationId: 'rotateWebhookSecret',
  method: 'post',
  path: '/v1/webhook-endpoints/{webhook_endpoint_id}:rotate',
  tag: 'webhooks',
  summary: 'Rotate the secret of a webhook endpoint',
  description:
    'Answers a new secret, once. For 24 hours messages carry a signature of both, so that receivers can change over; a secret that was rotated before counts no more.',
  scope: 'webhooks:write',
  params: endpointParams,
  status: 200,
  response: WebhookEndpointWithSecret,
  errors: ['not_found'],
  handle: async ({ ctx, params }) => {
    const rotated = await rotateWebhookSecret({ ctx, input: { webhookEndpointId: params.webhook_endpoint_id } });
    return { ...wireEndpoint(rotated.endpoint), secret: rotated.secret };
  },
});
