import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { UnifiedById, UnifiedPageInput } from '../../src/hub/unified/types.ts';
import { branchesOf } from '../../src/unified/branches.ts';
import { fieldConditions } from '../../src/unified/field-conditions.ts';
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

const opportunity = modelOf('crm', 'opportunity');
const list = (filter: object | null, input: Partial<UnifiedPageInput> = {}) =>
  listModel(on, 'crm/opportunity', { conditions: filter ? fieldConditions(opportunity, JSON.stringify(filter)) : [], ...input });
const ids = async (...args: Parameters<typeof list>) => (await list(...args)).data.map((row) => row.remote_id);

async function landDeals() {
  await land(on, 'hubspot deals', 'acme', {
    1: { id: '1', properties: { dealname: 'One', amount: '10.50', closedate: '2026-03-01T00:00:00Z', hubspot_owner_id: '7' } },
    2: { id: '2', properties: { dealname: "O'Neill \\ 2", amount: 'nearly nothing', createdate: '2026-01-01T10:00:00.123Z' } },
  });
  await land(on, 'pipedrive deals', 'acme', {
    3: { id: 3, title: 'Three', value: 10.5, status: 'won', expected_close_date: '2026-03-01', owner_id: 7 },
    4: { id: 4, title: 'Four', value: 12345678901, status: 'open', probability: 50 },
    5: { id: 5, title: 'Five', status: 'of their own' },
  });
  await land(on, 'salesforce Opportunity', 'globex', {
    '006': { Id: '006', Name: 'Six', Amount: 10.5, IsWon: true, IsClosed: true, CloseDate: '2026-03-02' },
  });
}

test('a condition on any field of the model finds what shows that value, and nothing else, at every provider', async () => {
  await landDeals();
  const { data } = await list(null);
  const scalars = Object.entries(opportunity.fields).filter(([, { type }]) => type !== 'list');
  let compared = 0;
  for (const [name] of scalars)
    for (const value of new Set(data.map((row) => row[name]).filter((one) => one !== null))) {
      const same = data.filter((row) => row[name] === value).map((row) => row.remote_id);
      expect(await ids({ [name]: { eq: value } }), `${name} ${value}`).toEqual(same);
      expect(await ids({ [name]: { in: [value] } }), `${name} ${value}`).toEqual(same);
      compared++;
    }
  expect(compared).toBeGreaterThanOrEqual(15);
  expect(await ids({ amount: { gte: 10.5, lt: '11' }, status: { in: ['WON', 'OTHER'] } })).toEqual(['3', '006']);
  expect(await ids({ close_date: { gt: '2026-03-01' } })).toEqual(['006']);
  expect(await ids({ amount: { gt: -1 } }, { customerId: 'acme' })).toEqual(['1', '3', '4']);
  expect(await ids({ amount: { eq: 10.5 } }, { connectionId: 'conn_pipedrive_acme' })).toEqual(['3']);
  expect(await ids({ name: { eq: "' or true --" } })).toEqual([]);
});

test('pages under a filter run to their end and go on with what changes next, and say how many there are', async () => {
  await landDeals();
  const found: string[] = [];
  let cursor: string | undefined;
  for (let hasMore = true; hasMore; ) {
    const page = await list({ amount: { eq: 10.5 } }, { pageSize: 1, cursor, counts: true });
    expect(page.answer).toMatchObject({ total_count: 3, total_is_exact: true });
    found.push(...page.data.map((row) => row.remote_id));
    ({ nextCursor: cursor, hasMore } = page);
  }
  expect(found).toEqual(['1', '3', '006']);
  await land(on, 'pipedrive deals', 'globex', { 8: { id: 8, value: 10.5 }, 9: { id: 9, value: 11 } });
  expect(await ids({ amount: { eq: 10.5 } }, { cursor })).toEqual(['8']);
  await expect(list({ amount: { eq: 11 } }, { cursor })).rejects.toMatchObject({ code: 'cursor_invalid' });
  await expect(list(null, { cursor })).rejects.toMatchObject({ code: 'cursor_invalid' });
  const total = async (...args: Parameters<typeof list>) => (await list(args[0], { counts: true, ...args[1] })).answer.total_count;
  expect(await total(null)).toBe(8);
  expect(await total(null, { customerId: 'globex', remoteId: '006' })).toBe(1);
  expect(await total(null, { connectionId: 'conn_of_nobody' })).toBe(0);
  // A record that was emptied has no fields any more: it meets no condition, with deletes or without.
  await on.hub.purgeBatch({ connectionId: 'conn_pipedrive_acme', rowsMax: 100 });
  expect(await ids({ amount: { eq: 10.5 } }, { includeDeleted: true })).toEqual(['1', '006', '8']);
  expect([await total(null), await total(null, { includeDeleted: true })]).toEqual([5, 8]);
});

