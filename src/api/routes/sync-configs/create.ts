import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import { createSyncConfig } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { NewObjects, objectsInput, objectsOf, orderFields, orderInput, SyncConfig, wireSyncConfig } from './schema.ts';

const CreateSyncConfig = z
  .strictObject({
    provider: text(100).openapi({ description: 'What to read. It needs a provider config.', example: 'hubspot' }),
    destination_id: text(64).optional().openapi({ description: 'Default: the hosted destination.' }),
    ...orderFields,
    objects: objectsInput,
    new_objects: NewObjects.optional(),
    start_on_connection: z.boolean().optional().openapi({
      description: 'Default true: a new connection is read at once. false: the first run of each sync waits for a trigger.',
    }),
  })
  .openapi('CreateSyncConfig');

export const createSyncConfigEndpoint = endpoint({
  operationId: 'createSyncConfig',
  method: 'post',
  path: '/v1/sync-configs',
  tag: 'sync-configs',
  summary: 'Create a sync config',
  description:
    'Orders what to sync, for every customer that has connected the provider or ever will. What is said beside `objects` holds for every object that does not say otherwise. A strategy that an object does not allow is refused with the alternatives; as a default it is replaced, and the answer says so.',
  scope: 'sync_configs:write',
  body: CreateSyncConfig,
  status: 201,
  response: SyncConfig,
  errors: ['provider_unknown', 'object_unknown', 'strategy_unsupported', 'not_found', 'conflict'],
  handle: async ({ ctx, body: { provider, destination_id, objects, new_objects, start_on_connection, ...order } }) =>
    wireSyncConfig(
      await createSyncConfig({
        ctx,
        input: {
          provider,
          destinationId: destination_id,
          objects: objectsOf(objects),
          newObjects: new_objects,
          startOnConnection: start_on_connection,
          ...orderInput(order),
        },
      }),
    ),
});
