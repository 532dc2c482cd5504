import { byCursor, type ObjectDefinition, type PageRequest, type ReadPart, type RequestSpec } from '#kit';
import { type Chosen, describeProperties, prepareProperties } from './properties.ts';
import { searchByModified } from './search.ts';

/** https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/basic/get-crm-v3-objects-contacts */
const listPageSizeMax = 100;
/** https://developers.hubspot.com/docs/guides/api/crm/objects/contacts (2026-11) */
const batchIdsMax = 100;
const cursor = { name: 'after', path: 'paging.next.after' };

export function crmObject({
  name,
  label,
  modified,
}: {
  name: 'contacts' | 'companies' | 'deals';
  label: string;
  modified: string;
}): ObjectDefinition {
  const path = `/crm/v3/objects/${name}`;
  const prepare = prepareProperties(name, ['createdate', 'hs_object_id', modified]);
  return {
    label,
    docsUrl: `https://developers.hubspot.com/docs/api-reference/crm-${name}-v3/guide`,
    record: { id: 'id', modifiedAt: 'updatedAt', isDeleted: 'archived', deletedAt: 'archivedAt' },
    pageSizeMax: listPageSizeMax,
    full: { prepare, parts: [listing(path, false)] },
    incremental: {
      prepare,
      // The same moment stands beside the properties, also in an answer that leaves this one out.
      watermark: { path: `properties.${modified}|updatedAt`, type: 'datetime' },
      parts: [searchByModified(path, modified)],
    },
    deletions: { parts: [listing(path, true)], maxAgeSeconds: archivedSeconds },
    // What is deleted for good, as a privacy request does, is listed nowhere (2026-11):
    // https://knowledge.hubspot.com/privacy-and-consent/understand-restorable-and-permanent-contact-deletions
    keys: { parts: [keyListing(path)] },
    get: (id) => ({ method: 'GET', path: `${path}/${encodeURIComponent(id)}` }),
    // With the properties that the listing asks for. https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/basic/get-crm-v3-objects-contacts-contactId
    reread: {
      prepare,
      request: (id, prepared) => ({
        method: 'GET',
        path: `${path}/${encodeURIComponent(id)}`,
        query: { archived: 'false', properties: (prepared as unknown as Chosen).names.join(',') },
      }),
    },
    // What is not found, archived records included, stands among the answer's errors, beside what failed for another reason.
    // https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/batch/post-crm-v3-objects-contacts-batch-read
    batch: {
      prepare,
      idsMax: batchIdsMax,
      request: (ids, prepared) => ({
        method: 'POST',
        path: `${path}/batch/read`,
        query: { archived: 'false' },
        json: { inputs: ids.map((id) => ({ id })), properties: (prepared as unknown as Chosen).names },
      }),
      recordsPath: 'results',
      absence: 'nothing',
    },
    fields: describeProperties(name),
    scopes: [`crm.objects.${name}.read`, `crm.schemas.${name}.read`],
    // Search is behind the truth by seconds, at times by long: connectors in production read the last hour a second time.
    visibilityLagSeconds: 60,
    settledLagSeconds: 3600,
  };
}

/** https://developers.hubspot.com/docs/api-reference/legacy/crm/objects/contacts/delete-contact (2026-11) */
const archivedSeconds = 90 * 24 * 3600;

/**
 * The listing, in the order of ids: `after` names the record where the next page begins, so nothing slides. The archived one has
 * no filter by date, so every read of changes walks through it.
 */
function listing(path: string, isArchived: boolean): ReadPart {
  const first = ({ pageSize, prepared }: PageRequest): RequestSpec => ({
    method: 'GET',
    path,
    query: { limit: String(pageSize), archived: String(isArchived), properties: (prepared as unknown as Chosen).names.join(',') },
  });
  return {
    name: isArchived ? 'archived' : 'list',
    signal: isArchived ? 'deletions' : 'records',
    recordsPath: 'results',
    completeness: 'complete',
    ...byCursor({ first, ...cursor }),
  };
}

/** The same listing with one property, the smallest that it can be asked for: without any it shows some of its own choice. */
function keyListing(path: string): ReadPart {
  const first = ({ pageSize }: PageRequest): RequestSpec => ({
    method: 'GET',
    path,
    query: { limit: String(pageSize), archived: 'false', properties: 'hs_object_id' },
  });
  return { ...listing(path, false), name: 'keys', ...byCursor({ first, ...cursor }) };
}

/** Owners have no filter by change. https://developers.hubspot.com/docs/api-reference/crm-crm-owners-v3/guide */
export const owners: ObjectDefinition = {
  label: 'Owners',
  docsUrl: 'https://developers.hubspot.com/docs/api-reference/crm-crm-owners-v3/guide',
  record: { id: 'id', modifiedAt: 'updatedAt' },
  pageSizeMax: listPageSizeMax,
  full: {
    parts: [
      {
        name: 'list',
        signal: 'records',
        recordsPath: 'results',
        completeness: 'complete',
        ...byCursor({
          first: ({ pageSize }) => ({ method: 'GET', path: '/crm/v3/owners/', query: { limit: String(pageSize) } }),
          ...cursor,
        }),
      },
    ],
  },
  scopes: ['crm.objects.owners.read'],
  visibilityLagSeconds: 0,
};
