import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import { getRecord } from '../../../hub/index.ts';
import { endpoint, RawJson } from '../../endpoint.ts';
import { objectParams, ownerQuery, RecordEntry, shownQuery, splitFields } from './schema.ts';

export const getRecordEndpoint = endpoint({
  operationId: 'getRecord',
  method: 'get',
  path: '/v1/records/{provider}/{object}/{record_id}',
  tag: 'records',
  summary: 'Get a record',
  description:
    'One record by its id at the provider, as it is now. Where several connections have a record of that id the answer is 409 `record_ambiguous`: name one. An id that begins with `~` is asked for by `getRecords`. Without customer and connection every connection is looked at, which takes longer the more there are.',
  scope: 'records:read',
  params: z.strictObject({
    ...objectParams,
    record_id: text(1000).openapi({
      param: { name: 'record_id', in: 'path' },
      description: "The record's id at the provider, percent-encoded.",
      example: '2041',
    }),
  }),
  query: z.strictObject({ ...ownerQuery, ...shownQuery }),
  status: 200,
  response: RecordEntry,
  hasEtag: true,
  errors: [
    ...(['provider_unknown', 'object_unknown', 'not_found', 'record_ambiguous', 'destination_ambiguous'] as const),
    ...(['filter_too_expensive', 'destination_unavailable'] as const),
  ],
  async handle({ ctx, params, query }) {
    const { body, etag } = await getRecord({
      ctx,
      input: {
        provider: params.provider,
        object: params.object,
        recordId: params.record_id,
        customerId: query.customer_id,
        connectionId: query.connection_id,
        destinationId: query.destination_id,
        includeDeleted: query.include_deleted,
        fields: splitFields(query.fields),
      },
    });
    return new RawJson(body, { etag });
  },
});
