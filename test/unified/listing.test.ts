import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { UnifiedPageInput } from '../../src/hub/unified/types.ts';
import { branchesOf } from '../../src/unified/branches.ts';
import { modelOf } from '../../src/unified/models.ts';
import { catalog } from '../conformance/support/catalog.ts';
import { type HubUnderTest, openTestHub } from '../hub/support.ts';
import { createTestDatabase } from '../support/database.ts';
import { land } from './support/land.ts';
import { listModel } from './support/list.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let on: HubUnderTest;
let hubs = 0;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  on = await openTestHub(database.url, { schema: `hub_${hubs++}` });
  return () => on.close();
});

const hubspot = (id: string, firstname: string) => ({ id, properties: { firstname } });
const pipedrive = (id: number, first_name: string) => ({ id, first_name });

const list = (model: string, input: Partial<UnifiedPageInput> = {}) => listModel(on, model, input);

test('pages run across providers in the order of changes, and the cursor goes on with what changes next', async () => {
  await land(on, 'hubspot contacts', 'acme', { 1: hubspot('1', 'Ada'), 2: hubspot('2', 'Alan') });
  await land(on, 'pipedrive persons', 'acme', { 7: pipedrive(7, 'Blaise') });
  await land(on, 'hubspot contacts', 'globex', { 1: hubspot('1', 'Kurt') });
  const names: string[] = [];
  let cursor: string | undefined;
  for (let hasMore = true; hasMore; ) {
    const page = await list('crm/contact', { pageSize: 1, cursor });
    names.push(...page.data.map((row) => `${row.provider} ${row.first_name}`));
    ({ nextCursor: cursor, hasMore } = page);
  }
  expect(names).toEqual(['hubspot Ada', 'hubspot Alan', 'pipedrive Blaise', 'hubspot Kurt']);
  expect(await list('crm/contact', { cursor })).toMatchObject({ data: [], hasMore: false });
  // A provider that was not there when the reading began joins it.
  await land(on, 'salesforce Contact', 'acme', { '003': { Id: '003', FirstName: 'Grace' } });
  await land(on, 'pipedrive persons', 'acme', { 7: pipedrive(7, 'Blaise'), 8: pipedrive(8, 'Bertrand') });
  expect((await list('crm/contact', { cursor })).data.map((row) => row.first_name)).toEqual(['Grace', 'Bertrand']);
});

test('a row has the envelope, every field of the model, and the raw record where it is asked for', async () => {
  await land(on, 'hubspot contacts', 'acme', { 1: '{"id":"1","properties":{"firstname":"Ada","x":12345678901234567890.10}}' as never });
  const [{ synced_at, last_modified_at, ...row }] = (await list('crm/contact', { includeRaw: true })).data;
  expect(last_modified_at).toBe(synced_at);
  expect(row).toMatchObject({
    ...{ id: 'conn_hubspot_acme/1', remote_id: '1', provider: 'hubspot', customer_id: 'acme', connection_id: 'conn_hubspot_acme' },
    ...{ is_deleted: false, deleted_at: null, first_name: 'Ada', last_name: null, emails: [], custom_fields: {} },
  });
  expect(Object.keys(row).filter((name) => name in modelOf('crm', 'contact').fields)).toEqual(
    Object.keys(modelOf('crm', 'contact').fields),
  );
  const { body } = await list('crm/contact', { includeRaw: true });
  expect(body.toString()).toContain('12345678901234567890.10');
  expect((await list('crm/contact')).data[0]).not.toHaveProperty('raw');
});

test('every filter narrows to what it says, for one customer by its own records alone', async () => {
  await land(on, 'hubspot contacts', 'acme', { 1: hubspot('1', 'Ada'), 2: hubspot('2', 'Alan') });
  await land(on, 'pipedrive persons', 'acme', { 1: pipedrive(1, 'Blaise') });
  await land(on, 'hubspot contacts', 'globex', { 1: hubspot('1', 'Kurt') });
  const names = async (input: Partial<UnifiedPageInput>) => (await list('crm/contact', input)).data.map((row) => row.first_name);
  expect(await names({ customerId: 'acme' })).toEqual(['Ada', 'Alan', 'Blaise']);
  expect(await names({ customerId: 'globex' })).toEqual(['Kurt']);
  expect(await names({ customerId: 'nobody' })).toEqual([]);
  expect(await names({ connectionId: 'conn_pipedrive_acme' })).toEqual(['Blaise']);
  expect(await names({ connectionId: 'conn_of_nobody' })).toEqual([]);
  expect(await names({ remoteId: '1' })).toEqual(['Ada', 'Blaise', 'Kurt']);
  expect(await names({ remoteId: '1', customerId: 'acme' })).toEqual(['Ada', 'Blaise']);
  expect(await names({ remoteId: "1' or true --" })).toEqual([]);
  expect(await names({ modifiedAfter: new Date(Date.now() + 3_600_000) })).toEqual([]);
  expect(await names({ modifiedAfter: new Date(Date.now() - 3_600_000), customerId: 'globex' })).toEqual(['Kurt']);
  const { nextCursor } = await list('crm/contact', { customerId: 'acme', pageSize: 1 });
  await expect(list('crm/contact', { customerId: 'globex', cursor: nextCursor })).rejects.toMatchObject({ code: 'cursor_invalid' });
  await expect(list('crm/account', { customerId: 'acme', cursor: nextCursor })).rejects.toMatchObject({ code: 'cursor_invalid' });
});

