import { afterAll, beforeAll, expect, test } from 'vitest';
import { hubSchemaName } from '../../src/hub/schema-name.ts';
import type { Loose } from '../support/client.ts';
import { startSyncline } from '../support/syncline.ts';

let syncline: Awaited<ReturnType<typeof startSyncline>>;
let schema: string;
let connectionId: string;
beforeAll(async () => {
  syncline = await startSyncline();
  await syncline.setUpProvider({ objects: ['contacts'] });
  ({ connectionId } = await syncline.connectCustomer({ customerId: 'acme', account: 'acme-crm' }));
  const sync = await syncline.findSync({ connectionId, object: 'contacts' });
  await syncline.waitForRun({ syncId: sync.id });
  schema = hubSchemaName(syncline.applicationId);
});
afterAll(() => syncline.close());

const contacts = { provider: 'sandbox', object: 'contacts' };

async function untilReady(id: string): Promise<Loose> {
  await expect.poll(async () => (await syncline.call('GET', `/v1/fields/${id}`)).status, { timeout: 30_000 }).toBe('ready');
  return syncline.call('GET', `/v1/fields/${id}`);
}

async function gone(id: string): Promise<void> {
  await expect.poll(async () => (await syncline.request('GET', `/v1/fields/${id}`)).status, { timeout: 30_000 }).toBe(404);
}

async function shown(columns: string): Promise<Loose[]> {
  return (await syncline.pool.query(`select ${columns} from ${schema}.sandbox_contacts_live order by record_id`)).rows;
}

test('a field is declared, filled, shown, renamed, made another type and deleted by the API', async () => {
  const { call, pool } = syncline;
  const created = await call('POST', '/v1/fields', { ...contacts, name: 'email', path: '$.email', type: 'text', is_indexed: true });
  expect(created).toMatchObject({ status: 'adding', path: 'email', is_indexed: true, failed_casts: null });
  expect(await untilReady(created.id)).toMatchObject({ failed_casts: 0, status_reason: null });
  const rows = await shown(`record_id, email, raw ->> 'email' as expected`);
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.filter(({ email, expected }) => email === null || email !== expected)).toEqual([]);
  expect(await call('GET', '/v1/views')).toMatchObject({
    data: [{ name: 'sandbox_contacts_live', schema, kind: 'object', object: 'contacts', columns: expect.arrayContaining(['email']) }],
  });

  await pool.query(`create view ${schema}.emails as select email from ${schema}.sandbox_contacts_live`);
  await call('PATCH', `/v1/fields/${created.id}`, { name: 'mail' });
  await untilReady(created.id);
  expect(await shown('mail')).toHaveLength(rows.length);
  for (const [method, body] of [
    ['PATCH', { type: 'number' }],
    ['DELETE', undefined],
  ] as const) {
    const refused = await syncline.request(method, `/v1/fields/${created.id}`, body);
    expect([refused.status, refused.body.code, refused.body.dependents]).toEqual([409, 'field_in_use', ['emails']]);
  }
  expect((await call('GET', `/v1/fields/${created.id}`)).status).toBe('ready');
  await pool.query(`drop view ${schema}.emails`);

  await call('PATCH', `/v1/fields/${created.id}`, { type: 'number' });
  expect(await untilReady(created.id)).toMatchObject({ type: 'number', failed_casts: rows.length });
  expect((await shown('mail')).every(({ mail }) => mail === null)).toBe(true);
  expect(await call('DELETE', `/v1/fields/${created.id}`)).toMatchObject({ status: 'dropping' });
  await gone(created.id);
  expect((await call('GET', '/v1/views')).data[0].columns).not.toContain('mail');
  const events = (await syncline.list('/v1/events?types=field.ready')).filter(({ data }) => data.field_id === created.id);
  expect(events.map(({ data }) => data.failed_casts)).toEqual([0, 0, rows.length]);
  const actions = (await syncline.list('/v1/audit')).filter(({ target }) => target === created.id).map(({ action }) => action);
  expect(actions.sort()).toEqual(['field.created', 'field.deleted', 'field.updated', 'field.updated']);
});

test('a field that the table cannot take fails with its reason, and is tried again when that is mended', async () => {
  const { call, pool } = syncline;
  await pool.query(`alter table ${schema}.sandbox_contacts add column mine text`);
  const { id } = await call('POST', '/v1/fields', { ...contacts, name: 'mine', path: 'name', type: 'text' });
  await expect.poll(async () => (await call('GET', `/v1/fields/${id}`)).status, { timeout: 30_000 }).toBe('failed');
  expect((await call('GET', `/v1/fields/${id}`)).status_reason).toContain('already has a column named mine');
  expect((await syncline.list('/v1/events?types=field.failed')).map(({ data }) => data.field_id)).toEqual([id]);
  await pool.query(`alter table ${schema}.sandbox_contacts drop column mine`);
  await call('PATCH', `/v1/fields/${id}`, {});
  await untilReady(id);
  await call('DELETE', `/v1/fields/${id}`);
  await gone(id);
});

test('a field of an object that nobody has read yet waits for its records', async () => {
  const { call, pool } = syncline;
  const { id } = await call('POST', '/v1/fields', { provider: 'sandbox', object: 'companies', name: 'title', path: 'name', type: 'text' });
  await untilReady(id);
  await call('POST', '/v1/sync-configs', { provider: 'sandbox', objects: ['companies'].map((object) => ({ object })) });
  const sync = await syncline.findSync({ connectionId, object: 'companies' });
  expect(await syncline.waitForRun({ syncId: sync.id })).toMatchObject({ status: 'succeeded', quarantined: 0 });
  const { rows } = await pool.query(`select title, raw ->> 'name' as name from ${schema}.sandbox_companies_live`);
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.filter(({ title, name }) => title === null || title !== name)).toEqual([]);
});

