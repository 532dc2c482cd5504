import {
  byModified,
  byOffset,
  nextTiePage,
  type ObjectDefinition,
  type PageAnswer,
  type PageRequest,
  type ReadPart,
  type RequestSpec,
  tiePageOf,
} from '#kit';

/**
 * What API v2 does not have (2026-11): https://pipedrive.readme.io/docs/pipedrive-api-v2-migration-guide
 * Lists of v1 are paged by a number of rows, so that rows slide while they are read.
 */
const docs = 'https://developers.pipedrive.com/docs/api/v1';
const pageSizeMax = 500;
const visibilityLagSeconds = 60;
const more = 'additional_data.pagination.more_items_in_collection';
/** So many archived leads may be taken back or deleted between two pages without hiding another one, which the watermark would pass. */
const overlapRows = 50;

type Query = Record<string, string>;

function page(path: string, { pageSize }: PageRequest, query: Query): RequestSpec {
  return { method: 'GET', path, query: { limit: String(pageSize), ...query } };
}

/** Everything, some rows behind the others. */
function listing(name: string, path: string, overlap: { overlapRows?: number } = {}): ReadPart {
  const paging = byOffset({ first: (request) => page(path, request, { sort: 'id ASC' }), name: 'start', more, ...overlap });
  return { name, signal: 'records', recordsPath: 'data', completeness: 'approximate', ...paging };
}

const leadsPath = '/v1/leads';
const inOrder = 'update_time ASC';

/**
 * Leads in the order of change: each page begins at the last time of the page before, in whole seconds as the filter takes them, so
 * that nothing slides. Of a second with more leads than fit a page all are read by number before the walk goes on behind it.
 */
function walk(name: string): ReadPart {
  const from = (request: PageRequest, at: string | null, query: Query = {}) =>
    page(leadsPath, request, { sort: inOrder, ...(at === null ? {} : { updated_since: wholeSecond(at) }), ...query });
  const paging = byModified({
    walk: (request, { at, isExclusive }) => from(request, at !== null && isExclusive ? secondAfter(at) : at),
    ties: (request, { at, step }) => from(request, at, { start: String(tiePageOf(step) * request.pageSize) }),
    nextTie: (request, { count, last }, { at, step }) =>
      nextTiePage(step, count === request.pageSize && last?.watermark != null && wholeSecond(last.watermark) === wholeSecond(at)),
    isEnd: (request, { count }) => count < request.pageSize,
  });
  return { name, signal: 'records', recordsPath: 'data', completeness: 'approximate', ...paging };
}

/** Archived leads have a list of their own without a filter: the newest are read first, as far as they are new. */
function newlyArchived(): ReadPart {
  const paging = byOffset({
    first: (request) => page(`${leadsPath}/archived`, request, { sort: 'update_time DESC' }),
    name: 'start',
    more,
    overlapRows,
  });
  const isOlder = ({ since }: PageRequest, { last }: PageAnswer) =>
    since !== null && last?.watermark != null && Date.parse(last.watermark) < Date.parse(since);
  return {
    ...{ name: 'archived_changes', signal: 'records', recordsPath: 'data', completeness: 'approximate', ...paging },
    next: (request, answer) => (isOlder(request, answer) ? null : paging.next(request, answer)),
  };
}

/** Deleted leads are listed nowhere: a full read misses them, and a get by id says so. */
export const leads: ObjectDefinition = {
  label: 'Leads',
  docsUrl: `${docs}/Leads#getLeads`,
  record: { id: 'id', modifiedAt: 'update_time|add_time' },
  pageSizeMax,
  full: { parts: [walk('list'), listing('archived', `${leadsPath}/archived`, { overlapRows })] },
  incremental: { watermark: { path: 'update_time', type: 'datetime' }, parts: [walk('changes'), newlyArchived()] },
  get: (id) => ({ method: 'GET', path: `${leadsPath}/${encodeURIComponent(id)}` }),
  scopes: ['leads:read'],
  visibilityLagSeconds,
};

/** Their times have no zone, and none is a watermark: every run compares all of them, and meets what slid by in the one before. */
export const notes: ObjectDefinition = {
  label: 'Notes',
  docsUrl: `${docs}/Notes#getNotes`,
  record: { id: 'id' },
  pageSizeMax,
  full: { parts: [listing('list', '/v1/notes')] },
  get: (id) => ({ method: 'GET', path: `/v1/notes/${encodeURIComponent(id)}` }),
  scopes: ['deals:read', 'contacts:read'],
  visibilityLagSeconds,
};

/** All at once, those included who may not log in any more. */
export const users: ObjectDefinition = {
  label: 'Users',
  docsUrl: `${docs}/Users#getUsers`,
  record: { id: 'id' },
  pageSizeMax,
  full: {
    parts: [
      {
        ...{ name: 'list', signal: 'records', recordsPath: 'data', completeness: 'complete' },
        request: () => ({ method: 'GET', path: '/v1/users' }),
        next: () => null,
      },
    ],
  },
  get: (id) => ({ method: 'GET', path: `/v1/users/${encodeURIComponent(id)}` }),
  scopes: ['users:read'],
  visibilityLagSeconds,
};

function wholeSecond(at: string): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function secondAfter(at: string): string {
  return wholeSecond(new Date(Date.parse(at) + 1000).toISOString());
}
