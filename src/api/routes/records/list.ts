import { z } from '@hono/zod-openapi';
import { listRecords } from '../../../hub/index.ts';
import { endpoint, RawJson } from '../../endpoint.ts';
import { pageQuery, queryBoolean } from '../../wire/common.ts';
import { feedQuery, objectParams, pageFacts, RecordEntry, splitFields } from './schema.ts';

const RecordPage = z
  .object({
    data: z.array(RecordEntry).openapi({ description: 'The records of this page in the order of their last change.' }),
    next_cursor: z.string().openapi({ description: 'Always there: keep it and come back with it for what changes next.' }),
    has_more: z.boolean().openapi({ description: 'Whether more stand ready now.' }),
    ...pageFacts,
  })
  .openapi('RecordPage');

export const listRecordsEndpoint = endpoint({
  operationId: 'listRecords',
  method: 'get',
  path: '/v1/records/{provider}/{object}',
  tag: 'records',
  summary: 'List records',
  description:
    'The records of an object across customers and connections, and the change feed at once: page through the backlog, keep `next_cursor`, come back with it. Nothing that is committed is skipped. A cursor that is too old or of another hub answers 410 `cursor_expired`: begin again without one. Follow changes with `include_deleted=true`, or deletes stay unseen. Filters and fields belong to a cursor: keep them the same from page to page. A record that a filter no longer lets through is not told: whoever keeps a copy follows without filter.',
  scope: 'records:read',
  params: z.strictObject(objectParams),
  query: z.strictObject({
    ...pageQuery,
    ...feedQuery,
    count: queryBoolean('Also `total_count`. It takes longer the more there is: ask once, not with every page. Default false.'),
  }),
  status: 200,
  response: RecordPage,
  hasEtag: true,
  errors: [
    ...(['provider_unknown', 'object_unknown', 'not_found', 'cursor_invalid', 'cursor_expired'] as const),
    ...(['destination_ambiguous', 'filter_too_expensive', 'destination_unavailable'] as const),
  ],
  async handle({ ctx, params, query }) {
    const { body, etag } = await listRecords({
      ctx,
      input: {
        ...params,
        customerId: query.customer_id,
        connectionId: query.connection_id,
        destinationId: query.destination_id,
        cursor: query.cursor,
        pageSize: query.page_size,
        modifiedAfter: query.modified_after,
        includeDeleted: query.include_deleted,
        fields: splitFields(query.fields),
        filter: query.filter,
        count: query.count,
      },
    });
    // The hub's bytes as they are: parsing them would cost more than reading them, and would round numbers.
    return new RawJson(body, { etag });
  },
});
