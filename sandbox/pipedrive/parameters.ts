import { invalid } from './errors.ts';
import type { PipedriveObject } from './objects.ts';

const pageSizeMax = 500;
const pageSizeDefault = 100;
const idsMax = 100;
const customFieldsMax = 15;
const statuses = ['open', 'won', 'lost', 'deleted'];

export interface ListParameters {
  limit: number;
  sortBy: 'id' | 'update_time';
  since: number;
  until: number;
  ids: string[] | null;
  statuses: string[] | null;
  customFields: string[] | null;
  /** Fields whose value must be this. */
  equal: [field: string, value: string][];
}

/** v2 is strict about its parameters: https://pipedrive.readme.io/docs/pipedrive-api-v2-migration-guide */
export function readParameters(query: URLSearchParams, object: PipedriveObject): ListParameters {
  const allowed = ['ids', 'limit', 'cursor', 'sort_by', 'sort_direction', ...object.filters, ...object.others];
  if (object.name !== 'activities') allowed.push('custom_fields');
  if (object.name === 'deals') allowed.push('status');
  if (object.hasChanges) allowed.push('updated_since', 'updated_until');
  for (const name of query.keys()) {
    if (!allowed.includes(name)) throw invalid(`parameter '${name}' is not allowed`);
    if (object.others.includes(name)) throw invalid(`the sandbox does not simulate the parameter '${name}'`);
  }
  return {
    limit: limitIn(query),
    sortBy: sortIn(query, object),
    since: timeIn(query, 'updated_since') ?? Number.NEGATIVE_INFINITY,
    until: timeIn(query, 'updated_until') ?? Number.POSITIVE_INFINITY,
    ids: listIn(query, 'ids', idsMax),
    statuses: statusesIn(query),
    customFields: listIn(query, 'custom_fields', customFieldsMax),
    equal: object.filters.flatMap((field) => (query.has(field) ? [[field, query.get(field)!] as [string, string]] : [])),
  };
}

function limitIn(query: URLSearchParams): number {
  const text = query.get('limit');
  if (text === null) return pageSizeDefault;
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > pageSizeMax) throw invalid(`parameter 'limit' must be a number between 1 and ${pageSizeMax}`);
  return limit;
}

function sortIn(query: URLSearchParams, { name }: PipedriveObject): 'id' | 'update_time' {
  const [field, direction] = [query.get('sort_by') ?? 'id', query.get('sort_direction') ?? 'asc'];
  const fields = ['id', 'update_time', 'add_time', ...(name === 'activities' ? ['due_date'] : name === 'products' ? ['name'] : [])];
  if (!fields.includes(field)) throw invalid(`parameter 'sort_by' must be one of ${fields.join(', ')}`);
  if (direction !== 'asc' && direction !== 'desc') throw invalid("parameter 'sort_direction' must be one of asc, desc");
  if ((field !== 'id' && field !== 'update_time') || direction === 'desc')
    throw invalid('the sandbox sorts by id and update_time, ascending');
  return field;
}

/** RFC 3339 in whole seconds: a fraction is refused (seen by others against v2 in 2026). */
function timeIn(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  if (text === null) return null;
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw invalid(`parameter '${name}' is not a valid datetime`);
  return at;
}

function listIn(query: URLSearchParams, name: string, max: number): string[] | null {
  const text = query.get(name);
  if (text === null) return null;
  const values = text.split(',').filter(Boolean);
  if (values.length > max) throw invalid(`parameter '${name}' may have at most ${max} values`);
  return values;
}

function statusesIn(query: URLSearchParams): string[] | null {
  const values = listIn(query, 'status', statuses.length);
  for (const value of values ?? [])
    if (!statuses.includes(value)) throw invalid(`parameter 'status' must be one of ${statuses.join(', ')}`);
  return values;
}
