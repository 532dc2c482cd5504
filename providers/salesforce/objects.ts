import {
  byNextLink,
  type JsonObject,
  type ObjectDefinition,
  type PageAnswer,
  type PageRequest,
  type Paging,
  type ReadPart,
  type RequestSpec,
} from '#kit';
import { apiPath, type Described, describeFields, modifiedFields, prepareFields } from './describe.ts';

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_queryoptions.htm */
const pageSizeMax = 2000;

/** Any object, standard or custom: what it has is asked of its description when a read begins. */
export function sobject(name: string, label: string): ObjectDefinition {
  return {
    label,
    docsUrl: `https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_list.htm`,
    record: { id: 'Id', modifiedAt: modifiedFields.join('|'), isDeleted: 'IsDeleted' },
    pageSizeMax,
    full: { prepare: prepareFields(name, { needsModified: false }), parts: [fullPart(name)] },
    incremental: {
      prepare: prepareFields(name, { needsModified: true }),
      watermark: { path: modifiedFields.join('|'), type: 'datetime' },
      parts: [changesPart(name)],
    },
    get: (id) => ({ method: 'GET', path: `${apiPath}/sobjects/${name}/${encodeURIComponent(id)}`, query: { fields: 'Id' } }),
    fields: describeFields(name),
    scopes: ['api'],
    // Changes of long transactions become visible late; connectors in production read the last five minutes again.
    visibilityLagSeconds: 300,
  };
}

/** Every record, in the order of ids, so that an expired page goes on behind the last id. */
function fullPart(name: string): ReadPart {
  return {
    name: 'query',
    signal: 'records',
    recordsPath: 'records',
    completeness: 'complete',
    ...queryPaging({
      soql: ({ position, prepared }) => {
        const where = typeof position?.afterId === 'string' ? ` WHERE Id > '${idLiteral(position.afterId)}'` : '';
        return `SELECT ${describedOf(prepared).fields.join(',')} FROM ${name}${where} ORDER BY Id`;
      },
      resource: () => 'query',
      remember: (page, { last }) => ({ afterId: last?.id ?? page.position?.afterId ?? null }),
    }),
  };
}

/** What changed, deleted records included where the object has a mark for them; an expired page goes on at the last time met. */
function changesPart(name: string): ReadPart {
  return {
    name: 'changes',
    signal: 'records',
    recordsPath: 'records',
    completeness: 'complete',
    ...queryPaging({
      soql: ({ position, since, prepared }) => {
        const { fields, modified } = describedOf(prepared);
        const from = typeof position?.from === 'string' ? position.from : since;
        const where = from === null ? '' : ` WHERE ${modified} >= ${dateLiteral(from)}`;
        return `SELECT ${fields.join(',')} FROM ${name}${where} ORDER BY ${modified}, Id`;
      },
      // https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_queryall.htm
      resource: (described) => (described.hasDeleteMark ? 'queryAll' : 'query'),
      remember: (page, { last }) => ({ from: last?.watermark ?? page.position?.from ?? null }),
    }),
  };
}

interface Query {
  soql: (page: PageRequest) => string;
  resource: (described: Described) => 'query' | 'queryAll';
  /** Where a read goes on when Salesforce has forgotten the locator of the next page. */
  remember: (page: PageRequest, answer: PageAnswer) => JsonObject;
}

/** A locator lives two days at most, and an organisation keeps ten a user: https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_changing_batch_size.htm */
function queryPaging({ soql, resource, remember }: Query): Paging {
  const first = (page: PageRequest): RequestSpec => ({
    method: 'GET',
    path: `${apiPath}/${resource(describedOf(page.prepared))}`,
    query: { q: soql(page) },
    headers: { 'sforce-query-options': `batchSize=${page.pageSize}` },
  });
  const links = byNextLink({ first, path: 'nextRecordsUrl' });
  return {
    request: (page) => (page.position?.link === undefined ? first(page) : links.request(page)),
    next: (page, answer) => {
      const link = links.next(page, answer);
      return link === null ? null : { ...link, ...remember(page, answer) };
    },
    resume: ({ link: _link, ...place }) => place,
  };
}

function describedOf(prepared: PageRequest['prepared']): Described {
  return prepared as unknown as Described;
}

/** Salesforce writes `+0000`, SOQL wants `Z` or `+00:00`. */
function dateLiteral(time: string): string {
  return new Date(time).toISOString();
}

/** Ids are 15 or 18 letters and digits; nothing else gets into a query. */
function idLiteral(id: string): string {
  return id.replace(/[^A-Za-z0-9]/g, '');
}
