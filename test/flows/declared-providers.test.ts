import { afterAll, beforeAll, expect, test } from 'vitest';
import { hubSchemaName } from '../../src/hub/schema-name.ts';
import type { Loose } from '../support/client.ts';
import { declaredSandbox } from '../support/declared.ts';
import { startProcesses, type TestSyncline } from '../support/syncline.ts';

// API and worker are processes of their own that were started before anything was declared.
let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startProcesses();
});
afterAll(() => syncline.close());

type Vendor = Awaited<ReturnType<TestSyncline['createApplication']>>;

async function declare(definition: Loose = declaredSandbox()): Promise<Vendor & { definition: Loose }> {
  const vendor = await syncline.createApplication();
  const declared = await vendor.call('POST', '/v1/providers', { definition });
  expect(declared).toMatchObject({ provider: definition.name, version: 1, definition });
  return { ...vendor, definition };
}

const update = (vendor: Vendor, version: number, definition: Loose, more: Loose = {}) =>
  vendor.request('PUT', `/v1/providers/${definition.name}`, { version, definition, ...more });

/** The customers' side: connected, synced once. */
async function begin(vendor: Vendor, account: string, objects: Loose[], rest: Loose = {}) {
  const { syncConfig } = await vendor.setUpProvider({ provider: 'x_sandbox', objects, ...rest });
  const { connectionId } = await vendor.connectCustomer({ customerId: account, provider: 'x_sandbox' });
  const syncIds: string[] = [];
  for (const { object } of syncConfig.objects) {
    const { id } = await vendor.findSync({ connectionId, object });
    expect(await vendor.waitForRun({ syncId: id })).toMatchObject({ kind: 'full', status: 'succeeded', error_message: null });
    syncIds.push(id);
  }
  return { syncConfig, connectionId, syncIds };
}

const live = async (vendor: Vendor, object: string, account: string) =>
  (await vendor.list(`/v1/records/x_sandbox/${object}?customer_id=${account}`)).map(({ record_id }: Loose) => record_id).sort();

async function truth(account: string, object: string) {
  const { records } = await syncline.control.list({ account, object });
  return records.flatMap(({ id, deletedAt }) => (deletedAt === null ? [id] : [])).sort();
}

test('a provider declared as JSON connects, syncs, follows changes and deletes in processes that were running before', async () => {
  const account = 'declared-flow';
  const { control } = syncline;
  await control.setSize({ account, object: 'contacts', size: 250 });
  const vendor = await declare();
  const { objects, ...described } = await vendor.call('GET', '/v1/providers/x_sandbox');
  expect(described).toMatchObject({ is_declared: true, display_name: 'Declared CRM' });
  const offered = Object.fromEntries(objects.map((one: Loose) => [one.object, one]));
  expect(offered).toMatchObject({
    contacts: { recommended: { strategy: 'full_then_incremental' }, deletes: 'signalled' },
    plain_items: { recommended: { strategy: 'full_only' } },
    offset_notes: { full_listing: 'approximate' },
  });
  const { syncIds } = await begin(vendor, account, [{ object: 'contacts' }, { object: 'plain_items' }, { object: 'offset_notes' }]);
  expect(await live(vendor, 'contacts', account)).toEqual(await truth(account, 'contacts'));
  expect(await live(vendor, 'offset_notes', account)).toEqual(await truth(account, 'offset_notes'));
  const { ids } = await control.update({ account, object: 'contacts', count: 3, fields: { name: 'Changed' } });
  await control.delete({ account, object: 'contacts', id: ids[0]! });
  expect(await vendor.runSync({ syncId: syncIds[0]! })).toMatchObject({ kind: 'incremental', status: 'succeeded', updated: 2, deleted: 1 });
  expect(await live(vendor, 'contacts', account)).toEqual(await truth(account, 'contacts'));
  expect(await vendor.runSync({ syncId: syncIds[0]! })).toMatchObject({ updated: 0, deleted: 0, first_seq: null });
  const log = await control.requests({ account });
  expect(log.length).toBeGreaterThan(5);
  expect(new Set(log.filter(({ path }) => path.startsWith('/crm')).map(({ status }) => status))).toEqual(new Set([200]));
});

