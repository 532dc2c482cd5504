import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSyncline } from '../../src/compose.ts';
import { hubSchemaName } from '../../src/hub/schema-name.ts';
import { loadRecordings, recordedAccounts } from '../support/replay.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';

type Vendor = Awaited<ReturnType<TestSyncline['createApplication']>>;

let syncline: Awaited<ReturnType<typeof startSyncline>>;
let vendor: Vendor;
beforeAll(async () => {
  syncline = await startSyncline();
  await loadRecordings(syncline.control);
  vendor = await syncline.createApplication();
  const orders = [
    ['pipedrive', ['persons', 'organizations'], 'acme'],
    ['hubspot', ['contacts'], 'globex'],
  ] as const;
  for (const [provider, objects, customerId] of orders) {
    await vendor.setUpProvider({ provider, objects: [...objects] });
    const { connectionId } = await vendor.connectCustomer({ customerId, provider, account: recordedAccounts[provider] });
    for (const object of objects) {
      const { id: syncId } = await vendor.findSync({ connectionId, object });
      expect(await vendor.waitForRun({ syncId })).toMatchObject({ status: 'succeeded' });
    }
  }
});
afterAll(() => syncline.close());

const contacts = '/v1/unified/crm/contact';
const mapping = (provider: string, query = '') => `/v1/unified-mappings/crm/contact/${provider}${query}`;
// biome-ignore lint/suspicious/noExplicitAny: a test reads what it names
const listed = async (query = ''): Promise<any[]> => vendor.list(`${contacts}?page_size=1000&${query}`);
const inSql = async (): Promise<Record<string, unknown>> => {
  const { rows } = await syncline.pool.query(
    `select id, custom_fields from ${hubSchemaName(vendor.applicationId)}.unified_crm_contact where custom_fields <> '{}'`,
  );
  return Object.fromEntries(rows.map(({ id, custom_fields }) => [id, custom_fields]));
};
const inApi = async () =>
  Object.fromEntries(
    (await listed()).filter((row) => Object.keys(row.custom_fields).length > 0).map(({ id, custom_fields }) => [id, custom_fields]),
  );

test('B9 a defined mapping puts the core into the model and extras under a separate key; what the source does not have is null', async () => {
  const before = await listed();
  expect(new Set(before.map(({ provider }) => provider))).toEqual(new Set(['hubspot', 'pipedrive']));
  for (const row of before) expect(row).toMatchObject({ custom_fields: {}, is_deleted: false, deleted_at: null });
  const fields = {
    email_again: { path: '$.properties.email', type: 'text' },
    absent: { path: 'properties.there.is.none', type: 'text' },
    wrong: { path: 'properties.email', type: 'number' },
  };
  expect(await vendor.call('PUT', mapping('hubspot'), { fields })).toMatchObject({
    ...{ category: 'crm', model: 'contact', provider: 'hubspot', customer_id: null },
    fields: { email_again: { path: 'properties.email', type: 'text' } },
  });
  const after = await listed('include_raw=true');
  expect(after.map(({ raw, custom_fields, ...core }) => core)).toEqual(before.map(({ custom_fields, ...core }) => core));
  for (const { provider, raw, custom_fields } of after)
    expect(custom_fields).toEqual(provider === 'hubspot' ? { email_again: raw.properties.email, absent: null, wrong: null } : {});
  expect(await inSql()).toEqual(await inApi());
});

test('B9 whoever wants everything declares the whole record as a field: it passes through as it is', async () => {
  await vendor.call('PUT', mapping('hubspot'), { fields: { everything: { path: '$', type: 'json' } } });
  const rows = await listed('provider=hubspot&include_raw=true');
  expect(rows.length).toBeGreaterThan(0);
  for (const { raw, custom_fields } of rows) expect(custom_fields).toEqual({ everything: raw });
  expect(await inSql()).toEqual(await inApi());
});

