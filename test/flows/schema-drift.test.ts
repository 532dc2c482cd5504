import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

test('H66 a new field and a changed type are each told once; raw keeps them, and views of the vendor go on working', async () => {
  const scene = await openScene(syncline, { account: 'h66', size: 30 });
  const told = async () => (await scene.events('schema.changed')).map(({ data: { change, field, type } }) => [change, field, type]);
  const schema = scene.table.split('.')[0]!;
  await syncline.pool.query(
    `create view ${schema}.people as
     select _syncline_customer_id as customer, _syncline_record_id as id, raw ->> 'title' as title, raw -> 'address' ->> 'city' as city from ${scene.table}`,
  );
  const viewed = async (id: string) =>
    (await syncline.pool.query(`select title, city from ${schema}.people where id = $1 and customer = $2`, [id, scene.account])).rows[0];
  expect(await told()).toEqual([]);

  const [first, second] = [...(await scene.truth()).keys()];
  await scene.control.update({ ...scene.at, id: first!, fields: { loyalty: 'gold' } });
  expect(await scene.run()).toMatchObject({ kind: 'incremental', status: 'succeeded', updated: 1, quarantined: 0 });
  expect(await told()).toEqual([['field_added', 'loyalty', 'string']]);
  const [event] = await scene.events('schema.changed');
  expect(event.data).toMatchObject({ connection_id: scene.connectionId, provider: 'sandbox', object: 'contacts', types_before: null });

  await scene.control.update({ ...scene.at, id: second!, fields: { loyalty: 'silver', title: 7, address: { city: ['a', 'list'] } } });
  expect(await scene.run()).toMatchObject({ status: 'succeeded', updated: 1 });
  expect((await told()).slice(1).toSorted()).toEqual([
    ['type_changed', 'address.city', 'array'],
    ['type_changed', 'title', 'number'],
  ]);
  expect((await scene.events('schema.changed')).at(-1).data.types_before).toBe('string');
  expect(await scene.raw(second!)).toMatchObject({ loyalty: 'silver', title: 7, address: { city: ['a', 'list'] } });
  expect(await viewed(second!)).toEqual({ title: '7', city: '["a", "list"]' });
  expect((await viewed(first!)).title).toEqual(expect.any(String));

  // Known now: neither a full read nor more of the same is news.
  await scene.control.update({ ...scene.at, id: first!, fields: { loyalty: 'platinum', title: 8, address: null } });
  expect(await scene.run({ full: true })).toMatchObject({ updated: 1 });
  expect(await told()).toHaveLength(3);
  await scene.expectAgrees();
  await scene.expectInvariants();
});
