import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import { listQuarantined } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pageOf, pageQuery, wirePage } from '../../wire/common.ts';
import { syncExample } from '../syncs/schema.ts';
import { Quarantined, wireQuarantined } from './schema.ts';

export const listQuarantineEndpoint = endpoint({
  operationId: 'listQuarantine',
  method: 'get',
  path: '/v1/quarantine',
  tag: 'quarantine',
  summary: 'List quarantined records',
  description:
    'Records of a sync that could not be stored, each with its reason, in no particular order. They hold nothing else back, and leave by themselves when a later read stores them or finds them gone.',
  scope: 'syncs:read',
  query: z.strictObject({ ...pageQuery, sync_id: text(64).openapi({ description: 'Of this sync.', example: syncExample }) }),
  status: 200,
  response: pageOf('QuarantinePage', Quarantined),
  errors: ['cursor_invalid', 'not_found', 'destination_unavailable'],
  handle: async ({ ctx, query: { cursor, page_size, sync_id } }) =>
    wirePage(await listQuarantined({ ctx, input: { cursor, pageSize: page_size, syncId: sync_id } }), wireQuarantined),
});
