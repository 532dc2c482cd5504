import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import { listUnified } from '../../../unified/index.ts';
import { endpoint, RawJson } from '../../endpoint.ts';
import { pageQuery, queryBoolean, queryText } from '../../wire/common.ts';
import { feedQuery, ownerQuery, pageFacts, timeQuery } from '../records/schema.ts';
import { destinationQuery, modelParams, shownQuery, UnifiedRecord } from './schema.ts';

const UnifiedPage = z
  .object({
    data: z.array(UnifiedRecord).openapi({ description: 'The records of this page in the order of their last change.' }),
    next_cursor: z.string().openapi({ description: 'Always there: keep it and come back with it for what changes next.' }),
    has_more: z.boolean().openapi({ description: 'Whether more stand ready now.' }),
    ...pageFacts,
  })
  .openapi('UnifiedPage');

export const listUnifiedEndpoint = endpoint({
  operationId: 'listUnified',
  method: 'get',
  path: '/v1/unified/{category}/{model}',
  tag: 'unified',
  summary: 'List the records of a model',
  description:
    'The records of every provider that has the model, by the same names, and their change feed at once: page through the backlog, keep `next_cursor`, come back with it. Nothing that is committed is skipped. Follow changes with `include_deleted=true`: it also tells which records are deleted, emptied, or of another model now. A cursor that is too old or of another hub answers 410 `cursor_expired`: begin again without one. Filters belong to a cursor: keep them the same from page to page. A record that a filter no longer lets through is not told: whoever keeps a copy follows without filter.',
  scope: 'records:read',
  params: z.strictObject(modelParams),
  query: z.strictObject({
    ...pageQuery,
    ...ownerQuery,
    destination_id: destinationQuery,
    provider: queryText('Only of this provider.', 'hubspot', 100),
    remote_id: queryText('Only records with this id at the provider; several connections may have one.', '2041', 1000),
    modified_after: feedQuery.modified_after,
    modified_before: timeQuery('Only what the hub wrote before this time.', '2026-11-21T12:00:00Z'),
    filter: text(4096).optional().openapi({
      description:
        "Conditions on the model's own fields that are no lists, all of which must hold: JSON of field → `eq`, `in`, `gt`, `gte`, `lt`, `lte`. At most 5 fields and 100 values. A field that is null meets none. No index serves them: name a customer or a connection where there are many records.",
      example: '{"status":{"eq":"OPEN"},"amount":{"gte":1000}}',
    }),
    count: queryBoolean('Also `total_count`. It takes longer the more there is: ask once, not with every page. Default false.'),
    ...shownQuery,
  }),
  status: 200,
  response: UnifiedPage,
  hasEtag: true,
  errors: [
    ...(['model_unknown', 'provider_unknown', 'not_found', 'cursor_invalid', 'cursor_expired'] as const),
    ...(['destination_ambiguous', 'filter_too_expensive', 'destination_unavailable'] as const),
  ],
  async handle({ ctx, params, query }) {
    const { body, etag } = await listUnified({
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
        modifiedBefore: query.modified_before,
        filter: query.filter,
        count: query.count,
        includeDeleted: query.include_deleted,
        includeRaw: query.include_raw,
        expand: query.expand?.split(','),
      },
    });
    // As records: parsing would round numbers.
    return new RawJson(body, { etag });
  },
});
