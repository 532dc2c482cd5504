import { z } from '@hono/zod-openapi';
import { eventTypes } from '../../../events/emit.ts';
import { replayEventsMax, replayWebhookEvents } from '../../../webhooks/replay.ts';
import { endpoint } from '../../endpoint.ts';
import { timeField } from '../../wire/common.ts';
import { endpointParams } from './schema.ts';

const numberField = (description: string) => z.int().min(1).optional().openapi({ description, example: 42 });

const ReplayWebhookEvents = z
  .strictObject({
    from_number: numberField('The first number of the log. Give either this or `from_time`.'),
    from_time: timeField('Everything behind the first event of then or later. Give either this or `from_number`.').optional(),
    to_number: numberField('The last number, inclusive; left out: up to the newest event.'),
    types: z.array(z.enum(eventTypes)).min(1).max(eventTypes.length).optional().openapi({ description: 'Only these types.' }),
  })
  .openapi('ReplayWebhookEvents');

const ReplayedWebhookEvents = z
  .object({
    deliveries: z.int().openapi({ description: 'Events that are sent once more.', example: 120 }),
    last_number: z
      .int()
      .nullable()
      .openapi({ description: 'The last number that was looked at; null: there is none in the range.', example: 161 }),
    has_more: z.boolean().openapi({ description: 'Whether the range goes on: call again from `last_number` + 1.' }),
  })
  .openapi('ReplayedWebhookEvents');

export const replayWebhookEventsEndpoint = endpoint({
  operationId: 'replayWebhookEvents',
  method: 'post',
  path: '/v1/webhook-endpoints/{webhook_endpoint_id}:replay',
  tag: 'webhooks',
  summary: 'Replay events',
  description: `Sends events of the log once more, with the ids that they had, behind what is new. Types and filters of the endpoint hold. One call goes over ${replayEventsMax} numbers.`,
  scope: 'webhooks:write',
  params: endpointParams,
  body: ReplayWebhookEvents,
  status: 200,
  response: ReplayedWebhookEvents,
  errors: ['not_found', 'conflict'],
  handle: async ({ ctx, params, body: { from_number: fromNumber, from_time: fromTime, to_number: toNumber, types } }) => {
    const input = {
      ...{ webhookEndpointId: params.webhook_endpoint_id, fromNumber, toNumber, types },
      fromTime: fromTime === undefined ? undefined : new Date(fromTime),
    };
    const { deliveries, lastNumber, hasMore } = await replayWebhookEvents({ ctx, input });
    return { deliveries, last_number: lastNumber, has_more: hasMore };
  },
});
