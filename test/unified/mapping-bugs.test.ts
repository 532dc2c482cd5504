import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { UnifiedMapping } from '../../src/base/mapping/expr.ts';
import { findModel, typesOf } from '../../src/catalog/index.ts';
import { mappingsFor } from '../../src/unified/mappings.ts';
import { catalog } from '../conformance/support/catalog.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { bothAnswers } from './support/answers.ts';
import { vendorPool } from './support/servers.ts';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = vendorPool(database.url);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** What the provider's mapping makes of a record, the same by both ways. */
async function map(
  place: string,
  record: string | object,
  given?: UnifiedMapping,
): Promise<{ text: string; fields: Record<string, unknown> }> {
  const [category, name, provider, object] = place.split(' ') as [string, string, string, string];
  const mapping =
    given ?? mappingsFor(catalog.list(), category, name).find((one) => one.provider === provider && one.object === object)!.mapping;
  const types = typesOf(findModel(category, name)!);
  const { mapper, view } = await bothAnswers(pool, { fields: mapping.fields, types }, [
    typeof record === 'string' ? record : JSON.stringify(record),
  ]);
  expect(mapper).toEqual(view);
  return { text: view[0]!, fields: JSON.parse(view[0]!) as Record<string, unknown> };
}

test('a mobile number of HubSpot is read from mobilephone, as HubSpot writes it', async () => {
  const { fields } = await map('crm contact hubspot contacts', {
    id: '1',
    properties: { mobilephone: '+49 170 1', mobilePhone: 'never sent', phone: '', fax: null },
  });
  expect(fields.phones).toEqual([{ number: '+49 170 1', type: 'mobile' }]);
});

test('an open deal of Pipedrive closes when it is expected to, a closed one when it was closed', async () => {
  const open = { id: 1, status: 'open', expected_close_date: '2026-12-31', close_time: null };
  expect((await map('crm opportunity pipedrive deals', open)).fields).toMatchObject({ close_date: '2026-12-31', status: 'OPEN' });
  const won = { id: 1, status: 'won', expected_close_date: '2026-12-31', close_time: '2026-11-05T22:10:00Z' };
  expect((await map('crm opportunity pipedrive deals', won)).fields).toMatchObject({ close_date: '2026-11-05', status: 'WON' });
});

test.each([
  [{ is_archived: true }, 'archived'],
  [{ is_archived: false }, 'not_archived'],
  [{}, null],
])('a lead of Pipedrive that is archived is shown as that, and is a lead all the same: %j', async (record, status) => {
  expect((await map('crm lead pipedrive leads', { id: 'adf21080-0e10-11eb-879b-000000000001', ...record })).fields).toMatchObject({
    status,
  });
  const { mapping } = mappingsFor(catalog.list(), 'crm', 'lead').find(({ provider }) => provider === 'pipedrive')!;
  expect(mapping.where).toBeUndefined();
});

/** As one for Dynamics 365 would be: its open opportunities have an estimate, and only the closed ones an actual value. */
const dynamics: UnifiedMapping = {
  category: 'crm',
  model: 'opportunity',
  version: 1,
  object: 'opportunities',
  fields: {
    name: { text: 'name' },
    amount: { first: [{ number: 'actualvalue' }, { number: 'estimatedvalue' }] },
    close_date: { first: [{ date: 'actualclosedate' }, { date: 'estimatedclosedate' }] },
    status: { oneOf: { text: 'statecode' }, values: { 0: 'OPEN', 1: 'WON', 2: 'LOST' }, other: 'OTHER' },
  },
};

test('an amount keeps its cents, and that of an open opportunity is what is expected', async () => {
  const open = '{"name":"x","statecode":0,"estimatedvalue":1999.99,"actualvalue":null}';
  expect((await map('crm opportunity dynamics x', open, dynamics)).text).toContain('"amount": 1999.99');
  const won = '{"name":"x","statecode":1,"estimatedvalue":1999.99,"actualvalue":12345678901234567.89}';
  expect((await map('crm opportunity dynamics x', won, dynamics)).text).toContain('"amount": 12345678901234567.89');
  const cents =
    '{"id":"in_1","total":1099,"amount_remaining":1,"subtotal":100000000000000001,"currency":"eur","status":"open","amount_paid":1098}';
  const { text, fields } = await map('accounting invoice stripe invoices', cents);
  expect(text).toContain('"total": 10.99');
  expect(text).toContain('"sub_total": 1000000000000000.01');
  expect(fields).toMatchObject({ status: 'PARTIALLY_PAID', currency: 'EUR', balance: 0.01 });
  const whole = '{"id":"in_1","total":1099,"currency":"jpy","status":"draft"}';
  expect((await map('accounting invoice stripe invoices', whole)).text).toContain('"total": 1099,');
});

test('a mark of Salesforce counts as JSON writes it and as CSV does: true, and the text true', async () => {
  for (const [written, expected] of [
    [true, true],
    ['true', true],
    [false, false],
    ['false', false],
    [null, null],
  ]) {
    expect((await map('crm user salesforce User', { Id: '1', IsActive: written })).fields.is_active).toBe(expected);
    const status = { true: 'WON', false: 'OPEN', null: null }[`${expected}`];
    const deal = { Id: '1', IsWon: written, IsClosed: written };
    expect((await map('crm opportunity salesforce Opportunity', deal)).fields.status).toBe(status);
  }
});

test('a lead of Salesforce is no contact: what an id names is told by how it begins', async () => {
  const task = { Id: '00T1', WhoId: '00Q000000000001AAA', WhatId: '006000000000001AAA', IsClosed: false };
  expect((await map('crm task salesforce Task', task)).fields).toMatchObject({
    contact: null,
    opportunity: '006000000000001AAA',
    status: 'OPEN',
  });
  // A mail to a whole list is a mail, however it is written.
  for (const TaskSubtype of ['ListEmail', 'List Email'])
    expect((await map('crm engagement salesforce Task', { Id: '00T3', TaskSubtype })).fields.engagement_type).toBe('EMAIL');
  const call = { Id: '00T2', TaskSubtype: 'Call', WhoId: '003000000000001AAA', CallType: 'Inbound' };
  const { fields } = await map('crm engagement salesforce Task', call);
  expect(fields).toMatchObject({ contacts: [{ contact: '003000000000001AAA' }], engagement_type: 'CALL', direction: 'INBOUND' });
});

test('an address of Pipedrive that holds nothing, and a number that nobody entered, are not shown', async () => {
  const person = { id: 1, emails: [{ value: '', label: 'work', primary: true }], phones: [{ value: '1', label: 'home' }], org_id: 7 };
  expect((await map('crm contact pipedrive persons', person)).fields).toMatchObject({
    emails: [],
    phones: [{ number: '1', type: 'home' }],
    addresses: [],
    account: '7',
  });
});
