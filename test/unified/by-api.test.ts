import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSyncline as createClient } from '../../sdk/src/index.ts';
import { createSyncline } from '../../src/compose.ts';
import { hubSchemaName } from '../../src/hub/schema-name.ts';
import type { Loose } from '../support/client.ts';
import { createTestDatabase } from '../support/database.ts';
import { createDestination } from '../support/own-destination.ts';
import { loadRecordings, recordedAccounts } from '../support/replay.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';

type Vendor = Awaited<ReturnType<TestSyncline['createApplication']>>;

let syncline: Awaited<ReturnType<typeof startSyncline>>;
let vendor: Vendor;
const connections: Record<string, string> = {};
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
    connections[customerId] = connectionId;
    for (const object of objects) await succeeded(connectionId, object);
  }
});
afterAll(() => syncline.close());

async function succeeded(connectionId: string, object: string, destinationId?: string) {
  const syncs = await vendor.list(`/v1/syncs?connection_id=${connectionId}`);
  const { id: syncId } = syncs.find((one) => one.object === object && [undefined, one.destination_id].includes(destinationId));
  expect(await vendor.waitForRun({ syncId })).toMatchObject({ status: 'succeeded' });
}

const contacts = '/v1/unified/crm/contact';
const listed = async (query = ''): Promise<Loose[]> => vendor.list(`${contacts}?page_size=1000&${query}`);
const pathOf = (id: string) => `${contacts}/${encodeURIComponent(id)}`;
const filterOf = (filter: object) => `filter=${encodeURIComponent(JSON.stringify(filter))}`;

const mapping = (provider: string, query = '') => `/v1/unified-mappings/crm/contact/${provider}${query}`;
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

