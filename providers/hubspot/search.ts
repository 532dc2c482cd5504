import { byModified, type JsonObject, type PageAnswer, type PageRequest, type ReadPart, type RequestSpec } from '#kit';
import type { Chosen } from './properties.ts';

/** https://developers.hubspot.com/docs/api-reference/search/guide */
const searchPageSizeMax = 200;

/**
 * Records by their modified date. Search answers at most 10,000 records of one query and takes one sort only; its `after` is an
 * offset, and records slide when others change. So each page begins at the last date of the page before instead: no offset, no
 * ceiling. More records of one millisecond than fit a page are drained in the order of their ids: HubSpot's own batch updates make
 * tens of thousands of them (https://github.com/airbytehq/airbyte/issues/43317).
 */
export function searchByModified(path: string, modified: string): ReadPart {
  const search = (page: PageRequest, filters: JsonObject[], sort: string): RequestSpec => ({
    method: 'POST',
    path: `${path}/search`,
    json: {
      filterGroups: filters.length === 0 ? [] : [{ filters }],
      sorts: [{ propertyName: sort, direction: 'ASCENDING' }],
      properties: (page.prepared as unknown as Chosen).names,
      limit: searchPageSizeMax,
    },
    // Search has a budget of its own: 5 requests a second and account.
    category: 'search',
  });

  return {
    name: 'search',
    signal: 'records',
    recordsPath: 'results',
    completeness: 'approximate',
    isLagging: true,
    ...byModified({
      walk: (page, { at, isExclusive }) =>
        search(page, at === null ? [] : [{ propertyName: modified, operator: isExclusive ? 'GT' : 'GTE', value: epochMs(at) }], modified),
      ties: (page, { at, step }) => {
        const behind = step === null ? [] : [{ propertyName: 'hs_object_id', operator: 'GT', value: step.id! }];
        return search(page, [{ propertyName: modified, operator: 'EQ', value: epochMs(at) }, ...behind], 'hs_object_id');
      },
      nextTie: (page, answer) => (isEnd(page, answer) ? null : { id: answer.last?.id ?? null }),
      isEnd,
    }),
  };
}

/** Dates are compared by epoch milliseconds; ISO texts are not taken by every property. */
function epochMs(at: string): string {
  return String(Date.parse(at));
}

/** An answer without `paging` was the last of its query. */
function isEnd(_page: PageRequest, { envelope, count }: PageAnswer): boolean {
  return count === 0 || (envelope as { paging?: { next?: unknown } }).paging?.next === undefined;
}
