import { z } from '@hono/zod-openapi';
import { getDestination } from '../../../tenancy/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { Destination, destinationExample, wireDestination } from './schema.ts';

export const getDestinationEndpoint = endpoint({
  operationId: 'getDestination',
  method: 'get',
  path: '/v1/destinations/{destination_id}',
  tag: 'destinations',
  summary: 'Get a destination',
  description: 'One destination of your application.',
  scope: 'destinations:read',
  params: z.strictObject({ destination_id: pathId('destination_id', 'destination', destinationExample) }),
  status: 200,
  response: Destination,
  errors: ['not_found'],
  handle: async ({ ctx, params }) => wireDestination(await getDestination({ ctx, input: { destinationId: params.destination_id } })),
});
