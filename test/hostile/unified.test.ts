import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadRecordings, recordedAccounts } from '../support/replay.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';

let syncline: TestSyncline;
let vendor: Awaited<ReturnType<TestSyncline['createApplication']>>;
let connectionId: string;
beforeAll(async () => {
  syncline = await startSyncline();
  await loadRecordings(syncline.control);
  vendor = await syncline.createApplication();
  await vendor.setUpProvider({ provider: 'hubspot', objects: ['contacts'] });
  ({ connectionId } = await vendor.connectCustomer({ customerId: 'acme', provider: 'hubspot', account: recordedAccounts.hubspot }));
  const { id: syncId } = await vendor.findSync({ connectionId, object: 'contacts' });
  expect(await vendor.waitForRun({ syncId })).toMatchObject({ status: 'succeeded' });
  await vendor.call('PUT', '/v1/customers/other', {});
});
afterAll(() => syncline.close());

const contacts = '/v1/unified/crm/contact';
const mapping = '/v1/unified-mappings/crm/contact/hubspot';
const recordPath = (id: string, query = '') => `${contacts}/${encodeURIComponent(id)}${query}`;
const rows = async (path = contacts) => (await vendor.list(path)).length;

test("a customer's token reads its own records of a model only, whatever it asks for", async () => {
  const { token } = await vendor.call('POST', '/v1/customer-tokens', { customer_id: 'other', scopes: ['records:read'] });
  const as = (method: string, path: string, body?: unknown) => vendor.request(method, path, body, { key: token });
  expect(await rows()).toBeGreaterThan(0);
  expect((await as('GET', contacts)).body.data).toEqual([]);
  for (const query of ['customer_id=acme', `connection_id=${connectionId}`, `customer_id=other&connection_id=${connectionId}`])
    expect([403, 404], query).toContain((await as('GET', `${contacts}?${query}`)).status);
  const { body: page } = await vendor.request('GET', `${contacts}?page_size=1`);
  expect((await as('GET', `${contacts}?cursor=${page.next_cursor}`)).body.code).toBe('cursor_invalid');
  const fields = { key: { path: 'id', type: 'text' } };
  expect((await as('POST', `${contacts}:preview`, { provider: 'hubspot', fields })).body).toEqual({ data: [], without_value: {} });
  expect((await as('POST', `${contacts}:preview`, { provider: 'hubspot', customer_id: 'acme', fields })).status).toBe(403);
  expect((await as('PUT', mapping, { fields })).status).toBe(403);
  // A record that is there for others is answered as one that nobody has.
  const [{ id, remote_id }] = await vendor.list(contacts);
  const answerTo = async (one: string) => {
    const { status, body } = await as('GET', recordPath(one, '?include_deleted=true&include_raw=true'));
    expect([status, body.code], one).toEqual([404, 'not_found']);
    return body.detail.replaceAll(/conn_\w+/g, 'conn_');
  };
  expect(await answerTo(id)).toBe(await answerTo(`conn_of_nobody/${remote_id}`));
});

test("another application's cursors, customers, connections and mappings are of no use", async () => {
  const foreign = await syncline.createApplication();
  const { body } = await vendor.request('GET', contacts);
  expect((await foreign.request('GET', contacts)).body.data).toEqual([]);
  expect((await foreign.request('GET', `${contacts}?cursor=${body.next_cursor}`)).status).toBeGreaterThanOrEqual(400);
  for (const query of ['customer_id=acme', `connection_id=${connectionId}`])
    expect((await foreign.request('GET', `${contacts}?${query}`)).status).toBe(404);
  const [{ id }] = await vendor.list(contacts);
  const [{ id: destinationId }] = await vendor.list('/v1/destinations');
  for (const query of ['', '?include_deleted=true', `?destination_id=${destinationId}`])
    expect((await foreign.request('GET', recordPath(id, query))).body.code, query).toBe('not_found');
  expect((await foreign.request('GET', `${contacts}?destination_id=${destinationId}`)).body.code).toBe('not_found');
  const fields = { key: { path: 'id', type: 'text' } };
  expect((await foreign.request('PUT', `${mapping}?customer_id=acme`, { fields })).status).toBe(404);
  await foreign.call('PUT', mapping, { fields });
  expect((await vendor.list(contacts)).every((row) => Object.keys(row.custom_fields).length === 0)).toBe(true);
  expect((await vendor.request('DELETE', mapping)).status).toBe(404);
});

test('names, paths and filters that are SQL, or reach for a prototype, are refused or mean nothing', async () => {
  const before = await rows();
  for (const name of ['__proto__', 'constructor(', "x'; drop table t; --", 'Tier', '', 'a'.repeat(56)])
    expect(
      (await vendor.request('PUT', mapping, { fields: Object.fromEntries([[name, { path: 'id', type: 'text' }]]) })).status,
      name,
    ).toBe(400);
  for (const path of ['', '$.', 'a..b', 'a|b', 'a'.repeat(301), Array(12).fill('a').join('.'), 'a\u0000'])
    expect((await vendor.request('PUT', mapping, { fields: { key: { path, type: 'text' } } })).status, path).toBe(400);
  for (const type of ['raw', "text' end; drop table t; --", 'jsonb'])
    expect((await vendor.request('PUT', mapping, { fields: { key: { path: 'id', type } } })).status, type).toBe(400);
  expect((await vendor.request('PUT', mapping, { fields: {} })).status).toBe(400);
  expect(
    (await vendor.request('PUT', '/v1/unified-mappings/crm/contact/stripe', { fields: { a: { path: 'id', type: 'text' } } })).body.code,
  ).toBe('mapping_invalid');
  const odd = ['__proto__', "'; drop table t; --", '"{}\\', '%', '0', 'constructor'];
  await vendor.call('PUT', mapping, { fields: Object.fromEntries(odd.map((path, i) => [`odd_${i}`, { path, type: 'text' }])) });
  for (const { custom_fields } of await vendor.list(contacts)) expect(Object.values(custom_fields)).toEqual(odd.map(() => null));
  await vendor.call('DELETE', mapping);
  for (const query of ["remote_id=1'%20or%20true--", 'remote_id=%25', 'provider=hubspot&remote_id=__proto__'])
    expect(await rows(`${contacts}?${query}`), query).toBe(0);
  for (const id of [
    `${connectionId}/1' or true--`,
    `${connectionId}/%`,
    `${connectionId}/../..`,
    '/',
    '//',
    '__proto__/constructor',
    '%00/1',
  ])
    expect([400, 404], id).toContain((await vendor.request('GET', recordPath(id))).status);
  for (const value of ["' or true--", '%', '{}', '\\'])
    expect(await rows(`${contacts}?filter=${encodeURIComponent(JSON.stringify({ last_name: { eq: value } }))}`), value).toBe(0);
  for (const query of [
    'filter=[]',
    'filter={}',
    'filter={"__proto__":{"eq":"a"}}',
    `filter={"raw":{"eq":"a"}}`,
    `filter={"last_name') or true --":{"eq":"a"}}`,
    'modified_before=now',
    'count=1',
    'expand=__proto__',
    'expand=emails',
    'expand=account,nothing',
    "expand='",
    'provider=nobody',
    'include_raw=1',
    'page_size=0',
  ])
    expect((await vendor.request('GET', `${contacts}?${query}`)).status, query).toBe(400);
  for (const model of ['crm/__proto__', 'crm/constructor', 'nothing/contact', "crm/contact'", 'accounting/lead'])
    expect((await vendor.request('GET', `/v1/unified/${encodeURI(model)}`)).body.code, model).toBe('model_unknown');
  expect(await rows()).toBe(before);
});
