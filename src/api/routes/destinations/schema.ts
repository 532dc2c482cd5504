import { z } from '@hono/zod-openapi';
import type { Destination as DestinationOf } from '../../../tenancy/index.ts';
import { idField, timeField, wireTime } from '../../wire/common.ts';

export const destinationExample = 'dst_01k9d3v5m2q8r7s6t5v4w3x2y1';

export const Destination = z
  .object({
    id: idField('destination', destinationExample),
    name: z.string().openapi({ description: 'Its name, unique in the application.', example: 'hosted' }),
    kind: z.enum(['hosted', 'postgres']).openapi({ description: '`hosted` is ours; `postgres` is your own.' }),
    schema: z.string().openapi({ description: 'The schema in which SQL finds the tables.', example: 'hub_01k9d3v5m2q8r7s6t5v4w3x2y1' }),
    created_at: timeField('When it was created.'),
  })
  .openapi('Destination');

export function wireDestination({ id, name, kind, schema, createdAt }: DestinationOf): z.input<typeof Destination> {
  return { id, name, kind, schema, created_at: wireTime(createdAt) };
}
