import type { Endpoint } from '../../endpoint.ts';
import { createWebhookEndpointEndpoint } from './create.ts';
import { deleteWebhookEndpointEndpoint } from './delete.ts';
import { getWebhookEndpointEndpoint } from './get.ts';
import { listWebhookEndpointsEndpoint } from './list.ts';
import { listWebhookDeliveriesEndpoint } from './list-deliveries.ts';
import { replayWebhookEventsEndpoint } from './replay.ts';
import { retryWebhookDeliveryEndpoint } from './retry-delivery.ts';
import { rotateWebhookSecretEndpoint } from './rotate.ts';
import { testWebhookEndpointEndpoint } from './test.ts';
import { updateWebhookEndpointEndpoint } from './update.ts';

export const webhookEndpoints: readonly Endpoint[] = [
  createWebhookEndpointEndpoint,
  listWebhookEndpointsEndpoint,
  getWebhookEndpointEndpoint,
  updateWebhookEndpointEndpoint,
  deleteWebhookEndpointEndpoint,
  rotateWebhookSecretEndpoint,
  testWebhookEndpointEndpoint,
  replayWebhookEventsEndpoint,
  listWebhookDeliveriesEndpoint,
  retryWebhookDeliveryEndpoint,
];