test('what a declared provider tells of by itself is verified, read again and listed, without a run', async () => {
  const account = 'declared-hooks';
  const { control } = syncline;
  const secret = 'whsec_declared';
  await control.setSize({ account, object: 'contacts', size: 5 });
  const vendor = await declare();
  const { syncIds } = await begin(vendor, account, [{ object: 'contacts', schedule: { kind: 'manual' } }]);
  const [config] = await vendor.list('/v1/provider-configs');
  await vendor.call('PATCH', `/v1/provider-configs/${config.id}`, { hook_secret: secret });
  await control.setHooks({ account, url: config.hook_url, secret });
  const [first, second] = (await live(vendor, 'contacts', account)) as [string, string];
  const { ids } = await control.update({ account, object: 'contacts', id: first, fields: { notes: 'told' } });
  expect(ids).toEqual([first]);
  await control.delete({ account, object: 'contacts', id: second });
  const told = async () => {
    const listed = await vendor.list(`/v1/records/x_sandbox/contacts?customer_id=${account}&include_deleted=true`);
    const one = (id: string) => listed.find(({ record_id }: Loose) => record_id === id);
    return [one(first).record.notes, one(second).deleted_at !== null];
  };
  await expect.poll(told, { timeout: 40_000 }).toEqual(['told', true]);
  expect(await vendor.list(`/v1/runs?sync_id=${syncIds[0]}`)).toHaveLength(1);
});

test('another application neither sees it nor can use it, and may declare one of the same name', async () => {
  const vendor = await declare();
  const other = await syncline.createApplication();
  for (const [method, path, body] of [
    ['GET', '/v1/providers/x_sandbox', undefined],
    ['GET', '/v1/providers/x_sandbox/definition', undefined],
    ['PUT', '/v1/providers/x_sandbox', { version: 1, definition: vendor.definition }],
    ['DELETE', '/v1/providers/x_sandbox', undefined],
  ] as const)
    expect(await other.request(method, path, body), `${method} ${path}`).toMatchObject({ status: 404, body: { code: 'not_found' } });
  expect((await other.list('/v1/providers')).map(({ provider }: Loose) => provider)).not.toContain('x_sandbox');
  expect((await vendor.list('/v1/providers')).map(({ provider }: Loose) => provider)).toContain('x_sandbox');
  const client = { provider: 'x_sandbox', client_id: 'sandbox-client', client_secret: 'sandbox-secret' };
  expect(await other.request('POST', '/v1/provider-configs', client)).toMatchObject({ status: 400, body: { code: 'provider_unknown' } });
  const own = await other.call('POST', '/v1/providers', { definition: declaredSandbox('x_sandbox', { display_name: 'Another' }) });
  expect(own).toMatchObject({ version: 1 });
  expect(await vendor.call('GET', '/v1/providers/x_sandbox')).toMatchObject({ display_name: 'Declared CRM' });
  expect(await other.call('GET', '/v1/providers/x_sandbox')).toMatchObject({ display_name: 'Another' });
});

test('a change names the version that it was made from, reaches the next read, and never sends credentials elsewhere', async () => {
  const vendor = await declare();
  const { definition } = vendor;
  const { syncIds } = await begin(vendor, 'declared-versions', [{ object: 'contacts' }]);
  const smaller = structuredClone(definition);
  smaller.objects.contacts.page_size_max = 2;
  expect(await update(vendor, 1, smaller)).toMatchObject({ status: 200, body: { version: 2, definition: smaller } });
  expect(await update(vendor, 1, definition)).toMatchObject({ status: 409, body: { code: 'conflict', version: 2 } });
  await syncline.control.clearRequests({ account: 'declared-versions' });
  expect(await vendor.runSync({ syncId: syncIds[0]!, full: true })).toMatchObject({
    kind: 'full',
    status: 'succeeded',
    updated: 0,
    inserted: 0,
  });
  const pages = (await syncline.control.requests({ account: 'declared-versions' })).filter(({ path }) => path === '/crm/v1/contacts');
  expect(new Set(pages.map(({ query }) => new URLSearchParams(query).get('limit')))).toEqual(new Set(['2']));

  const elsewhere = { ...smaller, api: { base_url: 'https://evil.test' } };
  expect(await update(vendor, 2, elsewhere)).toMatchObject({ status: 409, body: { code: 'conflict', connections: 1 } });
  const { contacts: _gone, ...others } = smaller.objects;
  expect(await update(vendor, 2, { ...smaller, objects: others, hooks: undefined })).toMatchObject({
    status: 409,
    body: { code: 'conflict', object: 'contacts' },
  });
  const { incremental: _filter, ...withoutFilter } = smaller.objects.contacts;
  expect(await update(vendor, 2, { ...smaller, objects: { ...others, contacts: withoutFilter } })).toMatchObject({
    status: 409,
    body: { code: 'conflict', object: 'contacts', strategy: 'full_then_incremental' },
  });
  expect(await vendor.call('GET', '/v1/providers/x_sandbox/definition')).toMatchObject({ version: 2, definition: smaller });
});

