import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HubHandle } from '../../src/hub/handle.ts';
import { hubNames } from '../../src/hub/names.ts';
import { unifiedOf } from '../../src/hub/unified/index.ts';
import type { UnifiedPageInput } from '../../src/hub/unified/types.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { branchesOf } from '../../src/unified/branches.ts';
import { modelOf } from '../../src/unified/models.ts';
import { catalog } from '../conformance/support/catalog.ts';
import { type HubUnderTest, openTestHub } from '../hub/support.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { testPool } from '../support/pool.ts';
import { land } from './support/land.ts';

const schema = 'hub_test';
let database: TestDatabase;
let on: HubUnderTest;
beforeAll(async () => {
  database = await createTestDatabase();
  on = await openTestHub(database.url, { schema });
  await land(on, 'hubspot contacts', 'acme', {
    1: { id: '1', properties: { firstname: 'Ada', associatedcompanyid: '7', hubspot_owner_id: '8' } },
  });
  await land(on, 'hubspot contacts', 'globex', { 2: { id: '2', properties: { firstname: 'Kurt' } } });
});
afterAll(async () => {
  await on.close();
  await database.drop();
});

const branches = branchesOf(catalog.list(), modelOf('crm', 'contact'));

/** The same hub as another process has it, with what it remembers and how it is reached in the test's hand. */
function opened(options: { connectionIds?: Map<number, string>; session?: string } = {}) {
  const statements: string[] = [];
  const pool = testPool(database.url, { max: 3, options: options.session });
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => never;
    client.query = (...args: unknown[]) => {
      const [first] = args as [string | { text?: string }];
      statements.push(typeof first === 'string' ? first : (first.text ?? 'copy'));
      return query(...args);
    };
  });
  const handle: HubHandle = {
    ...{ schema, names: hubNames(schema), pool, clock: on.clock, log: createLogger({ logLevel: 'silent' }), tombstoneDays: 30 },
    ...{ tables: new Map(), versions: new Map(), shapes: new Map(), connectionIds: options.connectionIds ?? new Map() },
    ...{ isVerified: () => true, verify: async () => undefined },
  };
  const hub = unifiedOf(handle);
  const list = async (input: Partial<UnifiedPageInput> = {}) => {
    const page = await hub.listUnified({
      ...{ model: 'crm/contact', provider: null, branches, pageSize: 100, includeDeleted: false, includeRaw: false },
      ...{ expand: [], customFields: null, ...input },
    });
    return JSON.parse(page.body.toString()) as { data: { id: string; connection_id: string }[]; total_count?: number };
  };
  return { hub, list, statements, close: () => pool.end() };
}

test('a page names its connections where the memory of them is full and begins anew in the midst of it', async () => {
  const [acme] = await on.sql<{ number: number }>(`select number from _syncline_connection where customer_id = 'acme'`);
  const others = Array.from({ length: 99_999 }, (_, i): [number, string] => [-1 - i, 'conn_of_another']);
  const connectionIds = new Map([...others, [acme!.number, 'conn_hubspot_acme']]);
  const { hub, list, close } = opened({ connectionIds: new Map(connectionIds) });
  const tried = opened({ connectionIds: new Map(connectionIds) });
  try {
    expect((await list()).data.map(({ id, connection_id }) => [id, connection_id])).toEqual([
      ['conn_hubspot_acme/1', 'conn_hubspot_acme'],
      ['conn_hubspot_globex/2', 'conn_hubspot_globex'],
    ]);
    const { data } = await tried.hub.previewUnified({ branches, recordsMax: 5, fields: [] });
    expect(JSON.parse(`[${data}]`).map(({ id }: { id: string }) => id)).toEqual(['conn_hubspot_globex/2', 'conn_hubspot_acme/1']);
    const one = { branches, includeDeleted: false, includeRaw: false, expand: [], customFields: null };
    expect(await hub.getUnified({ ...one, connectionId: 'conn_hubspot_acme', remoteId: '1' })).toMatchObject({ outcome: 'found' });
  } finally {
    await Promise.all([close(), tried.close()]);
  }
});

test('the tables of a model are asked for in one statement, whichever of its providers have none, and not again to count', async () => {
  const { list, statements, close } = opened();
  const asked = async (input?: Partial<UnifiedPageInput>) => {
    statements.length = 0;
    expect((await list(input)).data).toHaveLength(2);
    return statements.filter((text) => /from \S+_syncline_table\S*\s+where/.test(text)).length;
  };
  const expand = [
    { field: 'account', branches: branchesOf(catalog.list(), modelOf('crm', 'account')) },
    { field: 'owner', branches: branchesOf(catalog.list(), modelOf('crm', 'user')) },
  ];
  try {
    expect([await asked(), await asked({ counts: true }), await asked({ expand })]).toEqual([1, 1, 2]);
    // Besides: the horizon and the page itself.
    await asked();
    expect(statements).toHaveLength(3);
  } finally {
    await close();
  }
});

test('a preview that takes too long says so as a page does, and blames no destination', async () => {
  const { hub, close } = opened({ session: '-c statement_timeout=100' });
  const blocker = await on.pool.connect();
  try {
    await blocker.query('begin; lock table hubspot_contacts in access exclusive mode');
    await expect(hub.previewUnified({ branches, recordsMax: 5, fields: [] })).rejects.toMatchObject({ code: 'filter_too_expensive' });
  } finally {
    await blocker.query('rollback');
    blocker.release();
    await close();
  }
});