test("a customer's own fields inherit everybody's, or stand in their place, in the API as in SQL", async () => {
  const own = mapping('hubspot', '?customer_id=globex');
  const text = (path: string) => ({ path, type: 'text' });
  await vendor.call('PUT', mapping('hubspot'), { fields: { key: text('id'), shared: text('id') } });
  const shown = async () => {
    const [rows, sql] = [await listed('provider=hubspot'), await inSql()];
    for (const { id, custom_fields } of rows) expect(sql[id] ?? {}).toEqual(custom_fields);
    return Object.keys(rows[0].custom_fields).sort();
  };
  const fields = { shared: text('properties.none'), mine: text('id') };
  expect(await vendor.call('PUT', own, { fields })).toMatchObject({ mode: 'inherit', customer_id: 'globex' });
  expect(await shown()).toEqual(['key', 'mine', 'shared']);
  expect((await listed('provider=hubspot'))[0].custom_fields.shared).toBeNull();
  expect(await vendor.call('PUT', own, { fields, mode: 'replace' })).toMatchObject({ mode: 'replace' });
  expect(await shown()).toEqual(['mine', 'shared']);
  // What everybody gets later is no field of this customer either.
  expect(await vendor.call('PUT', mapping('hubspot'), { fields: { later: text('id') } })).toMatchObject({ mode: null });
  expect(await shown()).toEqual(['mine', 'shared']);
  expect((await vendor.request('PUT', mapping('hubspot'), { fields, mode: 'replace' })).body.errors[0]).toMatchObject({ path: 'mode' });
  await vendor.call('DELETE', own);
  expect(await shown()).toEqual(['later']);
  await vendor.call('DELETE', mapping('hubspot'));
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

describe('a destination that is opened behind a declaration, though nobody reads the API', () => {
  test('shows in SQL what was declared', async () => {
    await vendor.call('PUT', mapping('hubspot'), { fields: { key: { path: 'id', type: 'text' } } });
    const declared = await inSql();
    await syncline.pool.query(`delete from ${hubSchemaName(vendor.applicationId)}._syncline_mapping`);
    await openedElsewhere(() => expect.poll(inSql, { timeout: 30_000, interval: 50 }).toEqual(declared));
    await vendor.call('DELETE', mapping('hubspot'));
  });

  test('shows in SQL no more what was taken back, also where that was the last', async () => {
    await vendor.call('PUT', mapping('hubspot'), { fields: { key: { path: 'id', type: 'text' } } });
    const declared = await inSql();
    const copy = `${hubSchemaName(vendor.applicationId)}._syncline_mapping`;
    const { rows } = await syncline.pool.query(`select * from ${copy}`);
    await vendor.call('DELETE', mapping('hubspot'));
    // As it is where the destination was down at that moment.
    await syncline.pool.query(`insert into ${copy} select * from json_populate_recordset(null::${copy}, $1::json)`, [JSON.stringify(rows)]);
    expect(await inSql()).toEqual(declared);
    await openedElsewhere(() => expect.poll(inSql, { timeout: 30_000, interval: 50 }).toEqual({}));
  });

  /** By a process that has just started. */
  async function openedElsewhere(look: () => PromiseLike<unknown>): Promise<void> {
    const later = await createSyncline(syncline.config);
    try {
      const [{ id: destinationId }] = await vendor.list('/v1/destinations');
      const row = await syncline.pool.query(
        `select id, application_id as "applicationId", kind, schema, version from destination where id = $1`,
        [destinationId],
      );
      const actor = { kind: 'system' as const, id: 'test', applicationId: vendor.applicationId };
      await later.contextFor(actor).hubs.open(row.rows[0]);
      await look();
    } finally {
      await later.close();
    }
  }
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

describe('a record of a model by its id', () => {
  test('is what the listing shows of it, with its relations and its raw record where they are asked for', async () => {
    for (const query of ['', 'expand=account&include_raw=true']) {
      const rows = await listed(query);
      for (const row of [rows[0], rows.at(-1)]) {
        const { status, body, headers } = await vendor.request('GET', `${pathOf(row.id)}?${query}`);
        expect([status, body]).toEqual([200, row]);
        const again = await vendor.request('GET', `${pathOf(row.id)}?${query}`, undefined, {
          headers: { 'if-none-match': headers.get('etag')! },
        });
        expect([again.status, again.text]).toEqual([304, '']);
      }
    }
    const sdk = createClient({ baseUrl: syncline.url, apiKey: vendor.apiKey });
    const [row] = await listed();
    expect(await sdk.unified.get('crm', 'contact', row.id)).toEqual(row);
  });

  test('that is not there is a 404 that says so, and so is an id of another form', async () => {
    const [{ id, connection_id }] = await listed();
    for (const none of [`${connection_id}/nothing`, `${connection_id}/`, connection_id, `conn_of_nobody/1`, '/1', `x${id}`]) {
      const { status, body } = await vendor.request('GET', pathOf(none));
      expect([status, body.code], none).toEqual([404, 'not_found']);
    }
    expect((await vendor.request('GET', `/v1/unified/crm/task/${encodeURIComponent(id)}`)).status).toBe(404);
    expect((await vendor.request('GET', `${pathOf(id)}?expand=nothing`)).body.code).toBe('input_invalid');
  });
});

test('a page says how many there are, until when it is complete, and is 304 for whoever holds it', async () => {
  const all = await listed();
  const page = (query: string, headers = {}) => vendor.request('GET', `${contacts}?${query}`, undefined, { headers });
  const first = await page('page_size=3&count=true');
  expect(first.body).toMatchObject({ total_count: all.length, total_is_exact: true, has_more: true });
  expect((await page('page_size=3')).body).not.toHaveProperty('total_count');
  // Another run of a sync would move time and cursor between two looks.
  const held = async () => {
    const { headers } = await page('page_size=3');
    return (await page('page_size=3', { 'if-none-match': headers.get('etag')! })).status;
  };
  await expect.poll(held, { timeout: 30_000, interval: 50 }).toBe(304);
  const completeOf = async (customers: string[]) => {
    const syncs = await vendor.list('/v1/syncs?page_size=1000');
    const own = syncs.filter(({ customer_id, object }) => customers.includes(customer_id) && object !== 'organizations');
    return own.map(({ complete_as_of }) => complete_as_of).sort()[0];
  };
  for (const [query, customers] of [
    ['', ['acme', 'globex']],
    ['customer_id=acme', ['acme']],
    ['customer_id=globex', ['globex']],
  ] as const) {
    const differs = async () => {
      const before = await completeOf([...customers]);
      const { complete_as_of } = (await page(query)).body;
      return [typeof complete_as_of, before === complete_as_of || (await completeOf([...customers])) === complete_as_of];
    };
    await expect.poll(differs, { timeout: 30_000, interval: 50 }).toEqual(['string', true]);
  }
  await vendor.call('PUT', '/v1/customers/new', {});
  expect((await page('customer_id=new')).body).toMatchObject({ data: [], complete_as_of: null });
  await syncline.pool.query('update sync set complete_as_of = null where connection_id = $1', [connections.acme]);
  expect((await page('')).body.complete_as_of).toBeNull();
  expect((await page('customer_id=globex')).body.complete_as_of).not.toBeNull();
});

test('a filter is on the fields of the model by their names, and what it does not know is refused with its place', async () => {
  const rows = await listed();
  const { last_name: name } = rows.find((row) => row.last_name !== null);
  const ids = (from: Loose[]) => from.map(({ id }) => id);
  expect(ids(await listed(filterOf({ last_name: { eq: name } })))).toEqual(ids(rows.filter((row) => row.last_name === name)));
  for (const [filter, place] of [
    [{ emails: { eq: 'a' } }, 'filter.emails'],
    [{ nothing: { eq: 'a' } }, 'filter.nothing'],
    [{ constructor: { eq: 'a' } }, 'filter.constructor'],
    [{ last_activity_at: { eq: 'now' } }, 'filter.last_activity_at.eq'],
    [{ "x' or true --": { eq: 'a' } }, "filter.x' or true --"],
  ] as const) {
    const { status, body } = await vendor.request('GET', `${contacts}?${filterOf(filter)}`);
    expect([status, body.code, body.errors[0].in, body.errors[0].path]).toEqual([400, 'input_invalid', 'query', place]);
  }
  const { body } = await vendor.request('GET', `/v1/unified/crm/opportunity?${filterOf({ status: { in: ['OPEN', 'open'] } })}`);
  expect(body.errors[0]).toMatchObject({ path: 'filter.status.in', message: 'Must be of OPEN, WON, LOST, OTHER.' });
});

test('where records land in several destinations, the call says which to name, and each has its own records and cursor', async () => {
  const own = await createTestDatabase();
  try {
    const { id: ownId } = await createDestination(vendor, own.url);
    const before = await vendor.request('GET', `${contacts}?customer_id=globex&page_size=1000`);
    const hosted = (await vendor.list('/v1/destinations')).find(({ id }) => id !== ownId).id;
    await vendor.call('POST', '/v1/sync-configs', { provider: 'hubspot', objects: [{ object: 'contacts' }], destination_id: ownId });
    await succeeded(connections.globex!, 'contacts', ownId);
    const [row] = before.body.data;
    for (const path of [contacts, `${contacts}?customer_id=globex`, `${contacts}?cursor=${before.body.next_cursor}`, pathOf(row.id)]) {
      const { status, body } = await vendor.request('GET', path);
      expect([status, body.code], path).toEqual([409, 'destination_ambiguous']);
      expect(body.destination_ids.toSorted()).toEqual([hosted, ownId].toSorted());
    }
    // Another customer's records land in one place only.
    expect((await vendor.request('GET', `${contacts}?customer_id=acme`)).status).toBe(200);
    const next = await vendor.request('GET', `${contacts}?customer_id=globex&cursor=${before.body.next_cursor}&destination_id=${hosted}`);
    expect([next.status, next.body.data]).toEqual([200, []]);
    expect((await vendor.request('GET', `${pathOf(row.id)}?destination_id=${hosted}`)).body).toEqual(row);
    const there = await listed(`customer_id=globex&destination_id=${ownId}`);
    expect(there.map(({ id }) => id).toSorted()).toEqual(before.body.data.map(({ id }: Loose) => id).toSorted());
    const elsewhere = await vendor.request(
      'GET',
      `${contacts}?customer_id=globex&cursor=${before.body.next_cursor}&destination_id=${ownId}`,
    );
    expect(elsewhere.body.code).toBe('cursor_expired');
  } finally {
    await own.drop();
  }
});
