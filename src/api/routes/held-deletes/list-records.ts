import { z } from '@hono/zod-openapi';
import { listHeldRecords } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pageOf, pageQuery, wirePage } from '../../wire/common.ts';
import { HeldRecord, heldDeletesParams, wireHeldRecord } from './schema.ts';

export const listHeldRecordsEndpoint = endpoint({
  operationId: 'listHeldRecords',
  method: 'get',
  path: '/v1/held-deletes/{run_id}/records',
  tag: 'held-deletes',
  summary: 'List held records',
  description: 'The records that a held run would have deleted and that still wait, by id. Their content is in `GET /v1/records`.',
  scope: 'syncs:read',
  params: heldDeletesParams,
  query: z.strictObject(pageQuery),
  status: 200,
  response: pageOf('HeldRecordPage', HeldRecord),
  errors: ['cursor_invalid', 'not_found', 'conflict', 'destination_unavailable'],
  handle: async ({ ctx, params, query: { cursor, page_size } }) =>
    wirePage(await listHeldRecords({ ctx, input: { runId: params.run_id, cursor, pageSize: page_size } }), wireHeldRecord),
});
