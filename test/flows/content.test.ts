import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene, type Scene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  // Pages have their transactions one by one, so that the memory of one is lent to the next.
  syncline = await startSyncline({ limits: { transactionRowsMax: 1000 } });
});
afterAll(() => syncline.close());

const time = '2025-05-05T05:05:05.000Z';

async function createRaw(account: string, id: string, members: string) {
  const record = { account, object: 'contacts', id, updatedAt: time };
  await syncline.control.createRaw({ ...record, raw: `{"id":"${id}","updated_at":"${time}","is_deleted":false,${members}}` });
}

test('H67 a record with NUL, a lone surrogate or 10 MB is stored or set aside with its reason, and the stream goes on', async () => {
  const account = 'h67';
  await createRaw(account, 'con_nul', '"note":"before\\u0000after"');
  await createRaw(account, 'con_half', '"note":"broken \\ud83d here"');
  await createRaw(account, 'con_huge', `"note":"${'x'.repeat(10 * 1024 * 1024)}"`);
  await syncline.control.create({ account, object: 'contacts', id: 'con_sound', fields: { note: 'sound' }, updatedAt: time });
  const scene = await openScene(syncline, { account, size: 10 });
  expect(scene.first).toMatchObject({ status: 'succeeded', fetched: 14, inserted: 13, quarantined: 1 });
  const entry = new Map((await scene.listed()).map((listed) => [listed.record_id, listed]));
  expect([entry.get('con_nul').record.note, entry.get('con_nul').is_sanitised]).toEqual(['before\ufffdafter', true]);
  expect([entry.get('con_half').record.note, entry.get('con_half').is_sanitised]).toEqual(['broken \ufffd here', true]);
  expect([entry.get('con_sound').record.note, entry.get('con_sound').is_sanitised]).toEqual(['sound', undefined]);
  expect([entry.size, entry.has('con_huge')]).toEqual([13, false]);
  const aside = await syncline.pool.query(
    `select record_id, reason, detail, octet_length(raw) as bytes
     from ${scene.table.split('.')[0]}._syncline_quarantine`,
  );
  expect(aside.rows).toMatchObject([{ record_id: 'con_huge', reason: expect.any(String), detail: expect.stringMatching(/\w/) }]);
  expect(await scene.run({ full: true })).toMatchObject({ status: 'succeeded', quarantined: 1, unchanged: 13, deleted: 0 });
  await scene.expectInvariants();
});

test('B29 pages that share their memory one after the other land as they came', async () => {
  const account = 'b29-pages';
  const size = 8000;
  const scene = await openScene(syncline, { account, size });
  expect(scene.first).toMatchObject({ status: 'succeeded', inserted: size, quarantined: 0 });
  await scene.expectAgrees();
  // Most pages hold nothing but what stands there already: they are not opened, and nothing of theirs is taken for another's.
  await syncline.control.update({ account, object: 'contacts', count: 40, fields: { name: 'Changed' } });
  expect(await scene.run({ full: true })).toMatchObject({ status: 'succeeded', updated: 40, unchanged: size - 40, deleted: 0 });
  await scene.expectAgrees();
});

