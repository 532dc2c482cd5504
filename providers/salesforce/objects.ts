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
    // Deleted records show for the 15 days that they are kept in the bin, and not at all where they never got there.
    // https://help.salesforce.com/s/articleView?id=xcloud.home_delete.htm
    keys: { prepare: prepareFields(name, { needsModified: false }), parts: [keysPart(name)] },
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
    ...everything(name, ({ fields }) => fields),
  };
}

/** The ids of everything that exists, by the same walk. */
function keysPart(name: string): ReadPart {
  return { ...fullPart(name), name: 'keys', ...everything(name, () => ['Id']) };
}

/**
 * `query` leaves archived tasks and events out, a year after they are done, and `queryAll` shows them beside what is deleted:
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_queryall.htm
 */
function everything(name: string, fieldsOf: (described: Described) => string[]): Paging {
  return queryPaging({
    soql: ({ position, prepared }) => {
      const described = describedOf(prepared);
      const conditions = [
        ...(described.hasArchive ? ['IsDeleted = false'] : []),
        ...(typeof position?.afterId === 'string' ? [`Id > '${idLiteral(position.afterId)}'`] : []),
      ];
      const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
      return `SELECT ${fieldsOf(described).join(',')} FROM ${name}${where} ORDER BY Id`;
    },
    resource: ({ hasArchive }) => (hasArchive ? 'queryAll' : 'query'),
    remember: (page, { last }) => ({ afterId: last?.id ?? page.position?.afterId ?? null }),
  });
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
