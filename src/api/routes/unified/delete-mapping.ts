import { deleteMapping } from '../../../unified/index.ts';
import { endpoint } from '../../endpoint.ts';
import { mappingParams, mappingQuery } from './schema.ts';

export const deleteMappingEndpoint = endpoint({
  operationId: 'deleteMapping',
  method: 'delete',
  path: '/v1/unified-mappings/{category}/{model}/{provider}',
  tag: 'unified',
  summary: 'Delete custom fields',
  description: "Takes back what was declared, for one customer or for all. The model's own fields stay as they are.",
  scope: 'mappings:write',
  params: mappingParams,
  query: mappingQuery,
  status: 204,
  errors: ['not_found'],
  async handle({ ctx, params, query }) {
    await deleteMapping({ ctx, input: { ...params, customerId: query.customer_id } });
    return undefined;
  },
});
