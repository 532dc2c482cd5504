import { z } from '@hono/zod-openapi';
import { customerIdCharsMax, text } from '../../../base/text.ts';
import { eventTypes } from '../../../events/emit.ts';
import { urlCharsMax } from '../../../webhooks/check-url.ts';
import type { WebhookDelivery as WebhookDeliveryOf } from '../../../webhooks/delivery.ts';
import type { WebhookEndpoint as WebhookEndpointOf, WebhookFilters as WebhookFiltersOf } from '../../../webhooks/endpoint.ts';
import { idField, pathId, timeField, wireTime, wireTimeOrNull } from '../../wire/common.ts';

export const endpointExample = 'whe_01k9d3v5m2q8r7s6t5v4w3x2y1';
export const deliveryExample = 'whd_01k9d3v5m2q8r7s6t5v4w3x2y1';
const eventExample = 'evt_01k9d3v5m2q8r7s6t5v4w3x2y1';

export const endpointParams = z.strictObject({ webhook_endpoint_id: pathId('webhook_endpoint_id', 'webhook endpoint', endpointExample) });

const listMax = 100;
const nameCharsMax = 200;
const names = (description: string, example: string, charsMax = nameCharsMax) =>
  z
    .array(text(charsMax))
    .min(1)
    .max(listMax)
    .optional()
    .openapi({ description, example: [example] });

const WebhookFilters = z
  .strictObject({
    customer_ids: names('Only events of these customers.', 'acme', customerIdCharsMax),
    providers: names('Only events of these providers.', 'hubspot'),
    objects: names('Only events of these objects.', 'contacts'),
  })
  .openapi('WebhookFilters', {
    description: 'Only events that say all of this about themselves: an event of no customer is not for an endpoint of some customers.',
  });

export const endpointFields = {
  url: text(urlCharsMax).openapi({
    description: 'Where events are sent: https, a public address.',
    example: 'https://example.com/webhooks',
  }),
  description: text(500).nullable().optional().openapi({ description: 'Your own words about it.', example: 'Billing' }),
  event_types: z
    .array(z.enum(eventTypes))
    .max(eventTypes.length)
    .optional()
    .openapi({ description: 'Only these types; empty: all, also those to come.', example: ['run.completed', 'records.changed'] }),
  filters: WebhookFilters.optional(),
  payload: z.enum(['event', 'records']).optional().openapi({
    description:
      '`event`: ids and counts. `records`: `records.changed` brings the records too, in parts, read at delivery and stored nowhere.',
  }),
};

const endpointShape = {
  id: idField('webhook endpoint', endpointExample),
  url: z.string().openapi({ description: 'Where events are sent.', example: 'https://example.com/webhooks' }),
  description: z.string().nullable().openapi({ description: 'Your own words about it.' }),
  event_types: z.array(z.enum(eventTypes)).openapi({ description: 'Only these types; empty: all.' }),
  filters: WebhookFilters,
  payload: z.enum(['event', 'records']).openapi({ description: 'Whether records are sent, or only what has happened to them.' }),
  status: z.enum(['enabled', 'disabled']).openapi({ description: 'Nothing is sent to a disabled endpoint; it keeps its place.' }),
  status_reason: z.string().nullable().openapi({ description: 'Why it was disabled, if you did not do it.' }),
  position: z.int().openapi({ description: "The number in your application's log that deliveries have been made up to.", example: 42 }),
  failures: z.int().openapi({ description: 'Rounds of attempts in a row that all failed; 0: it is well.', example: 0 }),
  paused_until: timeField('Nothing is sent before, because of failures or because the receiver asked for it.').nullable(),
  previous_secret_until: timeField('Until then messages are signed with the secret before this one, too.').nullable(),
  created_at: timeField('When it was created.'),
  updated_at: timeField('When it was last changed.'),
};

export const WebhookEndpoint = z.object(endpointShape).openapi('WebhookEndpoint');

export const WebhookEndpointWithSecret = z
  .object({
    ...endpointShape,
    secret: z.string().openapi({ description: 'Signs what is sent. It is shown now and never again.', example: 'whsec_…' }),
  })
  .openapi('WebhookEndpointWithSecret');

export function wireEndpoint(endpoint: WebhookEndpointOf): z.input<typeof WebhookEndpoint> {
  const { id, url, description, filters, payload, status, position, failures } = endpoint;
  return {
    ...{ id, url, description, payload, status, position, failures },
    event_types: endpoint.eventTypes,
    filters: {
      ...(filters.customerIds && { customer_ids: filters.customerIds }),
      ...(filters.providers && { providers: filters.providers }),
      ...(filters.objects && { objects: filters.objects }),
    },
    status_reason: endpoint.statusReason,
    paused_until: wireTimeOrNull(endpoint.pausedUntil),
    previous_secret_until: wireTimeOrNull(endpoint.previousSecretUntil),
    created_at: wireTime(endpoint.createdAt),
    updated_at: wireTime(endpoint.updatedAt),
  };
}

export function filtersOf(filters: z.output<typeof WebhookFilters> | undefined): WebhookFiltersOf | undefined {
  return filters && { customerIds: filters.customer_ids, providers: filters.providers, objects: filters.objects };
}

export const WebhookDelivery = z
  .object({
    id: idField('webhook delivery', deliveryExample),
    webhook_endpoint_id: idField('webhook endpoint', endpointExample),
    event_id: idField('event', eventExample),
    event_number: z.int().openapi({ description: "The event's place in your application's log.", example: 42 }),
    event_type: z.enum(eventTypes).openapi({ description: 'What the event tells of.' }),
    status: z.enum(['pending', 'succeeded', 'dead']).openapi({ description: 'dead: it was refused, or has had its attempts.' }),
    attempts: z.int().openapi({ description: 'Requests that have been made for it.', example: 1 }),
    next_attempt_at: timeField('When it is due; null: it is not pending.').nullable(),
    is_replay: z.boolean().openapi({ description: 'Whether somebody asked for it once more.' }),
    response_status: z.int().nullable().openapi({ description: 'What the receiver answered last; null: nothing.', example: 200 }),
    error: z.string().nullable().openapi({ description: 'Why no answer came.' }),
    duration_ms: z.int().nullable().openapi({ description: 'How long the last attempt took.', example: 35 }),
    created_at: timeField('When it was planned.'),
    updated_at: timeField('When it was last changed.'),
  })
  .openapi('WebhookDelivery');

export function wireDelivery(delivery: WebhookDeliveryOf): z.input<typeof WebhookDelivery> {
  const { id, status, attempts, error } = delivery;
  return {
    ...{ id, status, attempts, error },
    webhook_endpoint_id: delivery.webhookEndpointId,
    event_id: delivery.eventId,
    event_number: delivery.eventNumber,
    event_type: delivery.eventType,
    next_attempt_at: wireTimeOrNull(delivery.nextAttemptAt),
    is_replay: delivery.isReplay,
    response_status: delivery.responseStatus,
    duration_ms: delivery.durationMs,
    created_at: wireTime(delivery.createdAt),
    updated_at: wireTime(delivery.updatedAt),
  };
}
