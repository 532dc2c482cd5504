import { z } from '@hono/zod-openapi';
import { updateField } from '../../../fields/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { Field, fieldExample, fieldInput, wireField } from './schema.ts';

const UpdateField = z.strictObject(fieldInput).partial().openapi('UpdateField');

export const updateFieldEndpoint = endpoint({
  operationId: 'updateField',
  method: 'patch',
  path: '/v1/fields/{field_id}',
  tag: 'fields',
  summary: 'Update a field',
  description:
    'A new name keeps the column, and views that read it go on. Another path or type makes the column anew, which is refused with the names of the views that read it. A field that failed is tried again.',
  scope: 'fields:write',
  params: z.strictObject({ field_id: pathId('field_id', 'field', fieldExample) }),
  body: UpdateField,
  status: 200,
  response: Field,
  errors: ['not_found', 'field_in_use', 'conflict', 'destination_unavailable'],
  handle: async ({ ctx, params, body: { is_indexed, ...wanted } }) =>
    wireField(await updateField({ ctx, input: { fieldId: params.field_id, ...wanted, isIndexed: is_indexed } })),
});