test('B29 large numbers and deep nesting land digit by digit; NUL and half characters are replaced visibly', async () => {
  const account = 'b29';
  const depth = 500;
  const numbers = '"big":9007199254740993123456789,"decimal":1.10,"tiny":1e-300,"wide":12345678901234567890.123456789';
  await createRaw(account, 'con_exact', `${numbers},"deep":${'['.repeat(depth)}1${']'.repeat(depth)}`);
  await createRaw(account, 'con_text', '"note":"a\\u0000b\\udc00c\\ud83d\\ude00","\\u0000key":1');
  const scene = await openScene(syncline, { account, size: 2 });
  expect(scene.first).toMatchObject({ status: 'succeeded', inserted: 4, quarantined: 0 });
  const { text } = await scene.vendor.request('GET', `/v1/records/sandbox/contacts?customer_id=${account}`);
  for (const number of ['9007199254740993123456789', '"decimal": 1.10', '12345678901234567890.123456789', '['.repeat(depth)])
    expect(text.replaceAll(/":(?=\S)/g, '": ').includes(number), number.slice(0, 40)).toBe(true);
  const { rows } = await syncline.pool.query(
    `select raw->>'big' as big, raw->>'decimal' as decimal, raw->>'wide' as wide, (raw->>'tiny')::numeric = 1e-300 as "isTiny"
     from ${scene.table}
     where _syncline_record_id = 'con_exact'`,
  );
  expect(rows).toEqual([{ big: '9007199254740993123456789', decimal: '1.10', wide: '12345678901234567890.123456789', isTiny: true }]);
  const odd = (await scene.listed()).find((entry) => entry.record_id === 'con_text');
  expect(odd).toMatchObject({ is_sanitised: true, record: { note: 'a\ufffdb\ufffdc😀', '\ufffdkey': 1 } });
  expect((await scene.raw('con_text')).note).toBe('a\ufffdb\ufffdc😀');
  expect(await scene.run({ full: true })).toMatchObject({ unchanged: 4, updated: 0 });
  await scene.expectInvariants();
});

const firstNameOf = async (scene: Scene, id: string) => (await scene.raw(id)).properties.firstname;

test('B19 what a lagging search still answers does not overwrite a newer version', async () => {
  const scene = await openScene(syncline, { account: '50190', provider: 'hubspot', size: 20 });
  const [id] = [...(await scene.truth()).keys()];
  // An older version, of half a minute ago, is all that the search knows.
  await scene.control.configure({ ...scene.at, clockOffsetMs: -30_000 });
  await scene.control.update({ ...scene.at, id: id!, fields: { firstname: 'older' } });
  const { updatedAt } = (await scene.control.get({ ...scene.at, id: id! })).record!;
  await scene.control.configure({ ...scene.at, clockOffsetMs: 0, searchLagMs: 15_000 });
  await scene.control.update({ ...scene.at, id: id!, fields: { firstname: 'newer' } });
  expect(await scene.run({ full: true })).toMatchObject({ kind: 'full', updated: 1 });
  expect(await firstNameOf(scene, id!)).toBe('newer');
  await scene.setWatermark(updatedAt);
  expect(await scene.run()).toMatchObject({ kind: 'incremental', fetched: 1, updated: 0, unchanged: 1, first_seq: null });
  expect(await firstNameOf(scene, id!)).toBe('newer');
  await scene.control.configure({ ...scene.at, searchLagMs: 0 });
  await scene.run();
  await scene.expectInvariants();
});

test('B19 a full read that was asked later wins also with an older time, and equal times with other content are written', async () => {
  const scene = await openScene(syncline, { account: 'b19' });
  const id = 'con_0000000001';
  await scene.control.update({ ...scene.at, id, fields: { notes: 'newest' } });
  await scene.run();
  // A restore: the provider shows an older version again.
  await scene.control.update({ ...scene.at, id, fields: { notes: 'restored' }, updatedAt: time });
  expect(await scene.run({ full: true })).toMatchObject({ kind: 'full', updated: 1 });
  expect((await scene.raw(id)).notes).toBe('restored');
  await scene.control.update({ ...scene.at, id, fields: { notes: 'same time' }, updatedAt: time });
  await scene.setWatermark(time);
  expect(await scene.run()).toMatchObject({ kind: 'incremental', updated: 1 });
  expect((await scene.raw(id)).notes).toBe('same time');
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('S19 the listing has what the table has: by cursor, written since a time, with and without what is deleted', async () => {
  const scene = await openScene(syncline, { account: 's19', object: 'deals', size: 60 });
  const [entry] = await scene.listed();
  await scene.control.update({ ...scene.at, count: 5, fields: { notes: 'edited' } });
  await scene.control.delete({ ...scene.at, ids: [...(await scene.truth()).keys()].slice(10, 14) });
  await new Promise((resolve) => setTimeout(resolve, 5)); // the hub's times have milliseconds
  const since = new Date().toISOString();
  await scene.run();

  const table = async (where: string) => {
    const { rows } = await syncline.pool.query(
      `select _syncline_record_id as id, _syncline_seq::text as seq, raw
       from ${scene.table}
       where _syncline_customer_id = 's19' and ${where}
       order by _syncline_seq`,
    );
    return rows.map(({ id, seq, raw }) => [id, seq, raw]);
  };
  const listed = async (query: string) => {
    const entries = await scene.vendor.list(`/v1/records/sandbox/deals?customer_id=s19&page_size=7${query}`);
    return entries.map(({ record_id, seq, record }) => [record_id, seq, record]);
  };
  const [live, changed] = ['_syncline_deleted_at is null', `_syncline_synced_at >= '${since}'`];
  expect(await listed('')).toEqual(await table(live));
  expect(await listed('&include_deleted=true')).toEqual(await table('true'));
  expect(await listed(`&modified_after=${since}`)).toEqual(await table(`${live} and ${changed}`));
  expect(await listed(`&modified_after=${since}&include_deleted=true`)).toEqual(await table(changed));
  expect([(await table('true')).length, (await table(live)).length, (await table(changed)).length]).toEqual([60, 56, 9]);
  expect(await listed(`&connection_id=${entry.connection_id}`)).toEqual(await table(live));
  await scene.expectAgrees();
  await scene.expectInvariants();
});
