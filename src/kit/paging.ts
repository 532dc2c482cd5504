import { compilePath, readPath } from '../base/path.ts';
import { ProviderError } from './errors.ts';
import type { PageRequest, ReadPart, RequestSpec } from './types.ts';

/** How a part is paged: the half of a `ReadPart` that moves. All of it is pure; positions are JSON and survive crashes. */
export type Paging = Pick<ReadPart, 'request' | 'next' | 'resume' | 'coversChanges'>;

/** The request of the first page; later ones add their place to it. */
type First = (page: PageRequest) => RequestSpec;

/**
 * A cursor in the answer goes into the query of the next request.
 *
 * @example byCursor({ first: () => ({ method: 'GET', path: '/v1/contacts' }), name: 'after', path: 'paging.next.after' })
 */
export function byCursor(options: { first: First; name: string; path: string }): Paging {
  const { first, name, path } = options;
  return {
    request(page) {
      const spec = first(page);
      return page.position === null ? spec : { ...spec, query: { ...spec.query, [name]: String(page.position.cursor) } };
    },
    next(_page, { envelope }) {
      const cursor = readPath(envelope, compilePath(path));
      return isFilled(cursor) ? { cursor: String(cursor) } : null;
    },
  };
}

/** The answer names the next page's address, path and query included. The client refuses another origin. */
export function byNextLink(options: { first: First; path: string }): Paging {
  const { first, path } = options;
  return {
    request(page) {
      const { query: _query, json: _json, ...spec } = first(page);
      return page.position === null ? first(page) : { ...spec, method: 'GET', path: String(page.position.link) };
    },
    next(_page, { envelope }) {
      const link = readPath(envelope, compilePath(path));
      return isFilled(link) ? { link: String(link) } : null;
    },
  };
}

/** Pages by number; the first that is not full is the last. Declare the part `approximate`: rows slide while pages are read. */
export function byPageNumber(options: { first: First; name: string; firstPage: number }): Paging {
  const { first, name, firstPage } = options;
  const numberOf = (page: PageRequest) => Number(page.position?.page ?? firstPage);
  return {
    request(page) {
      const spec = first(page);
      return { ...spec, query: { ...spec.query, [name]: String(numberOf(page)) } };
    },
    next: (page, { count }) => (count < page.pageSize ? null : { page: numberOf(page) + 1 }),
  };
}

/**
 * Pages by the number of rows before them. `more`: path of what says whether there is a next page. Declare the part `approximate`: rows
 * slide while pages are read. `overlapRows`: see `rowsOnward`.
 */
export function byOffset(options: { first: First; name: string; more: string; overlapRows?: number }): Paging {
  const { first, name, more, overlapRows = 0 } = options;
  const startOf = (page: PageRequest) => Number(page.position?.start ?? 0);
  return {
    request(page) {
      const spec = first(page);
      return { ...spec, query: { ...spec.query, [name]: String(startOf(page)) } };
    },
    next(page, { envelope, count }) {
      const hasMore = count > 0 && readPath(envelope, compilePath(more)) === true;
      return hasMore ? { start: startOf(page) + rowsOnward(count, overlapRows) } : null;
    },
  };
}

/**
 * How far behind its begin a page by offset is followed by the next: each row that leaves the list meanwhile draws those behind it forward,
 * so the last `overlapRows` of a page are read again. At most half of it: the listing goes on, however small its pages are.
 */
function rowsOnward(count: number, overlapRows: number): number {
  return count - Math.min(overlapRows, Math.floor(count / 2));
}

/**
 * The next page begins behind the last id of this one, for listings in an order that stays. `more`: path of what says whether there
 * is a next page; without it the first page that is not full is the last.
 */
export function byKeyset(options: { first: First; name: string; more?: string }): Paging {
  const { first, name, more } = options;
  return {
    request(page) {
      const spec = first(page);
      return page.position === null ? spec : { ...spec, query: { ...spec.query, [name]: String(page.position.after) } };
    },
    next(page, { envelope, count, last }) {
      if (more === undefined ? count < page.pageSize : readPath(envelope, compilePath(more)) !== true) return null;
      if (last?.id == null) throw new ProviderError('unavailable', 'No record of a full page has an id, so the listing cannot go on.');
      return { after: last.id };
    },
    resume: (position) => position,
  };
}

/**
 * A feed that goes on behind the mark of its last item, for the first page as for all others. `more`: path of the boolean that says
 * whether there is another page; without it a page that is not full is the last.
 *
 * @example byMark({ first: () => ({ method: 'GET', path: '/v1/events' }), name: 'ending_before', more: 'has_more' })
 */
export function byMark(options: { first: First; name: string; more?: string }): Paging {
  const { first, name, more } = options;
  return {
    request(page) {
      const spec = first(page);
      const mark = page.position === null ? page.since : String(page.position.mark);
      return mark === null ? spec : { ...spec, query: { ...spec.query, [name]: mark } };
    },
    next(page, { count, last, envelope }) {
      const hasMore = more === undefined ? count >= page.pageSize : readPath(envelope, compilePath(more)) === true;
      if (!hasMore) return null;
      if (last?.watermark == null) throw new ProviderError('unavailable', 'No item of a page has a mark, so the feed cannot go on.');
      return { mark: last.watermark };
    },
    resume: (position) => position,
  };
}

function isFilled(value: unknown): value is string | number {
  return typeof value === 'number' || (typeof value === 'string' && value !== '');
}
