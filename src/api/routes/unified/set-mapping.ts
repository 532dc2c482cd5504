import { z } from '@hono/zod-openapi';
import { mappingModes } from '../../../unified/custom-field.ts';
import { setMapping } from '../../../unified/index.ts';
import { endpoint } from '../../endpoint.ts';
import { CustomFields, mappingParams, mappingQuery, UnifiedMapping, wireMapping } from './schema.ts';

const SetMapping = z
  .strictObject({
    fields: CustomFields,
    mode: z.enum(mappingModes).optional().openapi({
      description:
        "Of one customer's fields: `inherit` (the default) shows them beside everybody's, `replace` in their place. Only with `customer_id`.",
    }),
  })
  .openapi('SetMapping');

export const setMappingEndpoint = endpoint({
  operationId: 'setMapping',
  method: 'put',
  path: '/v1/unified-mappings/{category}/{model}/{provider}',
  tag: 'unified',
  summary: 'Declare custom fields',
  description:
    "All custom fields of a model at a provider, for one customer or for all; those that were declared before are replaced. They are shown at once, in `custom_fields` of the API and of the SQL views, without reading anything again. Where a customer has a field of the same name as all, the customer's counts; with `mode` `replace` the customer has its own fields only.",
  scope: 'mappings:write',
  params: mappingParams,
  query: mappingQuery,
  body: SetMapping,
  status: 200,
  response: UnifiedMapping,
  errors: ['model_unknown', 'provider_unknown', 'mapping_invalid', 'not_found', 'conflict'],
  handle: async ({ ctx, params, query, body }) =>
    wireMapping(await setMapping({ ctx, input: { ...params, customerId: query.customer_id, ...body } })),
});