test("a customer's own field counts before everybody's and shows to nobody else; taken back, it is gone at once", async () => {
  await vendor.call('PUT', mapping('hubspot'), { fields: { key: { path: 'id', type: 'text' } } });
  await vendor.call('PUT', mapping('hubspot', '?customer_id=globex'), { fields: { key: { path: 'id', type: 'number' } } });
  await vendor.call('PUT', mapping('pipedrive', '?customer_id=globex'), { fields: { secret: { path: 'id', type: 'text' } } });
  for (const { provider, remote_id, custom_fields } of await listed())
    expect(custom_fields).toEqual(provider === 'hubspot' ? { key: Number(remote_id) } : {});
  expect(await inSql()).toEqual(await inApi());
  expect((await vendor.list('/v1/unified-mappings')).map((one) => [one.provider, one.customer_id])).toEqual([
    ['hubspot', null],
    ['hubspot', 'globex'],
    ['pipedrive', 'globex'],
  ]);
  await vendor.call('DELETE', mapping('hubspot', '?customer_id=globex'));
  for (const row of await listed('provider=hubspot')) expect(row.custom_fields).toEqual({ key: row.remote_id });
  await vendor.call('DELETE', mapping('hubspot'));
  expect(await inApi()).toEqual({});
  expect(await inSql()).toEqual({});
  expect((await vendor.request('DELETE', mapping('hubspot'))).status).toBe(404);
  await vendor.call('DELETE', mapping('pipedrive', '?customer_id=globex'));
});

test('a copy that a destination has missed is made good by the next page that is read there', async () => {
  await vendor.call('PUT', mapping('hubspot'), { fields: { key: { path: 'id', type: 'text' } } });
  await syncline.pool.query(`delete from ${hubSchemaName(vendor.applicationId)}._syncline_mapping`);
  // Declared elsewhere meanwhile, by a process that could not reach the destination.
  await syncline.pool.query(`update unified_mapping set version = version + 1 where application_id = $1`, [vendor.applicationId]);
  for (const row of await listed('provider=hubspot')) expect(row.custom_fields).toEqual({ key: row.remote_id });
  expect(await inSql()).toEqual(await inApi());
  await vendor.call('DELETE', mapping('hubspot'));
});

test('a destination that is opened behind a declaration shows it in SQL though nobody reads the API', async () => {
  await vendor.call('PUT', mapping('hubspot'), { fields: { key: { path: 'id', type: 'text' } } });
  const declared = await inSql();
  await syncline.pool.query(`delete from ${hubSchemaName(vendor.applicationId)}._syncline_mapping`);
  const later = await createSyncline(syncline.config);
  try {
    const [{ id: destinationId }] = await vendor.list('/v1/destinations');
    const row = await syncline.pool.query(
      `select id, application_id as "applicationId", kind, schema, version from destination where id = $1`,
      [destinationId],
    );
    const actor = { kind: 'system' as const, id: 'test', applicationId: vendor.applicationId };
    await later.contextFor(actor).hubs.open(row.rows[0]);
    await expect.poll(inSql, { timeout: 30_000, interval: 50 }).toEqual(declared);
  } finally {
    await later.close();
  }
  await vendor.call('DELETE', mapping('hubspot'));
});

test('a mapping is tried on stored records: what it gives, what has no value, and nothing is written', async () => {
  const fields = { key: { path: 'id', type: 'integer' }, absent: { path: 'properties.none', type: 'text' } };
  const { status, body } = await vendor.request('POST', `${contacts}:preview`, { provider: 'hubspot', fields });
  expect(status).toBe(200);
  expect(body.data.length).toBeGreaterThan(0);
  expect(body.data.length).toBeLessThanOrEqual(20);
  for (const { remote_id, raw, provider, custom_fields } of body.data)
    expect([provider, raw.id, custom_fields]).toEqual(['hubspot', remote_id, { key: Number(remote_id), absent: null }]);
  expect(body.without_value).toMatchObject({ 'custom_fields.absent': body.data.length });
  expect(body.without_value).not.toHaveProperty('custom_fields.key');
  const elsewhere = await vendor.request('POST', `${contacts}:preview`, { provider: 'hubspot', customer_id: 'acme', fields });
  expect(elsewhere.body).toEqual({ data: [], without_value: {} });
  expect(await vendor.list('/v1/unified-mappings')).toEqual([]);
  expect(await inApi()).toEqual({});
});

test('by HTTP too, relations are shown as records, and every page has the place where to go on', async () => {
  const rows = await listed('provider=pipedrive&expand=account');
  const ids = await listed('provider=pipedrive');
  expect(rows.some(({ account }) => account?.name)).toBe(true);
  rows.forEach(({ account }, i) => {
    if (account) expect([account.remote_id, account.id]).toEqual([ids[i].account, `${ids[i].connection_id}/${ids[i].account}`]);
  });
  const { body } = await vendor.request('GET', `${contacts}?page_size=1`);
  expect(body).toMatchObject({ has_more: true, next_cursor: expect.any(String) });
});
