import { deleteWebhookEndpoint } from '../../../webhooks/delete-endpoint.ts';
import { endpoint } from '../../endpoint.ts';
import { endpointParams } from './schema.ts';

export const deleteWebhookEndpointEndpoint = endpoint({
  operationId: 'deleteWebhookEndpoint',
  method: 'delete',
  path: '/v1/webhook-endpoints/{webhook_endpoint_id}',
  tag: 'webhooks',
  summary: 'Delete a webhook endpoint',
  description: 'Nothing more is sent there, and its deliveries are forgotten. The log stays.',
  scope: 'webhooks:write',
  params: endpointParams,
  status: 204,
  errors: ['not_found'],
  async handle({ ctx, params }) {
    await deleteWebhookEndpoint({ ctx, input: { webhookEndpointId: params.webhook_endpoint_id } });
    return undefined;
  },
});
