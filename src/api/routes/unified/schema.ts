import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import { mappingModes } from '../../../unified/custom-field.ts';
import type { CustomMapping } from '../../../unified/index.ts';
import { customFieldsInput } from '../../../unified/input.ts';
import { customerIdField, customerIdInput, idField, ours, queryBoolean, queryText, timeField, wireTime } from '../../wire/common.ts';
import { connectionExample } from '../connections/schema.ts';
import { destinationExample } from '../destinations/schema.ts';

const names = {
  category: "The model's category.",
  model: "The model's name.",
  provider: "The provider's name in the catalog.",
};
const examples = { category: 'crm', model: 'contact', provider: 'hubspot' };

function namePath(name: keyof typeof names) {
  return text(100).openapi({ param: { name, in: 'path' }, description: names[name], example: examples[name] });
}

export function nameField(name: keyof typeof names) {
  return z.string().openapi({ description: names[name], example: examples[name] });
}

export const modelParams = { category: namePath('category'), model: namePath('model') };
export const mappingParams = z.strictObject({ ...modelParams, provider: namePath('provider') });

export const destinationQuery = queryText(
  "From this destination. Default: the one that the syncs of the model's objects write to; where there are several the answer is 409 `destination_ambiguous`.",
  destinationExample,
);

/** What of the records is shown. */
export const shownQuery = {
  include_deleted: queryBoolean('Also what is no record of the model any more. Default false.'),
  include_raw: queryBoolean("Also `raw`, the provider's record. Default false."),
  expand: text(1000).optional().openapi({
    description: 'Relations to show as the record that they name instead of its id, with commas between. null where it is not stored here.',
    example: 'account,owner',
  }),
};

export const mappingQuery = z.strictObject({
  customer_id: customerIdInput.optional().openapi({ description: 'Of this customer alone. Default: of every customer.' }),
});

export const CustomFields = ours(customFieldsInput).openapi({
  type: 'object',
  description:
    'Custom fields by name: `path` says where the value stands in the record (names joined by dots; `$` is the whole record), `type` what it is: `text`, `number`, `integer`, `boolean`, `time`, `date` or `json`. What is absent or does not fit is null.',
  example: { tier: { path: 'properties.tier', type: 'text' } },
});

export const UnifiedRecord = z
  .looseObject({
    id: z.string().openapi({ description: 'The connection and the remote id; the same in SQL.', example: `${connectionExample}/2041` }),
    remote_id: z.string().openapi({ description: "The record's id at the provider.", example: '2041' }),
    provider: nameField('provider'),
    customer_id: customerIdField,
    connection_id: idField('connection', connectionExample),
    last_modified_at: timeField('When it last changed here.'),
    synced_at: timeField('When the hub last wrote it.'),
    is_deleted: z.boolean().openapi({
      description: 'True where it is no record of the model any more: deleted, emptied, or of another kind now. Let your copy go.',
    }),
    deleted_at: timeField('When it was found deleted; null while it exists at the provider.').nullable(),
    custom_fields: z.record(z.string(), z.unknown()).openapi({
      description: 'The custom fields that you declared, by name. Numbers keep every digit.',
      example: { tier: 'gold' },
    }),
    raw: z
      .record(z.string(), z.unknown())
      .optional()
      .openapi({ description: 'With `include_raw`: the record as the provider gave it.', example: { id: '2041' } }),
  })
  .openapi('UnifiedRecord', {
    description: "Beside these members the model's own fields, always all of them: null, or an empty list, where there is nothing.",
  });

export const UnifiedMapping = z
  .object({
    category: nameField('category'),
    model: nameField('model'),
    provider: nameField('provider'),
    customer_id: customerIdField.nullable().openapi({ description: 'Of this customer alone; null: of every customer.' }),
    mode: z
      .enum(mappingModes)
      .nullable()
      .openapi({ description: "Whether the customer's fields stand beside everybody's or in their place; null: of every customer." }),
    fields: z
      .record(
        z.string(),
        z.object({
          path: z.string().openapi({ description: 'Where the value stands in the record.', example: 'properties.tier' }),
          type: z.string().openapi({ description: 'What it is.', example: 'text' }),
        }),
      )
      .openapi({ description: 'Custom fields by name.' }),
    created_at: timeField('When it was first declared.'),
    updated_at: timeField('When it was last declared.'),
  })
  .openapi('UnifiedMapping');

export function wireMapping({
  category,
  model,
  provider,
  customerId,
  mode,
  fields,
  ...rest
}: CustomMapping): z.input<typeof UnifiedMapping> {
  const times = { created_at: wireTime(rest.createdAt), updated_at: wireTime(rest.updatedAt) };
  return { category, model, provider, customer_id: customerId, mode, fields, ...times };
}
