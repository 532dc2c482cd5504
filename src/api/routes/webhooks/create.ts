import { z } from '@hono/zod-openapi';
import { createWebhookEndpoint } from '../../../webhooks/create-endpoint.ts';
import { endpoint } from '../../endpoint.ts';
import { endpointFields, filtersOf, WebhookEndpointWithSecret, wireEndpoint } from './schema.ts';

const CreateWebhookEndpoint = z
  .strictObject({
    ...endpointFields,
    from: z.enum(['now', 'beginning']).optional().openapi({
      description: 'Where in the log it begins: with what happens from now on (default), or with the oldest event that is kept.',
    }),
  })
  .openapi('CreateWebhookEndpoint');

export const createWebhookEndpointEndpoint = endpoint({
  operationId: 'createWebhookEndpoint',
  method: 'post',
  path: '/v1/webhook-endpoints',
  tag: 'webhooks',
  summary: 'Create a webhook endpoint',
  description:
    'Events of your application are sent there from now on, signed as Standard Webhooks says, in the order of the log, each at least once. The answer shows the secret, once.',
  scope: 'webhooks:write',
  body: CreateWebhookEndpoint,
  status: 201,
  response: WebhookEndpointWithSecret,
  errors: ['conflict'],
  handle: async ({ ctx, body: { url, description, event_types: eventTypes, filters, payload, from } }) => {
    const input = { url, description, eventTypes, filters: filtersOf(filters), payload, from };
    const created = await createWebhookEndpoint({ ctx, input });
    return { ...wireEndpoint(created.endpoint), secret: created.secret };
  },
});
