import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import { getUnified } from '../../../unified/index.ts';
import { endpoint, RawJson } from '../../endpoint.ts';
import { connectionExample } from '../connections/schema.ts';
import { destinationQuery, modelParams, shownQuery, UnifiedRecord } from './schema.ts';

export const getUnifiedEndpoint = endpoint({
  operationId: 'getUnified',
  method: 'get',
  path: '/v1/unified/{category}/{model}/{unified_id}',
  tag: 'unified',
  summary: 'Get a record of a model',
  description:
    'One record by the `id` that `listUnified` and SQL show, as it is now. What is no record of the model any more is 404, unless `include_deleted` asks for it. Where several objects of the connection have a record of that id the answer is 409 `record_ambiguous`.',
  scope: 'records:read',
  params: z.strictObject({
    ...modelParams,
    unified_id: text(1100).openapi({
      param: { name: 'unified_id', in: 'path' },
      description: "The record's `id`, percent-encoded: its slash is `%2F`.",
      example: `${connectionExample}/2041`,
    }),
  }),
  query: z.strictObject({ destination_id: destinationQuery, ...shownQuery }),
  status: 200,
  response: UnifiedRecord,
  hasEtag: true,
  errors: [
    ...(['model_unknown', 'not_found', 'record_ambiguous', 'destination_ambiguous'] as const),
    ...(['filter_too_expensive', 'destination_unavailable'] as const),
  ],
  async handle({ ctx, params: { unified_id: id, ...params }, query }) {
    const { body, etag } = await getUnified({
      ctx,
      input: {
        ...params,
        id,
        destinationId: query.destination_id,
        includeDeleted: query.include_deleted,
        includeRaw: query.include_raw,
        expand: query.expand?.split(','),
      },
    });
    // As records: parsing would round numbers.
    return new RawJson(body, { etag });
  },
});
