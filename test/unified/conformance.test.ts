import { afterAll, beforeAll, expect, test } from 'vitest';
import { pathsOf } from '../../src/base/mapping/sources.ts';
import { compilePath } from '../../src/base/path.ts';
import { models } from '../../src/catalog/index.ts';
import type { ObjectDefinition, RequestSpec } from '../../src/kit/index.ts';
import { mappingsFor } from '../../src/unified/mappings.ts';
import { catalog, dialectOf } from '../conformance/support/catalog.ts';
import { readAll } from '../conformance/support/read-all.ts';
import { loadData } from '../real/index.ts';
import { tokensFor } from '../sandbox/support.ts';
import { localUrl, type RunningSandbox, startSandbox } from '../support/sandbox.ts';
import { realRecords } from './support/records.ts';

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

/** What no record and no description here shows, and the provider's documentation does. Whoever adds a path reads it there. */
const documented: Record<string, string[]> = {
  'hubspot companies': [
    ...['phone', 'address', 'address2', 'state', 'zip', 'hs_parent_company_id', 'hubspot_owner_id', 'lifecyclestage', 'notes_last_updated'],
  ].map(inProperties),
  'hubspot deals': [
    ...['description', 'deal_currency_code', 'hs_is_closed_won', 'hs_is_closed', 'closed_lost_reason', 'hs_primary_associated_company'],
    'notes_last_updated',
  ].map(inProperties),
  'pipedrive persons': ['job_title', ...['subpremise', ...place()].map((part) => `postal_address.${part}`)],
  'pipedrive organizations': [
    'industry',
    'website',
    'employee_count',
    'annual_revenue',
    'address.subpremise',
    'address.admin_area_level_1',
  ],
  'pipedrive deals': ['probability'],
  'salesforce Opportunity': ['CurrencyIsoCode', 'ContactId', 'LastActivityDate'],
  'salesforce User': ['Title'],
  'salesforce Lead': ['MobilePhone', 'Fax', 'State'],
  'stripe customers': [
    'address.line2',
    'address.state',
    ...['line1', 'line2', 'city', 'state', 'postal_code', 'country'].map((part) => `shipping.address.${part}`),
  ],
  'stripe invoices': ['status_transitions.finalized_at', 'status_transitions.paid_at', 'tax', 'description'],
  'stripe charges': ['receipt_number', 'invoice'],
};

/** Taken by name: nothing of them is recorded here, and the sandbox has their fields from https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/ */
const byName = ['Lead', 'Event', 'Task', 'Note'];

test('every path of a mapping stands in a record or in a description of the provider, or is named here as read in its documentation', async () => {
  const members = await membersByObject();
  const missing = new Map<string, Set<string>>();
  for (const { category, name } of models)
    for (const { provider, object, mapping } of mappingsFor(catalog.list(), category, name)) {
      const key = `${provider} ${object}`;
      const paths = pathsOf(mapping).flatMap((path) => compilePath(path).alternatives.map((segments) => segments.join('.')));
      for (const path of paths) if (!members.get(key)!.has(path)) missing.set(key, (missing.get(key) ?? new Set()).add(path));
    }
  const found = Object.fromEntries([...missing].map(([key, paths]) => [key, [...paths].sort()]));
  expect(found).toEqual(Object.fromEntries(Object.entries(documented).map(([key, paths]) => [key, paths.toSorted()])));
});

/** Paths that hold something, by `provider object`: in recorded records, in the sandbox's, and what providers say of themselves. */
async function membersByObject(): Promise<Map<string, Set<string>>> {
  const members = new Map<string, Set<string>>();
  const of = (key: string) => members.get(key) ?? members.set(key, new Set()).get(key)!;
  for (const [key, records] of realRecords()) for (const record of records) collect(JSON.parse(record), '', of(key));
  for (const provider of ['hubspot', 'pipedrive', 'salesforce', 'stripe'])
    for (const [object, definition] of objectsOf(provider)) {
      const { records } = await readAll({ object, definition, kind: 'full', ask: await clientOf(provider) });
      for (const { raw } of records) collect(JSON.parse(raw.toString()), '', of(`${provider} ${object}`));
    }
  const { mock_contacts_properties: catalogue } = loadData<Record<string, { results: { name: string }[] }>>('hubspot/list-pages-v3.json');
  for (const { name } of catalogue!.results) of('hubspot contacts').add(inProperties(name));
  for (const object of ['Contact', 'Account'])
    for (const { name } of loadData<{ fields: { name: string }[] }>(`salesforce/describe/${object}.json`).fields)
      of(`salesforce ${object}`).add(name);
  return members;
}

function objectsOf(provider: string): [string, ObjectDefinition][] {
  const named = provider === 'salesforce' ? byName : [];
  return [
    ...Object.entries(catalog.provider(provider).objects),
    ...named.map((name): [string, ObjectDefinition] => [name, catalog.object(provider, name)]),
  ];
}

/** A member of a list's element stands at its name within the element, as a mapping of lists says it. */
function collect(value: unknown, path: string, into: Set<string>): void {
  if (value === null || value === undefined || value === '') return;
  if (path !== '') into.add(path);
  if (typeof value !== 'object' || Array.isArray(value)) return;
  for (const [name, member] of Object.entries(value)) collect(member, path === '' ? name : `${path}.${name}`, into);
}

async function clientOf(name: string) {
  const provider = catalog.provider(name);
  const { access_token, ...captured } = await tokensFor(sandbox, dialectOf(name), 'unified');
  const base = provider.api.baseUrl.replace(/\{(\w+)\}/g, (_, part: string) => String(captured[part]));
  return async ({ method, path, query = {}, headers = {}, json }: RequestSpec) => {
    const url = `${localUrl(base + path, sandbox.originOverrides)}?${new URLSearchParams(query)}`;
    const sent = new Headers({ ...headers, authorization: `Bearer ${access_token}`, 'x-original-host': new URL(base).host });
    if (json !== undefined) sent.set('content-type', 'application/json');
    const response = await fetch(url, { method, headers: sent, ...(json === undefined ? {} : { body: JSON.stringify(json) }) });
    if (!response.ok) throw new Error(`${method} ${url}: ${response.status}`);
    return { body: await response.text(), headers: Object.fromEntries(response.headers) };
  };
}

function inProperties(name: string): string {
  return `properties.${name}`;
}

function place(): string[] {
  return ['route', 'street_number', 'locality', 'admin_area_level_1', 'postal_code', 'country'];
}
