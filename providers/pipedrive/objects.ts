import { byCursor, type ObjectDefinition, type PageRequest, type ReadPart, type RecordShape } from '#kit';
import { describeFields } from './fields.ts';

/** https://pipedrive.readme.io/docs/core-api-concepts-pagination */
const pageSizeMax = 500;
/** Pipedrive says nothing about it; a connector in production reads the last minute again (2026-11). */
const visibilityLagSeconds = 60;
const cursor = { name: 'cursor', path: 'additional_data.next_cursor' };
const docs = 'https://developers.pipedrive.com/docs/api/v1';

type Filters = Record<string, string>;

/** In the order of ids: the cursor names the id where the next page begins, so nothing slides. */
function listing(name: string, path: string, completeness: ReadPart['completeness'], filters: Filters = {}): ReadPart {
  return {
    name,
    signal: 'records',
    recordsPath: 'data',
    completeness,
    ...byCursor({ first: ({ pageSize }) => get(path, { limit: String(pageSize), ...sortedBy('id'), ...filters }), ...cursor }),
  };
}

/** In the order of change: a record that changes meanwhile is met again further on, and the cursor names time and id. */
function changes(name: string, path: string, signal: ReadPart['signal'], filters: Filters = {}): ReadPart {
  return {
    name,
    signal,
    recordsPath: 'data',
    completeness: 'complete',
    ...byCursor({
      first: ({ pageSize, since }) =>
        get(path, { limit: String(pageSize), ...sortedBy('update_time'), ...filters, ...updatedSince(since) }),
      ...cursor,
    }),
  };
}

function get(path: string, query: Filters) {
  return { method: 'GET' as const, path, query };
}

function sortedBy(field: 'id' | 'update_time'): Filters {
  return { sort_by: field, sort_direction: 'asc' };
}

/** Inclusive, and in whole seconds: v2 refuses a fraction as "not a valid datetime" (seen by others 2026). */
function updatedSince(since: PageRequest['since']): Filters {
  return since === null ? {} : { updated_since: new Date(since).toISOString().replace(/\.\d{3}Z$/, 'Z') };
}

interface Described {
  label: string;
  docsUrl: string;
  scope: string;
  path: string;
  /** Its catalogue of fields. */
  fields: string;
}

function object(
  { label, docsUrl, scope, path, fields }: Described,
  { record = {}, ...reads }: Pick<ObjectDefinition, 'full' | 'incremental' | 'deletions'> & { record?: Partial<RecordShape> },
): ObjectDefinition {
  return {
    label,
    docsUrl,
    record: { id: 'id', modifiedAt: 'update_time|add_time', ...record },
    pageSizeMax,
    ...reads,
    get: (id) => ({ method: 'GET', path: `${path}/${encodeURIComponent(id)}` }),
    fields: describeFields(fields),
    scopes: [scope],
    visibilityLagSeconds,
  };
}

/** Times are whole seconds, in the filter as in the records, and the filter is inclusive: nothing of a second is missed. */
const watermark = { path: 'update_time', type: 'datetime' } as const;

/**
 * Lists show what is not deleted, and nothing lists the deleted ones: a full read, or a pass over the keys, finds them by their
 * absence. (Got by its id, a deleted record shows for 30 days, with `is_deleted`.)
 */
function contactLike(described: Described): ObjectDefinition {
  return object(described, {
    full: { parts: [listing('list', described.path, 'complete')] },
    incremental: { watermark, parts: [changes('changes', described.path, 'records')] },
  });
}

export const persons = contactLike({
  label: 'Persons',
  docsUrl: `${docs}/Persons#getPersons`,
  scope: 'contacts:read',
  path: '/v2/persons',
  fields: 'personFields',
});
export const organizations = contactLike({
  label: 'Organizations',
  docsUrl: `${docs}/Organizations#getOrganizations`,
  scope: 'contacts:read',
  path: '/v2/organizations',
  fields: 'organizationFields',
});
export const activities = contactLike({
  label: 'Activities',
  docsUrl: `${docs}/Activities#getActivities`,
  scope: 'activities:read',
  path: '/v2/activities',
  fields: 'activityFields',
});

const dealsPath = '/v2/deals';
const archivedPath = '/v2/deals/archived';
/** https://developers.pipedrive.com/docs/api/v1/Deals#getDeals */
const deleted = { status: 'deleted' };
/** Deleted deals are listed for 30 days, then they are gone. */
const binSeconds = 30 * 24 * 3600;

/**
 * Archived deals have a list of their own (2025-03). A deal that is archived, or taken back, between the two lists of a full read is
 * in neither, so the read does not prove that a deal is gone.
 */
export const deals = object(
  { label: 'Deals', docsUrl: `${docs}/Deals#getDeals`, scope: 'deals:read', path: dealsPath, fields: 'dealFields' },
  {
    // There is no time of the deletion: it counts as an update (recorded 2021-12-10).
    record: { isDeleted: 'is_deleted', deletedAt: 'update_time' },
    full: { parts: [listing('list', dealsPath, 'approximate'), listing('archived', archivedPath, 'approximate')] },
    incremental: {
      watermark,
      parts: [changes('changes', dealsPath, 'records'), changes('archived_changes', archivedPath, 'records')],
    },
    deletions: {
      parts: [changes('deleted', dealsPath, 'deletions', deleted), changes('archived_deleted', archivedPath, 'deletions', deleted)],
      maxAgeSeconds: binSeconds,
    },
  },
);

/** Products have no filter by change (2026-11). */
export const products = object(
  { label: 'Products', docsUrl: `${docs}/Products#getProducts`, scope: 'products:read', path: '/v2/products', fields: 'productFields' },
  { full: { parts: [listing('list', '/v2/products', 'complete')] } },
);
