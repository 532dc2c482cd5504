import type { RequestSpec } from '../../../src/kit/index.ts';

export interface ModelRecord {
  id: number;
  modifiedMs: number;
}

interface Search {
  filterGroups: { filters: { propertyName: string; operator: string; value: string }[] }[];
  sorts: { propertyName: string; direction: string }[];
  limit: number;
  after?: string;
}

/** https://developers.hubspot.com/docs/api-reference/search/guide */
const hitsMax = 10_000;

/**
 * HubSpot's search, as small as it can be: filters, one sort, and the ceiling. Ties come in no order that a client may count on:
 * here in that of a scrambled id.
 */
export function answerSearch(records: readonly ModelRecord[], spec: RequestSpec): string {
  const { filterGroups, sorts, limit, after = '0' } = spec.json as unknown as Search;
  if (Number(after) + limit > hitsMax) throw new Error(`The provider asked beyond ${hitsMax} hits.`);
  if (sorts.length > 1) throw new Error('Search takes one sort.');
  const propertyOf = (record: ModelRecord, name: string) => (name === 'hs_object_id' ? record.id : record.modifiedMs);
  const filters = filterGroups[0]?.filters ?? [];
  const hits = records.filter((record) =>
    filters.every(({ propertyName, operator, value }) => compare(operator, propertyOf(record, propertyName), Number(value))),
  );
  hits.sort((a, b) => propertyOf(a, sorts[0]!.propertyName) - propertyOf(b, sorts[0]!.propertyName) || scramble(a.id) - scramble(b.id));
  const page = hits.slice(Number(after), Number(after) + limit);
  const next = Number(after) + page.length;
  return JSON.stringify({
    total: hits.length,
    results: page.map(render),
    ...(next < hits.length ? { paging: { next: { after: String(next) } } } : {}),
  });
}

export function render({ id, modifiedMs }: ModelRecord) {
  const at = new Date(modifiedMs).toISOString();
  return { id: String(id), properties: { hs_object_id: String(id), lastmodifieddate: at }, createdAt: at, updatedAt: at, archived: false };
}

function compare(operator: string, value: number, bound: number): boolean {
  switch (operator) {
    case 'GTE':
      return value >= bound;
    case 'GT':
      return value > bound;
    case 'EQ':
      return value === bound;
    default:
      throw new Error(`The model does not know the operator ${operator}.`);
  }
}

function scramble(id: number): number {
  return (id * 2654435761) % 4294967296;
}
