import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FieldType } from '../../src/base/field-type.ts';
import { amongDeclared, conditionsOf } from '../../src/hub/listing/conditions.ts';
import { filterSetting, filterValues } from '../../src/hub/listing/filter-sql.ts';
import type { FieldFilter, RecordsById } from '../../src/hub/listing/types.ts';
import { hubNames } from '../../src/hub/names.ts';
import { createHubPool } from '../../src/hub/pool.ts';
import { pageSelect } from '../../src/hub/read-page.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { beginTestRead, type HubUnderTest, list, listAll, many, openTestHub, type Read, record, write } from './support.ts';

/** Two customers whose ids differ in punctuation only, with records of the same ids and declared fields. */
let database: TestDatabase;
let on: HubUnderTest;
let acme: Read;
let beta: Read;
beforeAll(async () => {
  database = await createTestDatabase();
  on = await openTestHub(database.url);
  for (const [name, type, path] of [
    ['email', 'text', 'properties.email'],
    ['amount', 'number', 'properties.amount'],
    ['size', 'integer', 'size'],
    ['open', 'boolean', 'open'],
    ['at', 'time', 'at'],
  ] as [string, FieldType, string][]) {
    const field = { id: `fld_${name}`, provider: 'crm', object: 'contact', name, path, type, isIndexed: true };
    await on.hub.putField(field);
    await on.hub.fillField({ id: field.id, msMax: 1000 });
    await on.hub.indexField({ id: field.id });
    await on.hub.finishField(field);
  }
  acme = await beginTestRead(on.hub, { sync: 'sync_acme', connectionId: 'conn_acme', customerId: 'acme' });
  beta = await beginTestRead(on.hub, { sync: 'sync_beta', connectionId: 'conn_beta', customerId: 'acme.' });
  await write(
    on.hub,
    acme,
    many(60, (n) => content('acme', n)),
  );
  await write(
    on.hub,
    beta,
    many(20, (n) => content('acme.', n)),
  );
});
afterAll(async () => {
  await on.close();
  await database.drop();
});

function content(owner: string, n: number) {
  return {
    owner,
    size: n,
    open: n % 2 === 0,
    at: `2026-01-01T00:${String(n).padStart(2, '0')}:00Z`,
    properties: { email: `p${n % 10}@x.test`, amount: `${n}.50`, 'dotted.name': n },
    tags: [{ id: n }],
  };
}

const ids = async (fields: Record<string, FieldFilter>, rest = {}) =>
  (await listAll(on.hub, { fields, pageSize: 7, ...rest })).data.map(
    (row) => `${row.customer_id} ${(row.record as { size: number }).size}`,
  );