test('whoever follows with deletes hears of a record that is deleted, that is emptied, and that is of another model now', async () => {
  const activity = (id: number, type: string) => ({ id, type, subject: `s${id}` });
  const records = { 1: activity(1, 'call'), 2: activity(2, 'task'), 3: activity(3, 'call') };
  await land(on, 'pipedrive activities', 'acme', records);
  const engagements = (input: Partial<UnifiedPageInput> = {}) => list('crm/engagement', { includeDeleted: true, ...input });
  const shown = (page: Awaited<ReturnType<typeof list>>) => page.data.map((row) => [row.remote_id, row.is_deleted, row.subject]);
  expect((await list('crm/engagement')).data.map((row) => row.remote_id)).toEqual(['1', '3']);
  expect((await list('crm/task')).data.map((row) => row.remote_id)).toEqual(['2']);
  const first = await engagements();
  expect(shown(first)).toEqual([
    ['1', false, 's1'],
    ['2', true, null],
    ['3', false, 's3'],
  ]);
  // One becomes a task, one is deleted.
  await land(on, 'pipedrive activities', 'acme', { 1: activity(1, 'task'), 2: activity(2, 'task') });
  const second = await engagements({ cursor: first.nextCursor });
  expect(shown(second)).toEqual([
    ['1', true, null],
    ['3', true, 's3'],
  ]);
  expect(second.data.map((row) => row.deleted_at !== null)).toEqual([false, true]);
  expect((await list('crm/engagement', { cursor: (await list('crm/engagement')).nextCursor })).data).toEqual([]);
  await on.hub.purgeBatch({ connectionId: 'conn_pipedrive_acme', rowsMax: 100 });
  for (const model of ['crm/engagement', 'crm/task']) {
    const emptied = await list(model, { includeDeleted: true });
    expect(emptied.data.map((row) => row.remote_id).toSorted()).toEqual(['1', '2', '3']);
    for (const row of emptied.data) expect(row).toMatchObject({ is_deleted: true, deleted_at: expect.any(String), subject: null });
    expect((await list(model)).data).toEqual([]);
  }
  expect((await engagements({ cursor: second.nextCursor })).data).toHaveLength(3);
});

test('a cursor that has missed dropped tombstones of any of the tables has expired', async () => {
  await land(on, 'hubspot contacts', 'acme', { 1: hubspot('1', 'Ada') });
  await land(on, 'pipedrive persons', 'acme', { 7: pipedrive(7, 'Blaise'), 8: pipedrive(8, 'Bertrand') });
  const { nextCursor } = await list('crm/contact', { includeDeleted: true });
  await land(on, 'pipedrive persons', 'acme', { 7: pipedrive(7, 'Blaise') });
  await on.sql(`update _syncline_table set dropped_seq = (select max(_syncline_seq) from pipedrive_persons) where object = 'persons'`);
  await expect(list('crm/contact', { includeDeleted: true, cursor: nextCursor })).rejects.toMatchObject({ code: 'cursor_expired' });
});

test('a relation is shown as the record that it names: of the same connection only, and null where that is not stored', async () => {
  await land(on, 'pipedrive organizations', 'acme', { 5: { id: 5, name: 'Acme Inc.' } });
  await land(on, 'pipedrive organizations', 'globex', { 6: { id: 6, name: 'Globex' } });
  await land(on, 'pipedrive persons', 'acme', {
    1: { id: 1, first_name: 'Ada', org_id: 5 },
    2: { id: 2, first_name: 'Alan', org_id: 6 },
    3: { id: 3, first_name: 'Kurt' },
  });
  const expand = [{ field: 'account', branches: branchesOf(catalog.list(), modelOf('crm', 'account')) }];
  const { data } = await list('crm/contact', { expand });
  expect(data.map((row) => row.account)).toEqual([
    expect.objectContaining({ id: 'conn_pipedrive_acme/5', remote_id: '5', name: 'Acme Inc.', description: null }),
    null,
    null,
  ]);
  expect((await list('crm/contact')).data.map((row) => row.account)).toEqual(['5', '6', null]);
});
