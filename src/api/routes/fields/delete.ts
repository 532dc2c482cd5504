import { z } from '@hono/zod-openapi';
import { deleteField } from '../../../fields/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { Field, fieldExample, wireField } from './schema.ts';

export const deleteFieldEndpoint = endpoint({
  operationId: 'deleteField',
  method: 'delete',
  path: '/v1/fields/{field_id}',
  tag: 'fields',
  summary: 'Delete a field',
  description:
    'The column and its index go, the raw records stay. It is refused while views of yours read the column, or read the view that shows it, with their names.',
  scope: 'fields:write',
  params: z.strictObject({ field_id: pathId('field_id', 'field', fieldExample) }),
  status: 200,
  response: Field,
  errors: ['not_found', 'field_in_use', 'destination_unavailable'],
  handle: async ({ ctx, params }) => wireField(await deleteField({ ctx, input: { fieldId: params.field_id } })),
});
