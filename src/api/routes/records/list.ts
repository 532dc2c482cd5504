import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import { listRecords } from '../../../hub/index.ts';
import { endpoint, RawJson } from '../../endpoint.ts';
import { customerIdField, idField, pageQuery, queryBoolean, queryText, timeField } from '../../wire/common.ts';
import { connectionExample } from '../connections/schema.ts';

const RecordEntry = z
  .object({
    seq: z.string().openapi({ description: 'Position in the change feed.', example: '1201' }),
    customer_id: customerIdField,
    connection_id: idField('connection', connectionExample),
    record_id: z.string().openapi({ description: "The record's id at the provider.", example: '2041' }),
    modified_at: timeField("The provider's modified time.").nullable(),
    synced_at: timeField('When the hub last wrote it.'),
    deleted_at: timeField('When it was found deleted; null while it exists.').nullable(),
    is_sanitised: z
      .literal(true)
      .optional()
      .openapi({ description: 'Only there when characters that JSON storage refuses were replaced by U+FFFD.' }),
    record: z.record(z.string(), z.unknown()).openapi({
      description:
        'The record as the provider gave it: every number digit by digit, every field. Use a JSON reader that keeps big numbers, or the SDK.',
      example: { id: '2041', properties: { email: 'ada@example.com' } },
    }),
  })
  .openapi('RecordEntry');

const RecordPage = z
  .object({
    data: z.array(RecordEntry).openapi({ description: 'The records of this page in the order of their last change.' }),
    next_cursor: z.string().openapi({ description: 'Always there: keep it and come back with it for what changes next.' }),
    has_more: z.boolean().openapi({ description: 'Whether more stand ready now.' }),
    complete_as_of: timeField(
      'Everything that changed at the provider before this time, by its own clock, is in the pages up to `has_more: false`. The earliest of all syncs that the filters cover; null while one of them has not read everything once. Deletes that a provider does not announce are found by its next full read.',
    ).nullable(),
  })
  .openapi('RecordPage');

export const listRecordsEndpoint = endpoint({
  operationId: 'listRecords',
  method: 'get',
  path: '/v1/records/{provider}/{object}',
  tag: 'records',
  summary: 'List records',
  description:
    'The records of an object across customers and connections, and the change feed at once: page through the backlog, keep `next_cursor`, come back with it. Nothing that is committed is skipped. A cursor that is too old or of another hub answers 410 `cursor_expired`: begin again without one. Follow changes with `include_deleted=true`, or deletes stay unseen. Filters belong to a cursor: keep them the same from page to page.',
  scope: 'records:read',
  params: z.strictObject({
    provider: text(200).openapi({
      param: { name: 'provider', in: 'path' },
      description: "The provider's name in the catalog.",
      example: 'hubspot',
    }),
    object: text(200).openapi({
      param: { name: 'object', in: 'path' },
      description: "The object's name at the provider.",
      example: 'contacts',
    }),
  }),
  query: z.strictObject({
    ...pageQuery,
    customer_id: queryText('Only of this customer.', 'acme', 300),
    connection_id: queryText('Only of this connection.', connectionExample),
    modified_after: z.iso
      .datetime({ offset: true })
      .transform((time) => new Date(time))
      .optional()
      .openapi({
        type: 'string',
        format: 'date-time',
        description: 'Only what the hub wrote at or after this time. Clocks leave gaps; only the cursor does not.',
        example: '2026-11-20T12:00:00Z',
      }),
    include_deleted: queryBoolean('Also tombstones: records that are deleted at the provider. Default false.'),
  }),
  status: 200,
  response: RecordPage,
  errors: ['provider_unknown', 'object_unknown', 'not_found', 'cursor_invalid', 'cursor_expired', 'destination_unavailable'],
  async handle({ ctx, params, query }) {
    const { body } = await listRecords({
      ctx,
      input: {
        provider: params.provider,
        object: params.object,
        customerId: query.customer_id,
        connectionId: query.connection_id,
        cursor: query.cursor,
        pageSize: query.page_size,
        modifiedAfter: query.modified_after,
        includeDeleted: query.include_deleted,
      },
    });
    // The hub's bytes as they are: parsing them would cost more than reading them, and would round numbers.
    return new RawJson(body);
  },
});
