import { z } from '@hono/zod-openapi';
import { updateDestination } from '../../../destinations/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { Destination, destinationExample, destinationFields, SettingsWish, settingsFromWire, TlsInput, wireDestination } from './schema.ts';

const UpdateDestination = z
  .strictObject({ ...destinationFields, tls: TlsInput, settings: SettingsWish })
  .partial()
  .openapi('UpdateDestination');

export const updateDestinationEndpoint = endpoint({
  operationId: 'updateDestination',
  method: 'patch',
  path: '/v1/destinations/{destination_id}',
  tag: 'destinations',
  summary: 'Update a destination',
  description:
    'Rotates the password, moves to another address, changes name or settings; what is left out stays. Another host, port, database, user or TLS needs the password with it. What opens the database is tried out before it is saved; syncs go on with it at once.',
  scope: 'destinations:write',
  params: z.strictObject({ destination_id: pathId('destination_id', 'destination', destinationExample) }),
  body: UpdateDestination,
  status: 200,
  response: Destination,
  errors: ['not_found', 'destination_refused', 'already_exists', 'conflict'],
  handle: async ({ ctx, params, body: { settings, ...rest } }) =>
    wireDestination(
      await updateDestination({ ctx, input: { ...rest, destinationId: params.destination_id, settings: settingsFromWire(settings) } }),
    ),
});
