import type { FieldsDefinition, FieldType, Json } from '#kit';

interface Field {
  field_code: string;
  field_name?: string;
  field_type?: string;
  is_custom_field?: boolean;
  is_optional_response_field?: boolean;
  subfields?: { field_code: string; field_name?: string; field_type?: string }[] | null;
}

/** The most that one answer has: https://developers.pipedrive.com/docs/api/v1/DealFields#getDealFields */
const fieldsMax = 500;

/** Lists in the records of v2, whatever their type is called: https://pipedrive.readme.io/docs/pipedrive-api-v2-migration-guide */
const lists = new Set(['emails', 'phones', 'im', 'label_ids', 'participants', 'attendees', 'prices']);

/** What a custom field of a type is in a record, and, but for choices, a standard one: those have words of their own. */
const fieldTypes: Record<string, FieldType> = {
  ...{ int: 'integer', double: 'number', boolean: 'boolean', date: 'date', enum: 'integer', set: 'json', visible_to: 'integer' },
  ...{ user: 'integer', org: 'integer', people: 'integer', deal: 'integer', project: 'integer', stage: 'integer', activity: 'integer' },
  ...{ projects_board: 'integer', projects_phase: 'integer', deals: 'json', json: 'json', picture: 'json' },
  ...{ address: 'json', daterange: 'json', timerange: 'json', monetary: 'json', time: 'json' },
};

/** The catalogue of an object's fields, custom ones included: `dealFields`, `personFields` … */
export function describeFields(catalogue: string): FieldsDefinition {
  return {
    request: { method: 'GET', path: `/v2/${catalogue}`, query: { limit: String(fieldsMax) } },
    cursor: { name: 'cursor', path: 'additional_data.next_cursor' },
    reduce: (body) => (((body as { data?: Json } | null)?.data as unknown as Field[] | undefined) ?? []).flatMap(describe),
  };
}

/** Fields that a record only has when they are asked for are none of ours. */
function describe(field: Field): { path: string; label: string; type: FieldType }[] {
  const { field_code: code, field_name: label = code, is_custom_field: isCustom = false, subfields } = field;
  if (field.is_optional_response_field) return [];
  if (!isCustom) return [{ path: code, label, type: standardType(field) }];
  const path = `custom_fields.${code}`;
  if (!subfields || subfields.length === 0) return [{ path, label, type: typeOf(field) }];
  return subfields.map((part) => ({ path: `${path}.${part.field_code}`, label: part.field_name ?? label, type: typeOf(part) }));
}

function standardType(field: Field): FieldType {
  const { field_code: code, field_type: type } = field;
  if (lists.has(code)) return 'json';
  // A time is called a date as well, and the currency of a deal stands beside its value.
  if (type === 'date' && code.endsWith('_time')) return 'time';
  if (type === 'monetary') return 'number';
  if (type === 'time') return 'text';
  return type === 'enum' ? 'text' : typeOf(field);
}

function typeOf({ field_type: type = '' }: { field_type?: string }): FieldType {
  return fieldTypes[type] ?? 'text';
}
