import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import { createField } from '../../../fields/index.ts';
import { endpoint } from '../../endpoint.ts';
import { Field, fieldInput, objectInput, providerInput, wireField } from './schema.ts';

const CreateField = z
  .strictObject({
    provider: providerInput,
    object: objectInput,
    ...fieldInput,
    is_indexed: fieldInput.is_indexed.optional(),
    destination_id: text(64)
      .optional()
      .openapi({ description: "Default: where the object's records land; where those are several, it must be named." }),
  })
  .openapi('CreateField');

export const createFieldEndpoint = endpoint({
  operationId: 'createField',
  method: 'post',
  path: '/v1/fields',
  tag: 'fields',
  summary: 'Declare a field',
  description:
    'A typed column beside the raw record, and in the view of the object. It is added and filled while syncs go on; the event `field.ready` tells when. A value that does not fit the type is null and counted, and never keeps a record out.',
  scope: 'fields:write',
  body: CreateField,
  status: 201,
  response: Field,
  errors: ['provider_unknown', 'object_unknown', 'not_found', 'destination_ambiguous', 'conflict'],
  handle: async ({ ctx, body: { is_indexed, destination_id, ...wanted } }) =>
    wireField(await createField({ ctx, input: { ...wanted, isIndexed: is_indexed, destinationId: destination_id } })),
});
