import { byCursor, byMark, byModified, feedOfIds, nextTiePage, type PageRequest, type ReadPart, type RequestSpec, tiePageOf } from '#kit';

const common = { recordsPath: 'data' } as const;
const cursor = { name: 'cursor', path: 'next_cursor' };

/** A cursor keeps the filter of its first page and is refused beside it. */
function filtered(page: PageRequest, path: string, filter: string, since: string | null, always: Record<string, string> = {}): RequestSpec {
  const changed = page.position === null && since !== null ? { [filter]: since } : {};
  return { method: 'GET', path, query: { limit: String(page.pageSize), ...always, ...changed } };
}

/** Everything that exists, in the order of ids. */
export function listing(path: string): ReadPart {
  const first = (page: PageRequest): RequestSpec => ({ method: 'GET', path, query: { limit: String(page.pageSize) } });
  return { ...common, name: 'list', signal: 'records', completeness: 'complete', ...byCursor({ first, ...cursor }) };
}

/** What belongs to one record, in the order of ids. */
export function below(path: string, object: string): ReadPart {
  const first = (page: PageRequest): RequestSpec => ({
    method: 'GET',
    path: `${path}/${encodeURIComponent(page.parentId ?? '')}/${object}`,
    query: { limit: String(page.pageSize) },
  });
  return { ...common, name: 'below', signal: 'records', completeness: 'complete', ...byCursor({ first, ...cursor }) };
}

interface ChangesOptions {
  beginning?: string;
  always?: Record<string, string>;
  /** The filter takes a day instead of a time. */
  isDay?: boolean;
}

/** What changed, in the order of change. `beginning` is the watermark below all others, where no filter would mean another order. */
export function changes(path: string, filter: string, options: ChangesOptions = {}): ReadPart {
  const { beginning = null, always = {}, isDay = false } = options;
  const first = ({ since, ...page }: PageRequest) =>
    filtered({ ...page, since }, path, filter, (isDay ? since?.slice(0, 'YYYY-MM-DD'.length) : since) ?? beginning, always);
  return { ...common, name: 'changes', signal: 'records', completeness: 'complete', ...byCursor({ first, ...cursor }) };
}

/** The ids of everything that exists, and nothing else. */
export function keyListing(path: string): ReadPart {
  return { ...listing(`${path}/keys`), name: 'keys' };
}

/** Each record that changed, once and as it is now, behind a token. */
export function changesByToken(path: string): ReadPart {
  const first = ({ pageSize, since, position }: PageRequest): RequestSpec => {
    const token: Record<string, string> = position === null && since !== null ? { token: since } : {};
    return { method: 'GET', path: `${path}/changes`, query: { limit: String(pageSize), ...token } };
  };
  return {
    ...{ ...common, name: 'changes', signal: 'records', completeness: 'complete' },
    feed: { deleted: { path: 'removed' }, changedAt: { path: 'removed_at' } },
    ...byCursor({ first, name: 'page_token', path: 'next_page_token' }),
  };
}

/** The same without the records: what changed is named, and read in batches. */
export function changedIds(path: string): ReadPart {
  const first = ({ pageSize, since, position }: PageRequest): RequestSpec => {
    const token: Record<string, string> = position === null && since !== null ? { token: since } : {};
    return { method: 'GET', path: `${path}/changed_ids`, query: { limit: String(pageSize), ...token } };
  };
  return {
    ...{ name: 'changed_ids', signal: 'records', completeness: 'complete' },
    ...feedOfIds(
      { path: 'data', id: 'id', deleted: 'removed', changedAt: 'removed_at' },
      byCursor({ first, name: 'page_token', path: 'next_page_token' }),
    ),
  };
}

/** Every change by itself, with the record as it was then: what was stored since is not overwritten by it. */
export function events(path: string, name: string): ReadPart {
  const first = ({ pageSize }: PageRequest): RequestSpec => ({ method: 'GET', path: `${path}/events`, query: { limit: String(pageSize) } });
  return {
    ...{ ...common, name: 'events', signal: 'records', completeness: 'complete', isLagging: true },
    feed: {
      record: 'data.object',
      id: 'data.id',
      deleted: { path: 'type', values: [`${name}.deleted`] },
      changedAt: { path: 'occurred_at' },
      mark: 'event_id',
      only: { path: 'type', values: ['created', 'updated', 'deleted'].map((type) => `${name}.${type}`) },
    },
    ...byMark({ first, name: 'after', more: 'has_more' }),
  };
}

/** The feed of ids that were deleted. */
export function deletions(path: string): ReadPart {
  const first = (page: PageRequest) => filtered(page, `${path}/deleted`, 'since', page.since);
  return { ...common, name: 'deletions', signal: 'deletions', completeness: 'complete', ...byCursor({ first, ...cursor }) };
}

/**
 * Pages by number over the mutable modified time, the only order that this listing has: rows slide while they are read.
 * The walk by modified time keeps that from losing a row; only records that share one moment are paged by number.
 */
export function walkByPages(path: string): ReadPart {
  const first = (page: PageRequest, since: string | null): RequestSpec => ({
    method: 'GET',
    path,
    query: { per_page: String(page.pageSize), ...(since === null ? {} : { modified_since: since }) },
  });
  const tiePage = (request: RequestSpec, page: number): RequestSpec => ({
    ...request,
    query: { ...request.query, page: String(1 + page) },
  });
  const paging = byModified({
    walk: (page, { at, isExclusive }) => first(page, at !== null && isExclusive ? nextMillisecond(at) : at),
    ties: (page, { at, step }) => tiePage(first(page, at), tiePageOf(step)),
    nextTie: (page, { count, last }, { at, step }) => nextTiePage(step, count === page.pageSize && last?.watermark === at),
    isEnd: (page, { count }) => count < page.pageSize,
  });
  return { ...common, name: 'pages', signal: 'records', completeness: 'approximate', ...paging };
}

function nextMillisecond(at: string): string {
  return new Date(Date.parse(at) + 1).toISOString();
}
