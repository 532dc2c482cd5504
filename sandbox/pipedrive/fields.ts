import type { Call } from '../dialect.ts';
import { type Answer, jsonAnswer } from '../http.ts';
import { isExactNumber, isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { Store } from '../store/store.ts';
import { invalid } from './errors.ts';

const pageSizeMax = 500;
const pageSizeDefault = 100;

/** GET /api/v2/{dealFields|personFields|…}: what the object's records have, custom fields behind their hashes. */
export function listFields({ request }: Call, store: Store): Answer {
  const { query } = request;
  for (const name of query.keys())
    if (!['include_fields', 'limit', 'cursor'].includes(name)) throw invalid(`parameter '${name}' is not allowed`);
  const limit = Number(query.get('limit') ?? pageSizeDefault);
  if (!Number.isInteger(limit) || limit < 1 || limit > pageSizeMax)
    throw invalid(`parameter 'limit' must be a number between 1 and ${pageSizeMax}`);
  const from = Number(query.get('cursor') ?? 0);
  if (!Number.isInteger(from)) throw invalid("parameter 'cursor' is not a valid cursor");
  const fields = fieldsOf(store);
  const next = from + limit < fields.length ? String(from + limit) : null;
  return jsonAnswer(200, { success: true, data: fields.slice(from, from + limit), additional_data: { next_cursor: next } });
}

/** The generated records are all alike: the first shows what there is, beside the stamps that all have. */
function fieldsOf({ model }: Store): JsonObject[] {
  const { custom_fields: custom, ...standard } = model.fieldsOf(1);
  const stamps: [string, Json][] = [
    ['id', 1],
    ['add_time', ''],
    ['update_time', ''],
  ];
  return [
    ...[...stamps, ...Object.entries(standard)].map(([code, value]) =>
      describe(code, { type: standardType(code, value), isCustom: false }),
    ),
    ...Object.entries(isJsonObject(custom) ? custom : {}).map(([code, value]) =>
      describe(code, { type: customType(value), isCustom: true }),
    ),
    // What is shown only when it is asked for.
    describe('next_activity_id', { type: 'activity', isCustom: false, isOptional: true }),
  ];
}

function describe(
  code: string,
  { type, isCustom, isOptional = false }: { type: string; isCustom: boolean; isOptional?: boolean },
): JsonObject {
  const name = isCustom ? `Custom ${type}` : code.replaceAll('_', ' ');
  const parts: Record<string, [string, string][]> = {
    monetary: [
      ['value', 'double'],
      ['currency', 'varchar'],
    ],
    daterange: [
      ['value', 'date'],
      ['until', 'date'],
    ],
  };
  const subfields = parts[type]?.map(([part, kind]) => ({ field_code: part, field_name: `${part} of ${name}`, field_type: kind })) ?? null;
  return {
    field_name: name,
    field_code: code,
    description: null,
    field_type: type,
    options: type === 'enum' || type === 'set' ? [{ id: 1, label: 'First', color: null }] : null,
    subfields,
    is_custom_field: isCustom,
    is_optional_response_field: isOptional,
  };
}

function standardType(code: string, value: Json): string {
  if (code === 'due_time' || code === 'duration') return 'time';
  if (code.endsWith('_time') || code.endsWith('_date')) return 'date';
  if (code === 'value') return 'monetary';
  if (code === 'address') return 'address';
  if (code === 'phones') return 'phone';
  if (code === 'visible_to') return 'visible_to';
  if (code === 'label_ids') return 'set';
  if (code === 'owner_id' || code === 'creator_user_id') return 'user';
  if (code === 'org_id') return 'org';
  if (code === 'person_id') return 'people';
  if (code === 'stage_id') return 'stage';
  if (code === 'status') return 'status';
  if (typeof value === 'boolean') return 'boolean';
  return typeof value === 'number' ? 'int' : isExactNumber(value) ? 'double' : 'varchar';
}

function customType(value: Json): string {
  if (isJsonObject(value)) return 'currency' in value ? 'monetary' : 'daterange';
  if (Array.isArray(value)) return 'set';
  if (typeof value === 'number') return 'enum';
  return isExactNumber(value) ? 'double' : 'varchar';
}
