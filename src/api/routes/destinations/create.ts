import { z } from '@hono/zod-openapi';
import { createDestination } from '../../../destinations/index.ts';
import { endpoint } from '../../endpoint.ts';
import { Destination, destinationFields, given, SettingsWish, settingsFromWire, TlsInput, wireDestination } from './schema.ts';

const CreateDestination = z
  .strictObject({
    ...destinationFields,
    port: destinationFields.port.optional(),
    tls: TlsInput.optional(),
    schema: given.schema.optional().openapi({
      description: 'The schema for the tables, of its own; default: named after your application. It cannot be changed later.',
      example: 'syncline',
    }),
    settings: SettingsWish.optional(),
  })
  .openapi('CreateDestination');

export const createDestinationEndpoint = endpoint({
  operationId: 'createDestination',
  method: 'post',
  path: '/v1/destinations',
  tag: 'destinations',
  summary: 'Create a destination',
  description:
    'A Postgres of your own, 15 or newer. Reachability, version, TLS and rights are tried out first: what is wrong is answered as `destination_refused`, with a sentence for each in `problems`. The tables appear with the first run that lands there.',
  scope: 'destinations:write',
  body: CreateDestination,
  status: 201,
  response: Destination,
  errors: ['destination_refused', 'already_exists', 'conflict'],
  handle: async ({ ctx, body: { settings, ...rest } }) =>
    wireDestination(await createDestination({ ctx, input: { ...rest, settings: settingsFromWire(settings) } })),
});