test('D36 another record id is refused without a resync; with it everything is read again under the new one', async () => {
  const account = 'declared-d36';
  await syncline.control.setSize({ account, object: 'plain_items', size: 3 });
  const vendor = await declare();
  const { syncIds } = await begin(vendor, account, [{ object: 'plain_items' }]);
  const before = await live(vendor, 'plain_items', account);
  expect(before).toHaveLength(3);
  const keyed = structuredClone(vendor.definition);
  keyed.objects.plain_items.record.id = ['id', 'created_at'];
  expect(await update(vendor, 1, keyed)).toMatchObject({
    status: 409,
    body: { code: 'resync_required', objects: ['plain_items'], syncs: 1 },
  });
  expect((await vendor.call('GET', '/v1/providers/x_sandbox/definition')).version).toBe(1);
  expect(await update(vendor, 1, keyed, { resync: true })).toMatchObject({ status: 200, body: { version: 2 } });
  expect(await vendor.call('GET', `/v1/syncs/${syncIds[0]}`)).toMatchObject({ full_requested: true });
  const run = await vendor.runSync({ syncId: syncIds[0]! });
  expect(run).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 3, deleted: 3 });
  const after = await live(vendor, 'plain_items', account);
  expect(after.map((id: string) => JSON.parse(id)[0]).sort()).toEqual(before);
});

test('O83 an object that the provider begins to offer is included or listed, as the sync config says', async () => {
  const first = declaredSandbox();
  const { plain_items: later, ...objects } = first.objects;
  const include = await declare({ ...first, objects });
  const list = await declare({ ...first, objects });
  const included = await begin(include, 'o83-include', [{ object: 'contacts' }], { new_objects: 'include' });
  const listed = await begin(list, 'o83-list', [{ object: 'contacts' }]);
  expect(included.syncConfig).toMatchObject({ new_objects: 'include', newly_offered: [] });
  expect(listed.syncConfig).toMatchObject({ new_objects: 'list', newly_offered: [] });
  for (const vendor of [include, list])
    expect(await update(vendor, 1, { ...first, objects: { ...objects, plain_items: later } })).toMatchObject({ status: 200 });

  const refreshed = await include.call('POST', `/v1/sync-configs/${included.syncConfig.id}:refresh`);
  expect(refreshed.objects).toMatchObject([{ object: 'contacts' }, { object: 'plain_items', strategy: 'full_only' }]);
  expect(refreshed.newly_offered).toEqual([]);
  const sync = await include.findSync({ connectionId: included.connectionId, object: 'plain_items' });
  expect(await include.waitForRun({ syncId: sync.id })).toMatchObject({ status: 'succeeded' });
  expect(await live(include, 'plain_items', 'o83-include')).toEqual(await truth('o83-include', 'plain_items'));
  expect(await include.list('/v1/events?types=sync_config.objects_included')).toMatchObject([
    { data: { sync_config_id: refreshed.id, objects: 'plain_items' } },
  ]);

  const told = await list.call('POST', `/v1/sync-configs/${listed.syncConfig.id}:refresh`);
  expect(told).toMatchObject({ newly_offered: ['plain_items'], objects: [{ object: 'contacts' }] });
  expect(await list.list(`/v1/syncs?connection_id=${listed.connectionId}`)).toHaveLength(1);
  // An object that was there and left out is no new one, and one that is taken up is told no longer.
  const taken = await list.call('PATCH', `/v1/sync-configs/${told.id}`, { objects: [{ object: 'contacts' }, { object: 'plain_items' }] });
  expect(taken.newly_offered).toEqual([]);
});

