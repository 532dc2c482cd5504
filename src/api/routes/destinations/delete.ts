import { z } from '@hono/zod-openapi';
import { deleteDestination } from '../../../destinations/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId, queryBoolean } from '../../wire/common.ts';
import { destinationExample } from './schema.ts';

export const deleteDestinationEndpoint = endpoint({
  operationId: 'deleteDestination',
  method: 'delete',
  path: '/v1/destinations/{destination_id}',
  tag: 'destinations',
  summary: 'Delete a destination',
  description:
    'Forgets your own database. Sync configs that land there end with it, which needs `force`; SQL credentials must be revoked before. The tables and records stay in your database.',
  scope: 'destinations:write',
  params: z.strictObject({ destination_id: pathId('destination_id', 'destination', destinationExample) }),
  query: z.strictObject({ force: queryBoolean('Delete although sync configs end with it.') }),
  status: 204,
  errors: ['not_found', 'force_required', 'conflict'],
  async handle({ ctx, params, query }) {
    await deleteDestination({ ctx, input: { destinationId: params.destination_id, force: query.force } });
    return undefined;
  },
});