test('fields are suggested from what records show, and by a provider that describes them', async () => {
  const own = await syncline.list('/v1/field-suggestions?provider=sandbox&object=contacts');
  expect(own.find(({ path }) => path === 'email')).toMatchObject({ name: 'email', type: 'text', label: null });
  const vendor = await syncline.createApplication();
  await syncline.control.setSize({ dialect: 'hubspot', account: '77001', object: 'contacts', size: 3 });
  await vendor.setUpProvider({ provider: 'hubspot', objects: ['contacts'] });
  const suggestions = '/v1/field-suggestions?provider=hubspot&object=contacts&page_size=5';
  expect(await vendor.list(suggestions)).toEqual([]);
  const connected = await vendor.connectCustomer({ customerId: '77001', provider: 'hubspot' });
  await vendor.waitForRun({ syncId: (await vendor.findSync({ connectionId: connected.connectionId, object: 'contacts' })).id });
  const found = await vendor.list(suggestions);
  expect(found.map(({ path }) => path)).toEqual(found.map(({ path }) => path).toSorted());
  const at = (path: string) => found.find((one) => one.path === path);
  expect(at('properties.createdate')).toMatchObject({ name: 'createdate', type: 'time', records: 3, label: expect.any(String) });
  expect(at('properties.annualrevenue')).toMatchObject({ label: expect.any(String) });
  expect(at('properties')).toBeUndefined();
  const { path, name, type } = at('properties.email')!;
  await vendor.call('POST', '/v1/fields', { provider: 'hubspot', object: 'contacts', path, name, type });
  expect((await vendor.list(suggestions)).map((one) => one.path)).not.toContain(path);
  for (const query of ['provider=hubspot&object=nothing', 'provider=hubspot', 'provider=x_none&object=a'])
    expect((await vendor.request('GET', `/v1/field-suggestions?${query}`)).status).toBe(400);
});

test('Pipedrive describes the fields of an object, the parts of custom ones by themselves; Stripe has none to describe, and the records speak', async () => {
  const vendor = await syncline.createApplication();
  for (const [provider, object, account] of [
    ['pipedrive', 'deals', 'fields-crm'],
    ['stripe', 'customers', 'fields-shop'],
  ] as const) {
    await vendor.setUpProvider({ provider, objects: [object] });
    const connected = await vendor.connectCustomer({ customerId: account, provider });
    await vendor.waitForRun({ syncId: (await vendor.findSync({ connectionId: connected.connectionId, object })).id });
  }
  const deals = await vendor.list('/v1/field-suggestions?provider=pipedrive&object=deals&page_size=100');
  const money = deals.find(({ path }) => /^custom_fields\.[0-9a-f]{40}\.currency$/.test(path));
  expect(money).toMatchObject({ type: 'text', label: 'currency of Custom monetary' });
  expect(deals.find(({ path }) => path === 'add_time')).toMatchObject({ type: 'time', label: 'add time' });
  expect(deals.find(({ path }) => path === 'next_activity_id')).toBeUndefined();
  const customers = await vendor.list('/v1/field-suggestions?provider=stripe&object=customers&page_size=100');
  expect(customers.length).toBeGreaterThan(3);
  expect(customers.every(({ label }) => label === null)).toBe(true);
});

test('X17 what cannot be a field is refused with the place that is wrong', async () => {
  const good = { ...contacts, name: 'fine', path: 'name', type: 'text' };
  const refused = async (change: Record<string, unknown>) => {
    const { status, body } = await syncline.request('POST', '/v1/fields', { ...good, ...change });
    return [status, body.code, body.errors?.[0]?.path ?? body.issues?.[0]?.path];
  };
  const bodies: [Record<string, unknown>, string][] = [
    [{ name: 'Fine' }, 'name'],
    [{ name: 'raw' }, 'name'],
    [{ name: 'xmin' }, 'name'],
    [{ name: '_syncline_seq' }, 'name'],
    [{ name: 'a'.repeat(56) }, 'name'],
    [{ path: '' }, 'path'],
    [{ path: '$' }, 'path'],
    [{ path: 'a..b' }, 'path'],
    [{ path: 'a|b' }, 'path'],
    [{ path: Array(11).fill('a').join('.') }, 'path'],
    [{ path: 'a\u0000' }, 'path'],
    [{ type: 'varchar' }, 'type'],
    [{ type: 'json', is_indexed: true }, 'is_indexed'],
  ];
  for (const [change, place] of bodies)
    expect([JSON.stringify(change), ...(await refused(change))]).toEqual([JSON.stringify(change), 400, 'input_invalid', place]);
  expect(await refused({ object: 'nothing' })).toEqual([400, 'object_unknown', undefined]);
  expect(await refused({ provider: 'nothing' })).toEqual([400, 'provider_unknown', undefined]);
  expect(await refused({ destination_id: 'dst_nothing' })).toEqual([404, 'not_found', undefined]);
  const { id } = await syncline.call('POST', '/v1/fields', good);
  expect((await refused({}))[1]).toBe('conflict');
  await untilReady(id);
  const other = await syncline.createApplication();
  expect((await other.request('PATCH', `/v1/fields/${id}`, { name: 'stolen' })).status).toBe(404);
  expect(
    (await other.request('POST', '/v1/fields', { ...good, destination_id: (await syncline.list('/v1/destinations'))[0].id })).status,
  ).toBe(404);
});
