import { z } from '@hono/zod-openapi';
import { eventTypes } from '../../../events/emit.ts';
import { listEvents, type StoredEvent } from '../../../events/list-events.ts';
import { endpoint } from '../../endpoint.ts';
import { idField, pageOf, pageQuery, timeField, wirePage, wireTime } from '../../wire/common.ts';

const EventType = z.enum(eventTypes).openapi('EventType', { description: 'What happened: noun.past-verb.' });

const Event = z
  .object({
    id: idField('event', 'evt_01k9d3v5m2q8r7s6t5v4w3x2y1'),
    number: z.int().min(1).openapi({ description: "Its place in your application's log: 1, 2, 3, … without holes.", example: 42 }),
    type: EventType,
    data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).openapi({
      description: 'Ids and counts; never record content.',
      example: { run_id: 'run_01k9d3v5m2q8r7s6t5v4w3x2y1', inserted: 120 },
    }),
    created_at: timeField('When it happened.'),
  })
  .openapi('Event');

const typesQuery = z
  .string()
  .transform((list) => list.split(','))
  .pipe(z.array(z.enum(eventTypes)).min(1).max(eventTypes.length))
  .optional()
  .openapi({
    type: 'string',
    description: `Only these types, comma-separated: ${eventTypes.map((type) => `\`${type}\``).join(', ')}.`,
    example: 'run.completed,run.failed',
  });

export const listEventsEndpoint = endpoint({
  operationId: 'listEvents',
  method: 'get',
  path: '/v1/events',
  tag: 'events',
  summary: 'List events',
  description:
    'What happened, in the order of its numbers, none skipped. `next_cursor` is always there: keep it and come back with it for what follows. Webhooks deliver the same log.',
  scope: 'events:read',
  query: z.strictObject({ ...pageQuery, types: typesQuery }),
  status: 200,
  response: pageOf('EventPage', Event),
  errors: ['cursor_invalid', 'cursor_expired'],
  handle: async ({ ctx, query: { cursor, page_size, types } }) =>
    wirePage(await listEvents({ ctx, input: { cursor, pageSize: page_size, types } }), wireEvent),
});

function wireEvent({ id, number, type, data, createdAt }: StoredEvent): z.input<typeof Event> {
  return { id, number, type, data, created_at: wireTime(createdAt) };
}