test('what a declared provider maps is read as a model in the API and in SQL, by its application alone; a changed mapping without a run', async () => {
  const account = 'declared-models';
  await syncline.control.setSize({ account, object: 'plain_items', size: 3 });
  const fields = { title: 'Great', other_title: 'Greater', state_of: 'on' };
  const [changed] = (await syncline.control.update({ account, object: 'plain_items', count: 1, fields })).ids;
  const mapping = (title: string) => ({
    ...{ category: 'crm', model: 'opportunity', version: 1, object: 'plain_items' },
    fields: { name: { text: title }, status: { one_of: { text: 'state_of' }, values: { on: 'OPEN' }, other: 'OTHER' } },
  });
  const vendor = await declare({ ...declaredSandbox(), unified: [mapping('title')] });
  const { connectionId } = await begin(vendor, account, [{ object: 'plain_items' }]);
  const opportunities = '/v1/unified/crm/opportunity';
  const inSql = async () => {
    const { rows } = await syncline.pool.query(
      `select id, name, status, custom_fields from ${hubSchemaName(vendor.applicationId)}.unified_crm_opportunity order by id`,
    );
    return rows;
  };
  const inApi = async (query = '') => {
    const rows = await vendor.list(`${opportunities}${query}`);
    return rows
      .map(({ id, name, status, custom_fields }: Loose) => ({ id, name, status, custom_fields }))
      .sort((a: Loose, b: Loose) => (a.id < b.id ? -1 : 1));
  };
  const great = { id: `${connectionId}/${changed}`, name: 'Great', status: 'OPEN', custom_fields: {} };
  expect(await inApi('?filter={"status":{"eq":"OPEN"}}')).toEqual([great]);
  expect(await inApi('?provider=x_sandbox')).toHaveLength(3);
  expect(await vendor.call('GET', `${opportunities}/${encodeURIComponent(great.id)}`)).toMatchObject({ provider: 'x_sandbox', ...great });
  expect(await inSql()).toEqual(await inApi());
  await vendor.call('PUT', '/v1/unified-mappings/crm/opportunity/x_sandbox', { fields: { key: { path: 'id', type: 'text' } } });
  expect((await inApi()).map(({ id, custom_fields }) => custom_fields.key === id.split('/')[1])).toEqual([true, true, true]);

  // Another application has neither the mapping nor the name.
  const stranger = await syncline.createApplication();
  expect(await stranger.list(opportunities)).toEqual([]);
  expect((await stranger.request('GET', `${opportunities}?provider=x_sandbox`)).body.code).toBe('provider_unknown');
  expect((await stranger.request('GET', `${opportunities}/${encodeURIComponent(great.id)}`)).status).toBe(404);

  expect((await update(vendor, 1, { ...vendor.definition, unified: [mapping('other_title')] })).status).toBe(200);
  expect((await inApi()).find(({ id }) => id === great.id)).toMatchObject({ name: 'Greater' });
  await expect.poll(inSql, { timeout: 30_000, interval: 50 }).toEqual(await inApi());

  // What is taken back leaves the view without rows: whoever built on it still can read it.
  expect((await update(vendor, 2, { ...vendor.definition, unified: [] })).status).toBe(200);
  expect(await inApi()).toEqual([]);
  await expect.poll(inSql, { timeout: 30_000, interval: 50 }).toEqual([]);
});

test('what is hostile is refused with its places, and nothing is stored', async () => {
  const vendor = await syncline.createApplication();
  const hostile: [Loose, string][] = [
    [{ api: { base_url: 'http://sandbox.test' } }, 'definition.api.base_url'],
    [{ api: { base_url: 'https://169.254.169.254' } }, 'definition.api.base_url'],
    [{ api: { base_url: 'https://localhost' } }, 'definition.api.base_url'],
    [{ name: 'hubspot' }, 'definition.name'],
    [{ account: { request: { method: 'GET', path: '//evil.test' }, id: 'id' } }, 'definition.account.request.path'],
    [{ display_name: 'a'.repeat(250_000) }, 'definition'],
    [{ any_object: { pattern: '.*' } }, 'definition.any_object'],
    [
      { unified: [{ category: 'crm', model: 'contact', version: 1, object: 'contacts', fields: { a: { text: 'a' } } }] },
      'definition.unified.0.fields.a',
    ],
    [
      { unified: [{ category: 'crm', model: 'contact', version: 1, object: 'contacts', where: { sql: 'true' }, fields: {} }] },
      'definition.unified.0.where',
    ],
  ];
  for (const [more, path] of hostile) {
    const refused = await vendor.request('POST', '/v1/providers', { definition: declaredSandbox('x_hostile', more) });
    expect(refused, path).toMatchObject({ status: 400, body: { code: 'input_invalid' } });
    expect(refused.body.errors.map((one: Loose) => one.path)).toContain(path);
  }
  const huge = await vendor.request('POST', '/v1/providers', { definition: { ...declaredSandbox(), display_name: 'a'.repeat(2_000_000) } });
  expect(huge).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
  const { rows } = await syncline.pool.query('select name from declared_provider where application_id = $1', [vendor.applicationId]);
  expect(rows).toEqual([]);
});

