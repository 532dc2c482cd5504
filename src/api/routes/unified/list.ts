import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import { listUnified } from '../../../unified/index.ts';
import { endpoint, RawJson } from '../../endpoint.ts';
import { pageQuery, queryBoolean, queryText } from '../../wire/common.ts';
import { feedQuery, ownerQuery } from '../records/schema.ts';
import { modelParams, UnifiedRecord } from './schema.ts';

const UnifiedPage = z
  .object({
    data: z.array(UnifiedRecord).openapi({ description: 'The records of this page in the order of their last change.' }),
    next_cursor: z.string().openapi({ description: 'Always there: keep it and come back with it for what changes next.' }),
    has_more: z.boolean().openapi({ description: 'Whether more stand ready now.' }),
  })
  .openapi('UnifiedPage');

export const listUnifiedEndpoint = endpoint({
  operationId: 'listUnified',
  method: 'get',
  path: '/v1/unified/{category}/{model}',
  tag: 'unified',
  summary: 'List the records of a model',
  description:
    'The records of every provider that has the model, by the same names, and their change feed at once: page through the backlog, keep `next_cursor`, come back with it. Nothing that is committed is skipped. Follow changes with `include_deleted=true`: it also tells which records are deleted, emptied, or of another model now. A cursor that is too old or of another hub answers 410 `cursor_expired`: begin again without one. Filters belong to a cursor: keep them the same from page to page.',
  scope: 'records:read',
  params: z.strictObject(modelParams),
  query: z.strictObject({
    ...pageQuery,
    ...ownerQuery,
    destination_id: queryText(
      "From this destination. Default: where the sync configs that bring the model's objects write to; of several the oldest's.",
      'dst_01k9d3v5m2q8r7s6t5v4w3x2y1',
    ),
    provider: queryText('Only of this provider.', 'hubspot', 100),
    remote_id: queryText('Only records with this id at the provider; several connections may have one.', '2041', 1000),
    modified_after: feedQuery.modified_after,
    include_deleted: queryBoolean('Also what is no record of the model any more. Default false.'),
    include_raw: queryBoolean("Also `raw`, the provider's record. Default false."),
    expand: text(1000).optional().openapi({
      description:
        'Relations to show as the record that they name instead of its id, with commas between. null where it is not stored here.',
      example: 'account,owner',
    }),
  }),
  status: 200,
  response: UnifiedPage,
  errors: [
    ...(['model_unknown', 'provider_unknown', 'not_found', 'cursor_invalid', 'cursor_expired'] as const),
    ...(['filter_too_expensive', 'destination_unavailable'] as const),
  ],
  async handle({ ctx, params, query }) {
    const { body } = await listUnified({
      ctx,
      input: {
        ...params,
        provider: query.provider,
        customerId: query.customer_id,
        connectionId: query.connection_id,
        destinationId: query.destination_id,
        remoteId: query.remote_id,
        cursor: query.cursor,
        pageSize: query.page_size,
        modifiedAfter: query.modified_after,
        includeDeleted: query.include_deleted,
        includeRaw: query.include_raw,
        expand: query.expand?.split(','),
      },
    });
    // As records: parsing would round numbers.
    return new RawJson(body);
  },
});
