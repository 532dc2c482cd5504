import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import { customerIdField, idField, queryBoolean, queryText, timeField } from '../../wire/common.ts';
import { connectionExample } from '../connections/schema.ts';
import { destinationExample } from '../destinations/schema.ts';

export const RecordEntry = z
  .object({
    seq: z.string().openapi({ description: 'Position in the change feed.', example: '1201' }),
    customer_id: customerIdField,
    connection_id: idField('connection', connectionExample),
    record_id: z.string().openapi({ description: "The record's id at the provider.", example: '2041' }),
    modified_at: timeField("The provider's modified time.").nullable(),
    synced_at: timeField('When the hub last wrote it.'),
    deleted_at: timeField('When it was found deleted; null while it exists.').nullable(),
    is_sanitised: z
      .literal(true)
      .optional()
      .openapi({ description: 'Only there when characters that JSON storage refuses were replaced by U+FFFD.' }),
    record: z.record(z.string(), z.unknown()).openapi({
      description:
        'The record as the provider gave it: every number digit by digit, every field (or those that `fields` names). Use a JSON reader that keeps big numbers, or the SDK.',
      example: { id: '2041', properties: { email: 'ada@example.com' } },
    }),
  })
  .openapi('RecordEntry');

/** What a page says about all that its filters let through. */
export const pageFacts = {
  complete_as_of: timeField(
    'Everything that changed at the provider before this time, by its own clock, is in the pages up to `has_more: false`. The earliest of all syncs that the filters cover; null while one of them has not read everything once. Deletes that a provider does not announce are found by its next full read.',
  ).nullable(),
  total_count: z.int().nullable().optional().openapi({
    description:
      'With `count`: how many records the filters let through, wherever the cursor stands; at most 1,000,000. null: counting took too long.',
  }),
  total_is_exact: z.boolean().optional().openapi({ description: 'With `count`: false where there are more than were counted.' }),
};

export const objectParams = {
  provider: text(200).openapi({
    param: { name: 'provider', in: 'path' },
    description: "The provider's name in the catalog.",
    example: 'hubspot',
  }),
  object: text(200).openapi({
    param: { name: 'object', in: 'path' },
    description: "The object's name at the provider.",
    example: 'contacts',
  }),
};

export const fromDestination =
  'From this destination. Default: the one that the syncs of these records write to; where there are several the answer is 409 `destination_ambiguous`.';

/** Whose records, and from where. */
export const ownerQuery = {
  customer_id: queryText('Only of this customer.', 'acme', 300),
  connection_id: queryText('Only of this connection.', connectionExample),
  destination_id: queryText(fromDestination, destinationExample),
};

const fieldsDescription =
  'Show only these parts of `record`: paths with dots between the names, or names of declared fields, with commas between. What a record does not have is left out. `\\.` and `\\,` stand for themselves.';

export const shownQuery = {
  fields: text(4000).optional().openapi({ description: fieldsDescription, example: 'id,properties.email' }),
  include_deleted: queryBoolean('Also tombstones: records that are deleted at the provider. Default false.'),
};

export function timeQuery(description: string, example: string) {
  return z.iso
    .datetime({ offset: true })
    .transform((time) => new Date(time))
    .optional()
    .openapi({ type: 'string', format: 'date-time', description, example });
}

export const feedQuery = {
  ...ownerQuery,
  modified_after: timeQuery(
    'Only what the hub wrote at or after this time. Clocks leave gaps; only the cursor does not.',
    '2026-11-20T12:00:00Z',
  ),
  filter: text(4096).optional().openapi({
    description:
      'Conditions on declared fields that are ready and have an index, all of which must hold: JSON of field → `eq`, `in`, `gt`, `gte`, `lt`, `lte`. At most 5 fields and 100 values. A field that is null meets none.',
    example: '{"email":{"eq":"ada@example.com"}}',
  }),
  ...shownQuery,
};

/** `a.b,c` → both; a comma behind a backslash belongs to the name. */
export function splitFields(given: string | undefined): string[] | undefined {
  return given?.split(/(?<!\\),/);
}
