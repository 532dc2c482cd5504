import { getWebhookEndpoint } from '../../../webhooks/get-endpoint.ts';
import { endpoint } from '../../endpoint.ts';
import { endpointParams, WebhookEndpoint, wireEndpoint } from './schema.ts';

export const getWebhookEndpointEndpoint = endpoint({
  operationId: 'getWebhookEndpoint',
  method: 'get',
  path: '/v1/webhook-endpoints/{webhook_endpoint_id}',
  tag: 'webhooks',
  summary: 'Get a webhook endpoint',
  description: 'Where it stands in the log, and whether it is well.',
  scope: 'webhooks:read',
  params: endpointParams,
  status: 200,
  response: WebhookEndpoint,
  errors: ['not_found'],
  handle: async ({ ctx, params }) =>
    wireEndpoint(await getWebhookEndpoint({ ctx, input: { webhookEndpointId: params.webhook_endpoint_id } })),
});
