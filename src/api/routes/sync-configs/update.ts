import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import { updateSyncConfig } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { NewObjects, objectsInput, objectsOf, orderFields, orderInput, SyncConfig, syncConfigExample, wireSyncConfig } from './schema.ts';

const UpdateSyncConfig = z
  .strictObject({
    objects: objectsInput.optional().openapi({ description: 'The whole new list; what is left out is removed.' }),
    ...orderFields,
    new_objects: NewObjects.optional(),
    start_on_connection: z.boolean().optional().openapi({ description: 'Whether a new connection is read at once.' }),
    destination_id: text(64).optional().openapi({
      description: 'Another destination: everything is read again into it, and what the old one holds stays there. Needs `resync`.',
    }),
    status: z.enum(['enabled', 'disabled']).optional().openapi({ description: '`disabled` pauses its syncs and keeps them.' }),
    force: z.boolean().optional().openapi({ description: 'Yes, remove syncs with their run history.' }),
    resync: z
      .boolean()
      .optional()
      .openapi({ description: 'Yes, read everything again for other observed fields, another landing or another destination.' }),
  })
  .openapi('UpdateSyncConfig');

export const updateSyncConfigEndpoint = endpoint({
  operationId: 'updateSyncConfig',
  method: 'patch',
  path: '/v1/sync-configs/{sync_config_id}',
  tag: 'sync-configs',
  summary: 'Update a sync config',
  description:
    'Changes what is given; syncs follow in the same transaction. A change that removes syncs is refused with their number unless forced. The first run after another strategy is a baseline: it reads in full and rewrites nothing that is as it was. Other observed fields, another landing and another destination need `resync`.',
  scope: 'sync_configs:write',
  params: z.strictObject({ sync_config_id: pathId('sync_config_id', 'sync config', syncConfigExample) }),
  body: UpdateSyncConfig,
  status: 200,
  response: SyncConfig,
  errors: ['not_found', 'object_unknown', 'strategy_unsupported', 'force_required', 'resync_required', 'conflict'],
  handle: async ({ ctx, params, body: { objects, new_objects, start_on_connection, destination_id, status, force, resync, ...order } }) =>
    wireSyncConfig(
      await updateSyncConfig({
        ctx,
        input: {
          syncConfigId: params.sync_config_id,
          objects: objects === undefined ? undefined : objectsOf(objects),
          newObjects: new_objects,
          startOnConnection: start_on_connection,
          destinationId: destination_id,
          ...{ status, force, resync },
          ...orderInput(order),
        },
      }),
    ),
});
