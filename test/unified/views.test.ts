import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { UnifiedViews } from '../../src/hub/context.ts';
import type { Logger } from '../../src/ops/logger.ts';
import { unifiedViewsOf } from '../../src/unified/views.ts';
import { catalog } from '../conformance/support/catalog.ts';
import { logIn, newTestRole } from '../hostile/support/sql-roles.ts';
import { type HubUnderTest, openTestHub } from '../hub/support.ts';
import { land } from './support/land.ts';
import { type Server, servers } from './support/servers.ts';

const ofCatalog = unifiedViewsOf(catalog.list());
const unifiedViews: UnifiedViews = async (...place) => ofCatalog(...place);
const shownWithin = { timeout: 30_000, interval: 50 };

describe.each(servers)('on %s', (_, start) => {
  let server: Server;
  let on: HubUnderTest;
  beforeAll(async () => {
    server = await start();
    on = await openTestHub(server.url, { unifiedViews });
  });
  afterAll(async () => {
    await on.close();
    await server.stop();
  });

  test('one view shows the contacts of every provider by the same names, and leaves deleted ones out', async () => {
    await land(on, 'hubspot contacts', 'acme', {
      1: { id: '1', properties: { firstname: 'Ada', email: 'ada@example.com', mobilephone: '1' }, updatedAt: '2026-01-02T03:04:05.678Z' },
      2: { id: '2', properties: { firstname: 'Gone' } },
    });
    await on.sql('create view vendors as select remote_id, first_name from unified_crm_contact');
    await land(on, 'pipedrive persons', 'acme', {
      7: { id: 7, first_name: 'Blaise', emails: [{ value: 'b@example.com', label: 'work' }] },
    });
    await land(on, 'salesforce Contact', 'globex', { '003': { Id: '003', FirstName: 'Kurt', Email: 'k@example.com', IsDeleted: false } });
    await land(on, 'hubspot contacts', 'acme', {
      1: { id: '1', properties: { firstname: 'Ada', email: 'ada@example.com', mobilephone: '1' }, updatedAt: '2026-01-02T03:04:05.678Z' },
    });
    const rows =
      await on.sql(`select id, remote_id, provider, customer_id, connection_id, first_name, emails, phones, account, remote_updated_at,
      custom_fields, last_modified_at = synced_at as has_time from unified_crm_contact order by provider`);
    const nothing = { account: null, phones: [], remote_updated_at: null, custom_fields: {}, has_time: true };
    expect(rows).toEqual([
      {
        ...nothing,
        ...{ id: 'conn_hubspot_acme/1', remote_id: '1', provider: 'hubspot', customer_id: 'acme', connection_id: 'conn_hubspot_acme' },
        ...{ first_name: 'Ada', emails: [{ email: 'ada@example.com', type: 'primary' }], phones: [{ number: '1', type: 'mobile' }] },
        remote_updated_at: new Date('2026-01-02T03:04:05.678Z'),
      },
      {
        ...nothing,
        ...{
          id: 'conn_pipedrive_acme/7',
          remote_id: '7',
          provider: 'pipedrive',
          customer_id: 'acme',
          connection_id: 'conn_pipedrive_acme',
        },
        ...{ first_name: 'Blaise', emails: [{ email: 'b@example.com', type: 'work' }] },
      },
      {
        ...nothing,
        ...{ id: 'conn_salesforce_globex/003', remote_id: '003', provider: 'salesforce', customer_id: 'globex' },
        ...{ connection_id: 'conn_salesforce_globex', first_name: 'Kurt', emails: [{ email: 'k@example.com', type: 'primary' }] },
      },
    ]);
    // What a vendor built on it when there was one provider goes on, and shows the others too.
    expect(await on.sql('select first_name from vendors order by 1')).toEqual([
      { first_name: 'Ada' },
      { first_name: 'Blaise' },
      { first_name: 'Kurt' },
    ]);
  });

  test('the queries of the page about unified models run as they stand there', async () => {
    const page = await readFile(new URL('../../docs/unified-models.md', import.meta.url), 'utf8');
    const query = (name: string) => page.split(`\`\`\`sql ${name}\n`)[1]!.split('```')[0]!;
    await land(on, 'pipedrive deals', 'acme', {
      1: { id: 1, title: 'Open', value: 10.5, currency: 'eur', status: 'open' },
      2: { id: 2, title: 'Won', status: 'won' },
    });
    await land(on, 'pipedrive organizations', 'acme', { 9: { id: 9, name: 'Works' } });
    await land(on, 'pipedrive persons', 'acme', {
      7: { id: 7, first_name: 'Blaise', org_id: 9, emails: [{ value: 'b@example.com', label: 'work' }] },
    });
    expect(await on.sql(query('deals'))).toEqual([
      { provider: 'pipedrive', customer_id: 'acme', name: 'Open', amount: '10.5', currency: 'EUR' },
    ]);
    expect(await on.sql(query('people'))).toContainEqual({
      first_name: 'Blaise',
      last_name: null,
      email: 'b@example.com',
      company: 'Works',
    });
  });

  test('a deleted user and a deleted lead are known as deleted, though their records have no time of it', async () => {
    await land(on, 'salesforce User', 'acme', { u1: { Id: 'u1', Name: 'One' }, u2: { Id: 'u2', Name: 'Two' } });
    await land(on, 'salesforce Lead', 'acme', { l1: { Id: 'l1', LastName: 'One' }, l2: { Id: 'l2', LastName: 'Two' } });
    const before = Date.now();
    await land(on, 'salesforce User', 'acme', { u1: { Id: 'u1', Name: 'One' } });
    await land(on, 'salesforce Lead', 'acme', { l1: { Id: 'l1', LastName: 'One' } });
    expect(await on.sql('select name from unified_crm_user')).toEqual([{ name: 'One' }]);
    expect(await on.sql('select last_name from unified_crm_lead')).toEqual([{ last_name: 'One' }]);
    for (const object of ['User', 'Lead']) {
      const page = await on.hub.listPage({ provider: 'salesforce', object, pageSize: 10, includeDeleted: true });
      const { data } = JSON.parse(page.body.toString()) as { data: { deleted_at: string | null }[] };
      const times = data.map(({ deleted_at }) => deleted_at).filter((at) => at !== null);
      expect(times).toHaveLength(1);
      expect(Date.parse(times[0]!)).toBeGreaterThan(before - 60_000);
    }
  });

  test('activities are shown as tasks or as engagements, each once', async () => {
    await land(on, 'pipedrive activities', 'acme', {
      1: {
        id: 1,
        type: 'call',
        subject: 'Ring',
        due_date: '2026-03-01',
        due_time: '09:30',
        participants: [{ person_id: 7, primary: true }],
      },
      2: { id: 2, type: 'task', subject: 'Write', done: true, due_date: '2026-03-02' },
      3: { id: 3, type: 'our_own', subject: 'Other', done: false },
      4: { id: 4, subject: 'Untyped' },
    });
    expect(await on.sql('select remote_id, engagement_type, contacts, start_time from unified_crm_engagement')).toEqual([
      { remote_id: '1', engagement_type: 'CALL', contacts: [{ contact: '7' }], start_time: new Date('2026-03-01T09:30:00Z') },
    ]);
    expect(await on.sql('select remote_id, status from unified_crm_task order by 1')).toEqual([
      { remote_id: '2', status: 'CLOSED' },
      { remote_id: '3', status: 'OPEN' },
      { remote_id: '4', status: 'OPEN' },
    ]);
  });

  test("custom fields are shown by name and type; a customer's own declaration counts before everybody's, and for nobody else", async () => {
    await land(on, 'hubspot deals', 'acme', {
      1: { id: '1', properties: { dealname: 'A', score: '7.50', region: 'EMEA', area: 'north', since: '1700000000' } },
    });
    await land(on, 'hubspot deals', 'globex', { 2: { id: '2', properties: { dealname: 'B', region: 'US', area: 'south' } } });
    await on.sql(`insert into _syncline_mapping (category, model, provider, customer_id, name, path, type) values
      ('crm', 'opportunity', 'hubspot', '', 'score', '{properties,score}', 'number'),
      ('crm', 'opportunity', 'hubspot', '', 'since', '{properties,since}', 'time'),
      ('crm', 'opportunity', 'hubspot', '', 'region', '{properties,region}', 'text'),
      ('crm', 'opportunity', 'hubspot', 'globex', 'region', '{properties,area}', 'text'),
      ('crm', 'opportunity', 'salesforce', '', 'never', '{Name}', 'text'),
      ('crm', 'account', 'hubspot', '', 'never', '{id}', 'text')`);
    expect(await on.sql("select remote_id, custom_fields from unified_crm_opportunity where provider = 'hubspot' order by 1")).toEqual([
      { remote_id: '1', custom_fields: { score: 7.5, since: '2023-11-14T22:13:20.000Z', region: 'EMEA' } },
      { remote_id: '2', custom_fields: { score: null, since: null, region: 'south' } },
    ]);
  });

  test("a customer's own credential sees its rows in the views, of every provider, and nobody else's rows or declarations", async () => {
    const role = newTestRole();
    const limits = { connectionsMax: 2, statementSeconds: 20, isOurs: false };
    await on.hub.grantReader({ ...role, credentialId: role.role, customerId: 'globex', ...limits });
    const session = await logIn(server.url, role);
    try {
      await session.query('set search_path = hub_test');
      expect(await session.query('select first_name, provider, connection_id from unified_crm_contact')).toEqual([
        { first_name: 'Kurt', provider: 'salesforce', connection_id: 'conn_salesforce_globex' },
      ]);
      expect(await session.query('select name, custom_fields from unified_crm_opportunity')).toEqual([
        { name: 'B', custom_fields: { score: null, since: null, region: 'south' } },
      ]);
      // A view that is made after the credential was issued is shown to it too.
      await land(on, 'stripe customers', 'globex', { c1: { id: 'c1', name: 'G', created: 1_700_000_000 } });
      await land(on, 'stripe customers', 'acme', { c2: { id: 'c2', name: 'A' } });
      expect(await session.query('select name, remote_created_at from unified_accounting_contact')).toEqual([
        { name: 'G', remote_created_at: new Date('2023-11-14T22:13:20Z') },
      ]);
    } finally {
      await session.end();
      await on.hub.revokeReader({ role: role.role });
    }
  });

  test('a customer is found by the index, and what nobody asks for is not taken from the record', async () => {
    const client = await on.pool.connect();
    try {
      // Tables of a few rows are read as they lie unless that is forbidden.
      await client.query('set enable_seqscan = off');
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `explain (verbose, costs off) select remote_id, last_name from unified_crm_contact where customer_id = 'acme'`,
      );
      const lines = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(lines.match(/Index Cond: \(\w+\._syncline_customer_id = 'acme'::text\)/g)).toHaveLength(3);
      expect(lines).not.toContain('mobilephone');
      expect(lines).toContain('lastname');
    } finally {
      client.release(true);
    }
  });

  test("a vendor's relation of the same name is left alone, and the tables are created all the same", async () => {
    const other = await openTestHub(server.url, { schema: 'hub_taken', unifiedViews });
    try {
      await other.sql('create table unified_crm_account (kept text)');
      await other.hub.ensureTable('hubspot', 'companies');
      expect(await other.sql('select * from unified_crm_account')).toEqual([]);
      expect(
        await other.sql(`select relkind from pg_class where relname = 'unified_crm_account' and relnamespace = 'hub_taken'::regnamespace`),
      ).toEqual([{ relkind: 'r' }]);
    } finally {
      await other.close();
    }
  });

  test('a new table waits for nobody who reads the view, and shows in it when they have ended', async () => {
    const other = await openTestHub(server.url, { schema: 'hub_read', unifiedViews });
    const reader = new pg.Client({ connectionString: server.url });
    await reader.connect();
    try {
      await other.hub.ensureTable('hubspot', 'contacts');
      await reader.query('begin; select count(*) from hub_read.unified_crm_contact');
      await other.hub.ensureTable('pipedrive', 'persons');
      await land(other, 'pipedrive persons', 'acme', { 7: { id: 7, first_name: 'Blaise' } });
      expect(await other.sql('select first_name from unified_crm_contact')).toEqual([]);
      await reader.query('commit');
      await expect.poll(() => other.sql('select first_name from unified_crm_contact'), shownWithin).toEqual([{ first_name: 'Blaise' }]);
    } finally {
      await reader.end();
      await other.close();
    }
  });

  test('a view that Postgres refuses stays as it was and is named in the log; the others are made', async () => {
    const schema = 'hub_refused';
    const first = await openTestHub(server.url, { schema, unifiedViews });
    for (const place of ['hubspot companies', 'hubspot contacts', 'hubspot deals'])
      await land(first, place, 'acme', { 1: { id: '1', properties: { firstname: 'Ada', nickname: 'Countess', name: 'Works' } } });
    await first.close();
    const warned: object[] = [];
    const log: Logger = { debug() {}, info() {}, error() {}, warn: (line: object) => warned.push(line), child: () => log };
    const second = await openTestHub(server.url, { schema, unifiedViews: refusedContacts, log });
    try {
      const added = (model: string) => second.sql(`select added from unified_crm_${model}`);
      for (const model of ['account', 'opportunity'])
        await expect.poll(() => added(model).catch(() => 'not yet'), shownWithin).toEqual([{ added: 'new' }]);
      expect(await second.sql('select first_name from unified_crm_contact')).toEqual([{ first_name: 'Ada' }]);
      expect(warned).toMatchObject([{ schema, view: 'unified_crm_contact', err: { message: 'column t.nothing does not exist' } }]);
    } finally {
      await second.close();
    }
  });

  test('a release that maps otherwise shows it when the hub is opened, and keeps what a vendor built on the view', async () => {
    const first = await openTestHub(server.url, { schema: 'hub_later', unifiedViews });
    try {
      await land(first, 'hubspot contacts', 'acme', { 1: { id: '1', properties: { firstname: 'Ada', nickname: 'Countess' } } });
      await first.sql('create view vendors as select first_name from unified_crm_contact');
    } finally {
      await first.close();
    }
    const second = await openTestHub(server.url, { schema: 'hub_later', unifiedViews: later });
    try {
      const rows = () => second.sql('select first_name from vendors');
      await expect.poll(rows, shownWithin).toEqual([{ first_name: 'Countess' }]);
      expect(await second.sql('select added from unified_crm_contact')).toEqual([{ added: 'new' }]);
    } finally {
      await second.close();
    }
  });
});

/** Another path for a field, and a field at the end. */
const later: UnifiedViews = async (...place) =>
  ofCatalog(...place).map((view) => ({
    ...view,
    columns: [...view.columns, 'added'],
    select: view.select.replaceAll("'firstname'", "'nickname'").replaceAll('\nfrom ', ",\n  'new'::text\nfrom "),
  }));

const refusedContacts: UnifiedViews = async (...place) =>
  (await later(...place)).map((view) =>
    view.name === 'unified_crm_contact' ? { ...view, select: view.select.replace('t._syncline_record_id', 't.nothing') } : view,
  );
