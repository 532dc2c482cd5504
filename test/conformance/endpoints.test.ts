import { describe, expect, test } from 'vitest';
import { loadData } from '../real/index.ts';
import { catalog } from './support/catalog.ts';
import { everyRequest } from './support/requests.ts';

interface Endpoints {
  operations: { method: string; path: string; query: { name: string }[] }[];
  models: Record<string, { name: string }[]>;
}

const { operations, models } = loadData<Endpoints>('hubspot/endpoints.json');
const fieldsOf = (model: string) => models[model]!.map(({ name }) => name);
/** Lists of names: the generated client keeps them out of its scalar parameters. */
const listParameters = ['properties'];

describe('every HubSpot request stands in the endpoints of its own client', () => {
  const requests = everyRequest(catalog.provider('hubspot'), { prepared: { names: ['email', 'lastmodifieddate'], leftOut: 0 } });

  test.each(requests.map((spec) => [`${spec.method} ${spec.path}`, spec] as const))('%s', (_name, { method, path, query = {}, json }) => {
    if (path === '/account-info/v3/details') return;
    const operation = operations.find(
      (one) => one.method === method && new RegExp(`^${one.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
    );
    expect(operation, 'an operation').toBeDefined();
    const known = [...operation!.query.map(({ name }) => name), ...(path.startsWith('/crm/v3/objects/') ? listParameters : [])];
    expect(known).toEqual(expect.arrayContaining(Object.keys(query)));
    if (json === undefined) return;
    if (path.endsWith('/batch/read')) {
      const { inputs, ...rest } = json as { inputs: object[] };
      expect(fieldsOf('BatchReadInputSimplePublicObjectId')).toEqual(expect.arrayContaining(['inputs', ...Object.keys(rest)]));
      for (const input of inputs) expect(Object.keys(input)).toEqual(['id']);
      return;
    }
    const search = json as { filterGroups: { filters: object[] }[] };
    expect(fieldsOf('PublicObjectSearchRequest')).toEqual(expect.arrayContaining(Object.keys(search)));
    for (const { filters } of search.filterGroups)
      for (const filter of filters) expect(fieldsOf('Filter')).toEqual(expect.arrayContaining(Object.keys(filter)));
  });

  test('pages stay within the maxima', () => {
    for (const { path, query, json } of requests) {
      const limit = Number(query?.limit ?? (json as { limit?: number } | undefined)?.limit ?? 0);
      expect(limit, path).toBeLessThanOrEqual(path.endsWith('/search') ? 200 : 100);
    }
  });
});

describe('every Salesforce request has a form that the documentation and the recordings show', () => {
  const described = { fields: ['Id', 'IsDeleted', 'SystemModstamp'], modified: 'SystemModstamp', hasDeleteMark: true, leftOut: 0 };
  const requests = [false, true].flatMap((hasArchive) =>
    everyRequest(catalog.provider('salesforce'), { prepared: { ...described, hasArchive } }),
  );
  const names = '\\w+(?:,\\w+)*';
  const soql = new RegExp(
    `^SELECT ${names} FROM \\w+(?: WHERE (?:(?:IsDeleted = false AND )?Id > '\\w+'|IsDeleted = false|SystemModstamp >= \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z))? ORDER BY (?:Id|SystemModstamp, Id)$`,
  );
  const paths = [
    /^\/services\/oauth2\/userinfo$/,
    /^\/services\/data\/v60\.0\/(?:query|queryAll)$/,
    /^\/services\/data\/v60\.0\/query\/[\w-]+$/,
    /^\/services\/data\/v60\.0\/sobjects\/\w+\/\w+$/,
  ];

  test.each(requests.map((spec) => [`${spec.method} ${spec.path} ${spec.query?.q ?? ''}`, spec] as const))(
    '%s',
    (_name, { method, path, query }) => {
      expect({ method, isKnown: paths.some((one) => one.test(path)) }).toEqual({ method: 'GET', isKnown: true });
      if (query?.q !== undefined) expect(query.q).toMatch(soql);
    },
  );
});

test('no id gets out of its place in a Salesforce query', () => {
  const { parts } = catalog.object('salesforce', 'Contact').full;
  const prepared = { fields: ['Id'], modified: null, hasDeleteMark: false, leftOut: 0 };
  const spec = parts[0]!.request({ object: 'Contact', position: { afterId: "x' OR Name != '" }, since: null, pageSize: 2000, prepared });
  expect(spec.query!.q).toBe("SELECT Id FROM Contact WHERE Id > 'xORName' ORDER BY Id");
});
