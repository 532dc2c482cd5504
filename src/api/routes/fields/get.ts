import { z } from '@hono/zod-openapi';
import { getField } from '../../../fields/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { Field, fieldExample, wireField } from './schema.ts';

export const getFieldEndpoint = endpoint({
  operationId: 'getField',
  method: 'get',
  path: '/v1/fields/{field_id}',
  tag: 'fields',
  summary: 'Get a field',
  description: 'One field, with the records counted whose value does not fit its type.',
  scope: 'fields:read',
  params: z.strictObject({ field_id: pathId('field_id', 'field', fieldExample) }),
  status: 200,
  response: Field,
  errors: ['not_found', 'destination_unavailable'],
  handle: async ({ ctx, params }) => wireField(await getField({ ctx, input: { fieldId: params.field_id } })),
});
