import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import { listHeldDeletes } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pageOf, pageQuery, wirePage } from '../../wire/common.ts';
import { syncExample } from '../syncs/schema.ts';
import { HeldDeletes, wireHeldDeletes } from './schema.ts';

export const listHeldDeletesEndpoint = endpoint({
  operationId: 'listHeldDeletes',
  method: 'get',
  path: '/v1/held-deletes',
  tag: 'held-deletes',
  summary: 'List held deletes',
  description:
    'What the guard held back and waits for your yes or no: one entry for each run of the sync that was held, oldest first. A later read that looks at everything again settles an entry without you. Syncs that hold something: `GET /v1/syncs?health=held`.',
  scope: 'syncs:read',
  query: z.strictObject({ ...pageQuery, sync_id: text(64).openapi({ description: 'Of this sync.', example: syncExample }) }),
  status: 200,
  response: pageOf('HeldDeletesPage', HeldDeletes),
  errors: ['cursor_invalid', 'not_found', 'destination_unavailable'],
  handle: async ({ ctx, query: { cursor, page_size, sync_id } }) =>
    wirePage(await listHeldDeletes({ ctx, input: { cursor, pageSize: page_size, syncId: sync_id } }), wireHeldDeletes),
});