describe('filters on declared fields', () => {
  test.each<[string, Record<string, FieldFilter>, string[]]>([
    ['equality', { email: { eq: 'p3@x.test' } }, ['acme 3', 'acme 13', 'acme 23', 'acme 33', 'acme 43', 'acme 53', 'acme. 3', 'acme. 13']],
    ['a range', { amount: { gt: '57', lte: 58.5 } }, ['acme 57', 'acme 58']],
    ['one of several', { size: { in: [1, '59'] } }, ['acme 1', 'acme 59', 'acme. 1']],
    ['all of several fields', { email: { eq: 'p3@x.test' }, size: { gte: 43 }, open: { eq: false } }, ['acme 43', 'acme 53']],
    ['a time, whatever its zone', { at: { gte: '2026-01-01T02:59:00+02:00' } }, ['acme 59']],
    ['a boolean beside a time', { open: { eq: true }, at: { lt: '2026-01-01T00:01:00Z' } }, ['acme 0', 'acme. 0']],
    ['what nobody has', { email: { eq: "' or 1=1 --" } }, []],
  ])('%s', async (_, fields, expected) => {
    expect(await ids(fields)).toEqual(expected);
    expect(await ids(fields, { customerId: 'acme.' })).toEqual(expected.filter((id) => id.startsWith('acme. ')));
    expect(await ids(fields, { connectionId: 'conn_acme' })).toEqual(expected.filter((id) => id.startsWith('acme ')));
  });

  test('a cursor goes on with the filter that it began with; another value is refused', async () => {
    const { nextCursor } = await list(on.hub, { fields: { email: { eq: 'p3@x.test' } }, pageSize: 2 });
    for (const fields of [undefined, { email: { eq: 'p4@x.test' } }, { email: { in: ['p3@x.test'] } }])
      await expect(list(on.hub, { fields, cursor: nextCursor })).rejects.toMatchObject({ code: 'cursor_invalid' });
    expect((await list(on.hub, { fields: { email: { eq: 'p3@x.test' } }, cursor: nextCursor })).count).toBe(6);
  });

  test('a change that leaves the filter is not told; one that enters it is', async () => {
    const fields = { email: { eq: 'moves@x.test' } };
    const { cursor } = await listAll(on.hub, { fields });
    const move = async (email: string) =>
      write(on.hub, acme, [record('mover', { size: 1000, properties: { email } }, { askedSeq: await on.hub.lastDrawnSeq() })]);
    await move('moves@x.test');
    const entered = await list(on.hub, { fields, cursor });
    expect(entered.data.map((row) => row.record_id)).toEqual(['mover']);
    await move('gone@x.test');
    expect(await list(on.hub, { fields, cursor: entered.nextCursor })).toMatchObject({ count: 0 });
  });

  test('few matches in a large table and many give the same pages, in the order of the feed', async () => {
    const fields: Record<string, FieldFilter> = { size: { gte: 0, lt: 12_000 } };
    const number = {
      id: 'fld_lead_size',
      provider: 'crm',
      object: 'lead',
      name: 'size',
      path: 'size',
      type: 'integer' as const,
      isIndexed: true,
    };
    await on.hub.putField(number);
    await on.hub.fillField({ id: number.id, msMax: 1000 });
    await on.hub.indexField({ id: number.id });
    await on.hub.finishField(number);
    const read = await beginTestRead(on.hub, { sync: 'sync_lead', object: 'lead', connectionId: 'conn_acme', customerId: 'acme' });
    await write(
      on.hub,
      read,
      many(12_000, (n) => ({ size: (n * 7919) % 12_000 })),
    );
    const all = (await listAll(on.hub, { object: 'lead', pageSize: 1000 })).data.map((row) => (row.record as { size: number }).size);
    for (const [lt, rest] of [
      [12_000, {}],
      [12_000, { customerId: 'acme' }],
      [9_999, {}],
      [40, { customerId: 'acme' }],
    ] as const) {
      const found = await listAll(on.hub, { object: 'lead', fields: { ...fields, size: { gte: 0, lt } }, pageSize: 900, ...rest });
      expect(found.data.map((row) => (row.record as { size: number }).size)).toEqual(all.filter((size) => size < lt));
    }
    expect((await list(on.hub, { object: 'lead', fields, customerId: 'acme.' })).count).toBe(0);
  });

  test('a field that was taken away a moment ago is a refusal, not a failure', async () => {
    const fields = { size: { lt: 5 } };
    expect((await list(on.hub, { fields })).count).toBeGreaterThan(0);
    await on.sql('alter table crm_contact rename column size to was_size');
    await expect(list(on.hub, { fields })).rejects.toMatchObject({ code: 'input_invalid' });
    await expect(list(on.hub, { fields: { email: { eq: 'a' } }, counts: true })).resolves.toMatchObject({ count: 0 });
    await on.sql('alter table crm_contact rename column was_size to size');
  });

  test('one value of a field is read by the field’s own index, whatever the statistics say, and in order without a sort', async () => {
    const pool = createHubPool({ url: database.url, poolMax: 1, log: createLogger({ logLevel: 'silent' }) });
    const conditions = conditionsOf(
      { email: { eq: 'p3@x.test' } },
      amongDeclared(await on.hub.listFields({ provider: 'crm', object: 'contact' })),
    );
    const query = { after: 0n, upTo: 1000n, pageSize: 10, includeDeleted: true, connection: null, conditions };
    await pool.query(`select set_config('${filterSetting}', $1, false), set_config('syncline.customer_id', 'acme', false)`, [
      filterValues(conditions),
    ]);
    for (const statistics of ['none', 'fresh'])
      for (const customerId of [undefined, 'acme']) {
        if (statistics === 'fresh') await on.sql('analyze crm_contact');
        const select = pageSelect({ names: hubNames('hub_test') }, acme.table, { ...query, customerId });
        const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain ${select}`);
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
        expect(plan).toMatch(/Index Cond: .*ROW\(email, _syncline_seq\)/);
        expect(plan).not.toContain('Sort');
      }
    await pool.end();
  });
});

describe('parts of records', () => {
  const first = async (shown: string[]) => (await list(on.hub, { shown, pageSize: 1 })).data[0]!.record;

  test.each<[string, string[], unknown]>([
    ['a member', ['size'], { size: 0 }],
    ['a path', ['$.properties.email', 'owner'], { owner: 'acme', properties: { email: 'p0@x.test' } }],
    ['the name of a declared field', ['amount'], { properties: { amount: '0.50' } }],
    ['a part and its whole', ['properties.email', 'properties'], { properties: { email: 'p0@x.test', amount: '0.50', 'dotted.name': 0 } }],
    ['a name with a dot', ['properties.dotted\\.name'], { properties: { 'dotted.name': 0 } }],
    ['a list', ['tags'], { tags: [{ id: 0 }] }],
    ['what is not there, or is no object', ['nothing', 'size.inner', 'tags.0', 'properties.no'], { properties: {} }],
    ['names that are none of ours', ["'; drop table x; --", '$1', '__proto__', 'raw', '🦊'], {}],
  ])('%s', async (_, shown, expected) => {
    expect(await first(shown)).toEqual(expected);
  });

  test('numbers keep every digit, and the cursor goes on with the same parts only', async () => {
    const read = await beginTestRead(on.hub, { sync: 'sync_big', object: 'deal', connectionId: 'conn_acme', customerId: 'acme' });
    await write(on.hub, read, [record('a', '{"big":12345678901234567890.1234567890,"x":1}'), record('b', '{"big":1.10}')]);
    const page = await on.hub.listPage({ provider: 'crm', object: 'deal', pageSize: 1, includeDeleted: true, shown: ['big'] });
    expect(page.body.toString()).toContain('"record":{"big": 12345678901234567890.1234567890}}');
    const other = { object: 'deal', cursor: page.nextCursor };
    await expect(list(on.hub, { ...other, shown: ['x'] })).rejects.toMatchObject({ code: 'cursor_invalid' });
    expect((await list(on.hub, { ...other, shown: ['big'] })).count).toBe(1);
  });

  test.each(['', '$', '$.', 'a..b', '.', 'a.', 'a.b.c.d.e.f.g.h.i.j.k'])('X17 the path %j is refused', async (path) => {
    await expect(list(on.hub, { shown: [path] })).rejects.toMatchObject({ code: 'input_invalid' });
  });
});

describe('counts', () => {
  const counted = async (input: Parameters<typeof list>[1]) => {
    const { body } = await list(on.hub, { counts: true, pageSize: 1, ...input });
    const { total_count, total_is_exact } = JSON.parse(body.toString()) as { total_count: number; total_is_exact: boolean };
    return [total_count, total_is_exact];
  };

  test('are of all that the filters let through, wherever the cursor stands, and of nobody else', async () => {
    expect(await counted({ customerId: 'acme.' })).toEqual([20, true]);
    expect(await counted({ connectionId: 'conn_beta' })).toEqual([20, true]);
    expect(await counted({ customerId: 'acme.', fields: { email: { eq: 'p3@x.test' } } })).toEqual([2, true]);
    expect(await counted({ customerId: "' or true --" })).toEqual([0, true]);
    expect(await counted({ connectionId: 'conn_nowhere' })).toEqual([0, true]);
    expect(await counted({ object: 'never' })).toEqual([0, true]);
    const { nextCursor } = await list(on.hub, { customerId: 'acme.', pageSize: 5 });
    expect(await counted({ customerId: 'acme.', cursor: nextCursor })).toEqual([20, true]);
  });
});

describe('records by their ids', () => {
  const get = async (input: Partial<RecordsById>) => {
    const found = await on.hub.getRecords({ provider: 'crm', object: 'contact', ids: ['r0000001'], includeDeleted: false, ...input });
    const rows = JSON.parse(`[${found.items.toString()}]`) as { customer_id: string; record_id: string; record: unknown }[];
    return { ...found, rows: rows.map((row) => `${row.customer_id} ${row.record_id}`), records: rows.map((row) => row.record) };
  };

  test('come in the order of the ids, of the customer that was asked for and of no other', async () => {
    const wanted = ['r0000005', 'nothing', 'r0000001', "' or 1=1 --", 'r0000040'];
    const found = await get({ ids: wanted, customerId: 'acme.' });
    expect(found.rows).toEqual(['acme. r0000005', 'acme. r0000001']);
    expect(found).toMatchObject({ missingIds: ['nothing', "' or 1=1 --", 'r0000040'], hasMore: false, connectionIds: ['conn_beta'] });
    expect((await get({ ids: wanted, connectionId: 'conn_acme' })).rows).toEqual(['acme r0000005', 'acme r0000001', 'acme r0000040']);
    expect((await get({ connectionId: 'conn_acme', customerId: 'acme.' })).rows).toEqual([]);
    expect((await get({ connectionId: 'conn_nowhere' })).missingIds).toEqual(['r0000001']);
    expect((await get({ object: 'never' })).missingIds).toEqual(['r0000001']);
  });

  test('without an owner all connections are looked at, and each says whose it is', async () => {
    const { rows, connectionIds } = await get({});
    expect(rows).toEqual(['acme r0000001', 'acme. r0000001']);
    expect(connectionIds).toEqual(['conn_acme', 'conn_beta']);
  });

  test('show the parts that are asked for', async () => {
    expect((await get({ customerId: 'acme', shown: ['email'] })).records).toEqual([{ properties: { email: 'p1@x.test' } }]);
  });

  test('an answer that would be too large says where it ended: the rest can be asked for', async () => {
    const read = await beginTestRead(on.hub, { sync: 'sync_large', object: 'file', connectionId: 'conn_acme', customerId: 'acme' });
    const large = `"${'x'.repeat(9 * 1024 * 1024)}"`;
    for (let n = 0; n < 5; n++) await write(on.hub, read, [record(`f${n}`, large)]);
    const wanted = ['f4', 'no', 'f3', 'f2', 'none', 'f1', 'f0', 'nobody'];
    const found = await get({ object: 'file', customerId: 'acme', ids: wanted });
    expect([found.rows, found.missingIds, found.hasMore]).toEqual([['acme f4', 'acme f3', 'acme f2'], ['no'], true]);
  });
});

describe('the tag of an answer', () => {
  const tag = async (input: Parameters<typeof list>[1]) => (await list(on.hub, input)).etag;
  const tagOf = async (ids: string[], rest = {}) =>
    (await on.hub.getRecords({ provider: 'crm', object: 'contact', ids, customerId: 'acme', includeDeleted: false, ...rest })).etag;

  test('is the same for the same bytes, and another when a record, a filter or what is shown is another', async () => {
    const asked = { customerId: 'acme', pageSize: 10 };
    const before = { page: await tag(asked), one: await tagOf(['r0000001']), other: await tagOf(['r0000002']) };
    expect({ page: await tag(asked), one: await tagOf(['r0000001']), other: await tagOf(['r0000002']) }).toEqual(before);
    const others = [
      await tag({ ...asked, customerId: 'acme.' }),
      await tag({ ...asked, shown: ['size'] }),
      await tag({ ...asked, pageSize: 9 }),
    ];
    expect(new Set([before.page, ...others, before.one, before.other, await tagOf(['r0000001'], { shown: ['size'] })]).size).toBe(7);
    const askedSeq = await on.hub.lastDrawnSeq();
    await write(on.hub, acme, [record('r0000001', { changed: true }, { askedSeq })]);
    expect(await tag(asked)).not.toBe(before.page);
    expect(await tagOf(['r0000001'])).not.toBe(before.one);
    expect(await tagOf(['r0000002'])).toBe(before.other);
  });
});
