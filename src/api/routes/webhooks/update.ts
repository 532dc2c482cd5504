import { z } from '@hono/zod-openapi';
import { updateWebhookEndpoint } from '../../../webhooks/update-endpoint.ts';
import { endpoint } from '../../endpoint.ts';
import { endpointFields, endpointParams, filtersOf, WebhookEndpoint, wireEndpoint } from './schema.ts';

const UpdateWebhookEndpoint = z
  .strictObject({
    ...endpointFields,
    url: endpointFields.url.optional(),
    status: z
      .enum(['enabled', 'disabled'])
      .optional()
      .openapi({ description: 'A disabled endpoint keeps its place in the log, and goes on from there when it is enabled again.' }),
  })
  .openapi('UpdateWebhookEndpoint');

export const updateWebhookEndpointEndpoint = endpoint({
  operationId: 'updateWebhookEndpoint',
  method: 'patch',
  path: '/v1/webhook-endpoints/{webhook_endpoint_id}',
  tag: 'webhooks',
  summary: 'Update a webhook endpoint',
  description: 'What is left out stays. `filters` are replaced as a whole. A new URL, and enabling, end a pause that failures had brought.',
  scope: 'webhooks:write',
  params: endpointParams,
  body: UpdateWebhookEndpoint,
  status: 200,
  response: WebhookEndpoint,
  errors: ['not_found'],
  handle: async ({ ctx, params, body: { event_types: eventTypes, filters, ...rest } }) => {
    const input = { webhookEndpointId: params.webhook_endpoint_id, eventTypes, filters: filtersOf(filters), ...rest };
    return wireEndpoint(await updateWebhookEndpoint({ ctx, input }));
  },
});
