import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import { previewMapping } from '../../../unified/index.ts';
import { endpoint, RawJson } from '../../endpoint.ts';
import { customerIdInput } from '../../wire/common.ts';
import { CustomFields, modelParams, UnifiedRecord } from './schema.ts';

const PreviewMapping = z
  .strictObject({
    provider: text(100).openapi({ description: 'Whose records.', example: 'hubspot' }),
    customer_id: customerIdInput.optional().openapi({ description: 'On records of this customer alone.' }),
    destination_id: text(64).optional().openapi({ description: 'On records of this destination.' }),
    fields: CustomFields,
  })
  .openapi('PreviewMapping');

const MappingPreview = z
  .object({
    data: z.array(UnifiedRecord).openapi({ description: 'The newest records, at most 20, as they would be shown, with `raw`.' }),
    without_value: z.record(z.string(), z.int()).openapi({
      description:
        'In how many of them a field has no value, by its name; `custom_fields.tier` of a custom one. The others have one in all.',
      example: { 'custom_fields.tier': 2 },
    }),
  })
  .openapi('MappingPreview');

export const previewMappingEndpoint = endpoint({
  operationId: 'previewMapping',
  method: 'post',
  path: '/v1/unified/{category}/{model}:preview',
  tag: 'unified',
  summary: 'Try a mapping',
  description:
    'Shows what custom fields would give on the newest records that are stored, instead of those that are declared. Changes nothing.',
  scope: 'records:read',
  params: z.strictObject(modelParams),
  body: PreviewMapping,
  status: 200,
  response: MappingPreview,
  holdsContent: true,
  errors: [
    ...(['model_unknown', 'provider_unknown', 'mapping_invalid', 'not_found'] as const),
    ...(['destination_ambiguous', 'filter_too_expensive', 'destination_unavailable'] as const),
  ],
  async handle({ ctx, params, body: { customer_id: customerId, destination_id: destinationId, ...wanted } }) {
    const { data, withoutValue } = await previewMapping({ ctx, input: { ...params, ...wanted, customerId, destinationId } });
    return new RawJson(Buffer.from(`{"data":[${data}],"without_value":${JSON.stringify(withoutValue)}}`, 'utf8'));
  },
});
