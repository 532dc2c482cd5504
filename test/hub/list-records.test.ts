import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Actor } from '../../src/base/actor.ts';
import { AppError } from '../../src/base/errors.ts';
import { createDb, type Db } from '../../src/db/index.ts';
import { createHubs, type Hubs, hubSchemaName, type ListRecords, listRecords } from '../../src/hub/index.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { beginTestRead, type Listed, many, write } from './support.ts';

const log = createLogger({ logLevel: 'silent' });
const clock = { now: () => new Date() };
let database: TestDatabase;
let db: Db;
let hubs: Hubs;

/** Two applications with a customer of the same name, and one whose name differs in punctuation only. */
beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb({ url: database.url, poolMax: 4, log });
  hubs = createHubs({ url: database.url, poolMax: 4, log, clock, limits: { tombstoneDays: 30 } });
  await application('app_one', ['acme', 'acme.']);
  await application('app_two', ['acme']);
});
afterAll(async () => {
  await hubs.close();
  await db.close();
  await database.drop();
});

async function application(id: string, customers: string[]): Promise<void> {
  const createdAt = new Date();
  const schema = hubSchemaName(id);
  await db.prisma.application.create({ data: { id, name: id, createdAt } });
  const destination = await db.prisma.destination.create({
    data: { id: `dst_${id}`, applicationId: id, name: 'hosted', kind: 'hosted', schema, createdAt },
  });
  const config = await db.prisma.providerConfig.create({
    data: { id: `pcfg_${id}`, applicationId: id, provider: 'crm', authKind: 'oauth2', createdAt, updatedAt: createdAt },
  });
  const hub = await hubs.open(destination);
  for (const [n, customerId] of customers.entries()) {
    const connectionId = `conn_${id}_${n}`;
    const common = { applicationId: id, createdAt, updatedAt: createdAt };
    await db.prisma.customer.create({ data: { id: customerId, ...common } });
    await db.prisma.connection.create({
      data: { id: connectionId, customerId, providerConfigId: config.id, provider: 'crm', authKind: 'oauth2', status: 'active', ...common },
    });
    const read = await beginTestRead(hub, { sync: `sync_${connectionId}`, connectionId, customerId });
    await write(
      hub,
      read,
      many(3, (row) => ({ of: `${id}/${customerId}`, row })),
    );
  }
}

const key = (applicationId: string): Actor => ({ kind: 'api_key', id: 'key_1', applicationId, scopes: ['records:read'] });
const token = (applicationId: string, customerId: string): Actor => ({
  kind: 'customer',
  id: 'tok',
  applicationId,
  customerId,
  scopes: ['records:read'],
});
const catalog = {
  compiled: new Map(),
  listed(provider: string, object: string) {
    if (provider !== 'crm' || !['contact', 'deal'].includes(object)) throw new AppError('object_unknown', 'No such object.');
    return { object };
  },
};

async function listOf(actor: Actor, input: Partial<ListRecords> = {}): Promise<Listed[]> {
  const ctx = { db, clock, log, actor, requestId: 'req_1', hubs, catalog };
  const { body } = await listRecords({ ctx, input: { provider: 'crm', object: 'contact', ...input } });
  return (JSON.parse(body.toString()) as { data: Listed[] }).data;
}

const owners = (rows: Listed[]) => [...new Set(rows.map((row) => (row.record as { of: string }).of))].sort();

test('an API key lists its own application only, a customer token its own customer only', async () => {
  expect(owners(await listOf(key('app_one')))).toEqual(['app_one/acme', 'app_one/acme.']);
  expect(owners(await listOf(key('app_two')))).toEqual(['app_two/acme']);
  expect(owners(await listOf(token('app_one', 'acme')))).toEqual(['app_one/acme']);
  expect(owners(await listOf(key('app_one'), { customerId: 'acme.' }))).toEqual(['app_one/acme.']);
  expect(owners(await listOf(key('app_one'), { connectionId: 'conn_app_one_1' }))).toEqual(['app_one/acme.']);
});

test('the answer is one JSON text with every member of a list page', async () => {
  const ctx = { db, clock, log, actor: key('app_one'), requestId: 'req_1', hubs, catalog };
  const page = await listRecords({ ctx, input: { provider: 'crm', object: 'contact', pageSize: 1 } });
  expect(JSON.parse(page.body.toString())).toEqual({
    data: [
      {
        seq: '1',
        customer_id: 'acme',
        connection_id: 'conn_app_one_0',
        record_id: 'r0000000',
        modified_at: null,
        synced_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        deleted_at: null,
        record: { of: 'app_one/acme', row: 0 },
      },
    ],
    next_cursor: page.nextCursor,
    has_more: true,
    complete_as_of: null,
  });
});

test.each([
  ["another customer's records with a customer token", token('app_one', 'acme'), { customerId: 'acme.' }, 'scope_missing'],
  ["another customer's connection with a customer token", token('app_one', 'acme'), { connectionId: 'conn_app_one_1' }, 'not_found'],
  ["another application's connection", key('app_one'), { connectionId: 'conn_app_two_0' }, 'not_found'],
  ['an unknown customer', key('app_one'), { customerId: "' or 1=1 --" }, 'not_found'],
  ["a connection that is not the customer's", key('app_one'), { customerId: 'acme', connectionId: 'conn_app_one_1' }, 'not_found'],
  ['an unknown object', key('app_one'), { object: '"; drop table x' }, 'object_unknown'],
  ['without the scope', { kind: 'api_key', id: 'k', applicationId: 'app_one', scopes: [] } as Actor, {}, 'scope_missing'],
])('%s is refused', async (_, actor, input, code) => {
  await expect(listOf(actor, input)).rejects.toMatchObject({ code });
});

test('a cursor of one application says nothing to another', async () => {
  const ctx = { db, clock, log, requestId: 'req_1', hubs, catalog };
  const { nextCursor } = await listRecords({
    ctx: { ...ctx, actor: key('app_one') },
    input: { provider: 'crm', object: 'contact', pageSize: 1 },
  });
  await expect(listOf(key('app_two'), { cursor: nextCursor })).rejects.toMatchObject({ code: 'cursor_expired' });
  await expect(listOf(token('app_one', 'acme'), { cursor: nextCursor })).rejects.toMatchObject({ code: 'cursor_invalid' });
});

test('an object that was never synced is an empty page, not an error', async () => {
  expect(await listOf(key('app_one'), { object: 'deal' })).toEqual([]);
  expect(await listOf(key('app_one'), { modifiedAfter: new Date('0000-01-01T00:00:00Z') })).toHaveLength(6);
});

test('a customer that was deleted is not found, by its id, its connection or a token', async () => {
  await application('app_three', ['leaving']);
  expect(owners(await listOf(key('app_three'), { customerId: 'leaving' }))).toEqual(['app_three/leaving']);
  await db.prisma.customer.updateMany({ where: { applicationId: 'app_three' }, data: { deletedAt: new Date() } });
  const filters = [{ customerId: 'leaving' }, { connectionId: 'conn_app_three_0' }];
  for (const filter of filters) await expect(listOf(key('app_three'), filter)).rejects.toMatchObject({ code: 'not_found' });
  await expect(listOf(token('app_three', 'leaving'))).rejects.toMatchObject({ code: 'not_found' });
  // Whoever follows the whole feed still learns what a purge empties.
  expect(await listOf(key('app_three'))).toHaveLength(3);
});
