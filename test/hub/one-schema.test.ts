import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { branchesOf } from '../../src/unified/branches.ts';
import { catalog } from '../conformance/support/catalog.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { beginTestRead, end, ended, list, listAll, many, openTestHub, record, write } from './support.ts';

/** Says nothing of any table: the frame of a transaction, and settings of a session. */
const frame = /^(begin|commit|rollback|savepoint|release|set)\b/;

/** A relation that is no function, no sub-select and none of Postgres' own. */
const reads = /\b(from|into|update|join|copy)\s+(?!unnest|pg_|lateral|\()/;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('every statement of a hub speaks of its own schema and of no other, so that a hub can live on any node of its own', async () => {
  const statements = collectStatements();
  const on = await openTestHub(database.url, { schema: 'hub_one' });
  try {
    await live(on.hub);
    await live(await on.open('hub_two'));
  } finally {
    await on.close();
    statements.restore();
  }
  const ours = statements.texts.filter((text) => /\bhub_(one|two)\b/.test(text));
  expect(ours.length).toBeGreaterThan(40);
  expect(ours.filter((text) => /\bhub_one\b/.test(text) && /\bhub_two\b/.test(text))).toEqual([]);
  // `public` is a schema, and everybody: what is taken from everybody is no statement about the schema.
  expect(ours.filter((text) => /\bpublic\b/.test(text.replaceAll(/^revoke [^;]* from public;/gm, '')))).toEqual([]);
  const others = statements.texts.filter((text) => !ours.includes(text) && !frame.test(text) && reads.test(text));
  // The one exception, when a hub is created: hubs of one database must not share their locks. It is a table of that node.
  expect(others.filter((text) => !text.includes('_syncline.hub_lock_tag'))).toEqual([]);
  expect(others).toHaveLength(2);

  async function live(hub: Awaited<ReturnType<typeof openTestHub>>['hub']): Promise<void> {
    const read = await beginTestRead(hub);
    await write(hub, read, [...many(50), record('refused', '{"n":1e400000}')]);
    await end(hub, read);
    const next = await beginTestRead(hub, { fence: 2n });
    const askedSeq = await hub.lastDrawnSeq();
    await write(
      hub,
      next,
      many(45, (n) => (n === 7 ? { n: 'changed' } : { n })).map((one) => ({ ...one, askedSeq })),
    );
    await hub.countDeletes({ ...ended(next), sampleMax: 3 });
    await end(hub, next);
    const { cursor } = await listAll(hub, { pageSize: 20 });
    await list(hub, { cursor });
    await hub.ensureTable('hubspot', 'contacts');
    const branches = branchesOf(catalog.list(), { category: 'crm', name: 'contact' });
    const shown = { model: 'crm/contact', provider: null, pageSize: 10, includeDeleted: true, includeRaw: true };
    await hub.copyMappings(async () => []);
    await hub.listUnified({ ...shown, branches, expand: [], customFields: null, remoteId: '1' });
    await hub.previewUnified({ branches, customerId: 'acme', recordsMax: 5, fields: [] });
    await hub.purgeBatch({ connectionId: 'conn_1', rowsMax: 100 });
    await hub.dropTombstones({ rowsMax: 100 });
  }
});

/** What every session sends from now on: simple queries (COPY too), and the texts of prepared ones. */
function collectStatements(): { texts: string[]; restore(): void } {
  const texts: string[] = [];
  const prototype = (pg as unknown as { Connection: { prototype: Record<'query' | 'parse', (given: never) => unknown> } }).Connection
    .prototype;
  const { query, parse } = prototype;
  prototype.query = function (text: never) {
    texts.push(String(text).trim());
    return query.call(this, text);
  };
  prototype.parse = function (given: never) {
    texts.push((given as { text: string }).text.trim());
    return parse.call(this, given);
  };
  return {
    texts,
    restore() {
      Object.assign(prototype, { query, parse });
    },
  };
}
