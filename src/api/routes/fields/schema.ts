import { z } from '@hono/zod-openapi';
import { fieldTypes } from '../../../base/field-type.ts';
import { text } from '../../../base/text.ts';
import type { Field as FieldOf, FieldSuggestion as SuggestionOf, View as ViewOf } from '../../../fields/index.ts';
import { nameInput, pathInput } from '../../../fields/input.ts';
import { idField, ours, timeField, wireTime } from '../../wire/common.ts';
import { destinationExample } from '../destinations/schema.ts';
import { providerField } from '../provider-configs/schema.ts';
import { objectField } from '../sync-configs/schema.ts';

export const fieldExample = 'fld_01k9d3v5m2q8r7s6t5v4w3x2y1';

const FieldType = z.enum(fieldTypes).openapi('FieldType', {
  description:
    'What the column is in SQL: `text`, `number` (numeric), `integer` (int8), `boolean`, `time` (timestamptz; without a zone it is UTC), `date`, `json` (jsonb).',
});

/** What is declared, in creating and updating. */
export const fieldInput = {
  name: ours(nameInput).openapi({ description: 'The name of the column, in the table and in the view.', example: 'email' }),
  path: ours(pathInput).openapi({
    description: 'Where the value stands in the record: names joined by dots, a number for a place in a list, `\\.` for a dot in a name.',
    example: '$.properties.email',
    type: 'string',
  }),
  type: FieldType,
  is_indexed: z.boolean().openapi({
    description: 'Whether the column gets an index, which filters need. An indexed text keeps values of up to 2,000 bytes.',
  }),
};

export const objectInput = text(200).openapi({ description: "The object's name at the provider.", example: 'contacts' });
export const providerInput = text(100).openapi({ description: 'Whose records.', example: 'hubspot' });

export const Field = z
  .object({
    id: idField('field', fieldExample),
    destination_id: idField('destination', destinationExample),
    provider: providerField,
    object: objectField,
    name: z.string().openapi({ description: 'The name of the column, in the table and in the view.', example: 'email' }),
    path: z.string().openapi({ description: 'Where the value stands in the record.', example: 'properties.email' }),
    type: FieldType,
    is_indexed: z.boolean().openapi({ description: 'Whether the column has an index, so that lists can be filtered by it.' }),
    status: z.enum(['adding', 'ready', 'dropping', 'failed']).openapi({
      description:
        '`adding`: it is being filled, and shows when it is `ready`. `dropping`: it is about to go. `failed`: see the reason; an update tries again.',
    }),
    status_reason: z.string().nullable().openapi({ description: 'What stands in the way, where it failed.' }),
    failed_casts: z.int().nullable().openapi({
      description:
        'Live records whose value does not fit the type and is null in the column. Counted when one field is read; null in lists.',
    }),
    created_at: timeField('When it was declared.'),
    updated_at: timeField('When it was last changed or worked on.'),
  })
  .openapi('Field');

export function wireField(field: FieldOf): z.input<typeof Field> {
  const { id, provider, object, name, path, type, status } = field;
  return {
    ...{ id, provider, object, name, path, type, status },
    destination_id: field.destinationId,
    is_indexed: field.isIndexed,
    status_reason: field.statusReason,
    failed_casts: field.failedCasts,
    created_at: wireTime(field.createdAt),
    updated_at: wireTime(field.updatedAt),
  };
}

export const View = z
  .object({
    name: z.string().openapi({ description: "The view's name in the schema.", example: 'hubspot_contacts_live' }),
    schema: z.string().openapi({ description: 'Where it stands.', example: 'hub_01k9d3v5m2q8r7s6t5v4w3x2y1' }),
    destination_id: idField('destination', destinationExample),
    kind: z
      .enum(['object', 'unified'])
      .openapi({ description: '`object`: the live records of one object. `unified`: a model across providers.' }),
    provider: z.string().nullable().openapi({ description: "Whose records an object's view shows.", example: 'hubspot' }),
    object: z.string().nullable().openapi({ description: "Which object an object's view shows.", example: 'contacts' }),
    columns: z.array(z.string()).openapi({ description: 'Its columns, in order.' }),
  })
  .openapi('View');

export function wireView({ name, schema, destinationId, kind, provider, object, columns }: ViewOf): z.input<typeof View> {
  return { name, schema, destination_id: destinationId, kind, provider, object, columns };
}

export const FieldSuggestion = z
  .object({
    name: z.string().openapi({ description: 'A name for the column that is free.', example: 'email' }),
    path: z.string().openapi({ description: 'Where the value stands in the record.', example: 'properties.email' }),
    type: FieldType,
    label: z.string().nullable().openapi({ description: 'What the provider calls it; null: it does not say.', example: 'Email' }),
    records: z.int().openapi({ description: 'Of the 200 newest records, those that have a value there.', example: 187 }),
  })
  .openapi('FieldSuggestion');

export function wireSuggestion({ name, path, type, label, records }: SuggestionOf): z.input<typeof FieldSuggestion> {
  return { name, path, type, label, records };
}