test('what was written before a time, and from it on, are all there is', async () => {
  await landDeals();
  await on.sql(`update pipedrive_deals set _syncline_synced_at = '2026-01-01T00:00:00Z' where _syncline_record_id = '4'`);
  const modifiedBefore = new Date('2026-01-01T00:00:00.001Z');
  expect(await ids(null, { modifiedBefore })).toEqual(['4']);
  expect(await ids(null, { modifiedAfter: modifiedBefore })).toEqual(['1', '2', '3', '5', '006']);
  expect(await ids(null, { modifiedBefore: new Date('2026-01-01T00:00:00Z') })).toEqual([]);
});

test('an answer has the same tag until something in it is another, also where no listed record has changed', async () => {
  await land(on, 'pipedrive organizations', 'acme', { 5: { id: 5, name: 'Acme' } });
  await land(on, 'pipedrive deals', 'acme', { 1: { id: 1, org_id: 5 } });
  const expand = [{ field: 'account', branches: branchesOf(catalog.list(), modelOf('crm', 'account')) }];
  const tag = async (input: Partial<UnifiedPageInput> = {}) => (await list(null, input)).etag;
  const first = await tag({ expand });
  expect(await tag({ expand })).toBe(first);
  expect(await tag()).not.toBe(first);
  const one = async () => await get('conn_pipedrive_acme', '1', { expand });
  const before = await one();
  await land(on, 'pipedrive organizations', 'acme', { 5: { id: 5, name: 'Acme Inc.' } });
  expect(await tag({ expand })).not.toBe(first);
  expect(await one()).not.toEqual(before);
});

function get(connectionId: string, remoteId: string, input: Partial<UnifiedById> = {}) {
  const branches = branchesOf(catalog.list(), opportunity);
  return on.hub.getUnified({
    ...{ branches, connectionId, remoteId, includeDeleted: false, includeRaw: false, expand: [], customFields: null },
    ...input,
  });
}

test('a record is found by its connection and its id, as the listing shows it; what is no record of the model only by who asks for it', async () => {
  await landDeals();
  for (const row of (await list(null)).data) {
    const found = await get(row.connection_id, row.remote_id);
    expect(found.outcome === 'found' && JSON.parse(found.body.toString())).toEqual(row);
  }
  const nothing: [string, string, Partial<UnifiedById>?][] = [
    ['conn_pipedrive_acme', '1'],
    ['conn_hubspot_acme', '1', { customerId: 'globex' }],
    ['conn_of_nobody', '1'],
    ['conn_hubspot_acme', "1' or true --"],
  ];
  for (const [connection, id, input] of nothing)
    expect(await get(connection, id, { includeDeleted: true, ...input })).toEqual({ outcome: 'none' });
  await land(on, 'pipedrive deals', 'acme', { 4: { id: 4 }, 5: { id: 5, status: 'lost' } });
  expect(await get('conn_pipedrive_acme', '3')).toEqual({ outcome: 'none' });
  const deleted = await get('conn_pipedrive_acme', '3', { includeDeleted: true });
  const listed = (await list(null, { includeDeleted: true, remoteId: '3' })).data[0];
  expect(listed).toMatchObject({ is_deleted: true, name: 'Three', deleted_at: expect.any(String) });
  expect(deleted.outcome === 'found' && JSON.parse(deleted.body.toString())).toEqual(listed);
});

test('where objects of a connection share an id, the one that is of the model counts; of two that are, none is chosen', async () => {
  const branches = branchesOf(catalog.list(), modelOf('crm', 'engagement'));
  const found = async (includeDeleted = false) => {
    const answer = await get('conn_salesforce_acme', '1', { branches, includeDeleted });
    return answer.outcome === 'found' ? JSON.parse(answer.body.toString()).subject : answer.outcome;
  };
  const task = (TaskSubtype: string) => land(on, 'salesforce Task', 'acme', { 1: { Id: '1', Subject: 'of a task', TaskSubtype } });
  await task('Call');
  expect(await found()).toBe('of a task');
  await land(on, 'salesforce Event', 'acme', { 1: { Id: '1', Subject: 'of an event' } });
  expect([await found(), await found(true)]).toEqual(['many', 'many']);
  await task('Task');
  expect([await found(), await found(true)]).toEqual(['of an event', 'of an event']);
  await land(on, 'salesforce Event', 'acme', { 2: { Id: '2' } });
  expect([await found(), await found(true)]).toEqual(['none', 'of an event']);
});