test('an application declares so many and no more, and deletes one that nothing uses', async () => {
  const vendor = await declare();
  const definition = (n: number) => declaredSandbox(`x_number_${n}`);
  for (let n = 1; n < 50; n++) await vendor.call('POST', '/v1/providers', { definition: definition(n) });
  expect(await vendor.request('POST', '/v1/providers', { definition: definition(50) })).toMatchObject({
    status: 409,
    body: { code: 'conflict' },
  });
  expect(await vendor.request('POST', '/v1/providers', { definition: definition(1) })).toMatchObject({
    status: 409,
    body: { code: 'already_exists' },
  });
  const { providerConfig } = await vendor.setUpProvider({ provider: 'x_sandbox' });
  expect(await vendor.request('DELETE', '/v1/providers/x_sandbox')).toMatchObject({ status: 409, body: { code: 'conflict' } });
  await vendor.call('DELETE', `/v1/provider-configs/${providerConfig.id}`);
  expect((await vendor.request('DELETE', '/v1/providers/x_sandbox')).status).toBe(204);
  expect(await vendor.request('GET', '/v1/providers/x_sandbox')).toMatchObject({ status: 404 });
  await vendor.call('POST', '/v1/providers', { definition: definition(50) });
});

/** With so many of its objects mapped to contacts, and so many characters beside. */
function mapped(name: string, count: number, { padding = 0, fields = { last_name: { text: 'name' } } as Loose } = {}): Loose {
  const base = declaredSandbox(name, { docs_url: `https://sandbox.test/docs/${'a'.repeat(padding)}` });
  const names = Array.from({ length: count }, (_, n) => `item_${n}`);
  return {
    ...base,
    objects: { ...base.objects, ...Object.fromEntries(names.map((object) => [object, base.objects.plain_items])) },
    unified: names.map((object) => ({ category: 'crm', model: 'contact', version: 1, object, fields })),
  };
}

test('what all declarations of an application come to together is bounded: for one model, in SQL and as JSON; what makes it no larger goes through', async () => {
  const refused = (message: string) => ({ status: 409, body: { code: 'conflict', detail: expect.stringContaining(message) } });
  const post = (vendor: Vendor, definition: Loose) => vendor.request('POST', '/v1/providers', { definition });

  const many = await declare(mapped('x_0', 30));
  for (const [n, count] of [30, 30, 10].entries()) expect(await post(many, mapped(`x_${n + 1}`, count))).toMatchObject({ status: 201 });
  expect(await post(many, mapped('x_more', 1))).toMatchObject(refused('100 mappings to crm/contact'));
  expect(await update(many, 1, mapped('x_3', 11))).toMatchObject(refused('100 mappings to crm/contact'));
  expect(await update(many, 1, mapped('x_3', 9))).toMatchObject({ status: 200 });
  expect(await post(many, mapped('x_more', 1))).toMatchObject({ status: 201 });
  expect(await post(many, mapped('x_none', 0))).toMatchObject({ status: 201 });

  // Each of them is within the bound of one mapping.
  const wordy = { last_activity_at: { first: Array.from({ length: 36 }, (_, n) => ({ time: `time_${n}` })) } };
  const loud = await declare(mapped('x_0', 10, { fields: wordy }));
  expect(await post(loud, mapped('x_1', 1, { fields: wordy }))).toMatchObject(refused('500000 characters of SQL for crm/contact'));

  const long = await declare(mapped('x_0', 1, { padding: 90_000 }));
  for (let n = 1; n < 5; n++) expect(await post(long, mapped(`x_${n}`, 1, { padding: 90_000 }))).toMatchObject({ status: 201 });
  expect(await post(long, mapped('x_5', 1, { padding: 90_000 }))).toMatchObject(refused('500000 characters of JSON'));

  // An application that had declared more before there was a bound goes on, and may declare less.
  await syncline.pool.query(
    `insert into declared_provider (application_id, name, definition, version, created_at, updated_at)
     select application_id, 'x_old', definition || '{"name": "x_old"}', 1, created_at, updated_at
     from declared_provider where application_id = $1 and name = 'x_0'`,
    [long.applicationId],
  );
  expect(await update(long, 1, mapped('x_old', 1, { padding: 90_001 }))).toMatchObject(refused('500000 characters of JSON'));
  expect(await update(long, 1, mapped('x_old', 1, { padding: 89_990 }))).toMatchObject({ status: 200 });
});
