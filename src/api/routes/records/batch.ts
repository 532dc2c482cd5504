import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import { batchRecords } from '../../../hub/index.ts';
import { endpoint, RawJson } from '../../endpoint.ts';
import { customerIdInput } from '../../wire/common.ts';
import { connectionExample } from '../connections/schema.ts';
import { destinationExample } from '../destinations/schema.ts';
import { fromDestination, objectParams, RecordEntry } from './schema.ts';

const GetRecords = z
  .strictObject({
    ids: z
      .array(text(1000))
      .min(1)
      .max(500)
      .openapi({ description: "The records' ids at the provider.", example: ['2041', '2042'] }),
    customer_id: customerIdInput.optional().openapi({ description: 'Of this customer. One of customer and connection is needed.' }),
    connection_id: text(64).optional().openapi({ description: 'Of this connection.', example: connectionExample }),
    destination_id: text(64).optional().openapi({ description: fromDestination, example: destinationExample }),
    fields: z
      .array(text(200))
      .min(1)
      .max(50)
      .optional()
      .openapi({ description: 'Show only these parts of `record`: paths, or names of declared fields.', example: ['properties.email'] }),
    include_deleted: z.boolean().optional().openapi({ description: 'Also tombstones. Default false.' }),
  })
  .openapi('GetRecords');

const RecordBatch = z
  .object({
    data: z.array(RecordEntry).openapi({ description: 'The records in the order of the ids; several where connections share an id.' }),
    missing_ids: z.array(z.string()).openapi({ description: 'Ids that there are no records of.' }),
    has_more: z.boolean().openapi({
      description: 'True where the answer became too large: ask again for the ids that are neither in `data` nor in `missing_ids`.',
    }),
  })
  .openapi('RecordBatch');

export const getRecordsEndpoint = endpoint({
  operationId: 'getRecords',
  method: 'post',
  path: '/v1/records/{provider}/{object}:batch',
  tag: 'records',
  summary: 'Get records by their ids',
  description: 'Up to 500 records of a customer or a connection by their ids at the provider, as they are now. Changes nothing.',
  scope: 'records:read',
  params: z.strictObject(objectParams),
  body: GetRecords,
  status: 200,
  response: RecordBatch,
  holdsContent: true,
  errors: [
    ...(['provider_unknown', 'object_unknown', 'not_found', 'destination_ambiguous'] as const),
    ...(['filter_too_expensive', 'destination_unavailable'] as const),
  ],
  async handle({ ctx, params, body }) {
    const { customer_id: customerId, connection_id: connectionId, destination_id: destinationId, ids, fields } = body;
    const input = { ...params, ids, fields, customerId, connectionId, destinationId, includeDeleted: body.include_deleted };
    return new RawJson((await batchRecords({ ctx, input })).body);
  },
});
