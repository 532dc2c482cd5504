import { afterAll, beforeAll, expect, test } from 'vitest';
import { hubSchemaName } from '../../src/hub/schema-name.ts';
import type { Loose } from '../support/client.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene, type Scene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

/** What the table of versions holds of the scene's customer: by SQL, as a vendor reads it. */
async function versionsOf(scene: Scene): Promise<Loose[]> {
  const { rows } = await syncline.pool.query(
    `select _syncline_record_id as id, _syncline_run_id as run, _syncline_loaded_at as "loadedAt", _syncline_seq::text as seq,
            raw ->> 'notes' as notes
     from ${scene.table}_versions
     where _syncline_customer_id = $1::text
     order by _syncline_record_id, _syncline_run_id`,
    [scene.account],
  );
  return rows;
}

test('O76 every chosen object lands in a table of its own, and nothing else is there', async () => {
  const vendor = await syncline.createApplication();
  const objects = ['contacts', 'companies', 'deals'];
  for (const [n, object] of objects.entries()) await syncline.control.setSize({ account: 'o76', object, size: 4 + n });
  await vendor.setUpProvider({ objects });
  const { connectionId } = await vendor.connectCustomer({ customerId: 'o76' });
  for (const object of objects) await vendor.waitForRun({ syncId: (await vendor.findSync({ connectionId, object })).id });
  const schema = hubSchemaName(vendor.applicationId);
  const { rows: tables } = await syncline.pool.query(
    `select table_name as name from information_schema.tables where table_schema = $1::text and table_type = 'BASE TABLE' and table_name not like '\\_syncline%' order by 1`,
    [schema],
  );
  expect(tables.map(({ name }) => name)).toEqual(['sandbox_companies', 'sandbox_contacts', 'sandbox_deals']);
  for (const [n, object] of objects.entries()) {
    const { rows } = await syncline.pool.query(`select _syncline_record_id as id from ${schema}.sandbox_${object} order by 1`);
    const { records } = await syncline.control.list({ account: 'o76', object });
    expect(rows.map(({ id }) => id)).toEqual(records.map(({ id }) => id).sort());
    expect(rows).toHaveLength(4 + n);
  }
});

test('O77 replace: the table is what the last read listed, and whoever looks meanwhile never finds it empty', async () => {
  const scene = await openScene(syncline, { account: 'o77', size: 150, order: { strategy: 'full_only', landing: 'replace' } });
  await scene.control.update({ ...scene.at, count: 100, fields: { notes: 'second set' } });
  const { ids: gone } = await scene.control.remove({ ...scene.at, count: 10 });
  for (let n = 0; n < 5; n++) await scene.control.create({ ...scene.at, fields: { notes: 'new' } });
  await scene.control.configure({ account: scene.account, pageRecordsMax: 10 });
  const live = async () => (await scene.rows()).filter((row) => !row.isDeleted).map((row) => row.id);
  const counts: number[] = [];
  let hasEnded = false;
  const looking = (async () => {
    while (!hasEnded) counts.push((await live()).length);
  })();
  expect(await scene.run()).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 5, deleted: 10 });
  hasEnded = true;
  await looking;
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(145);
  expect(await live()).toEqual([...(await scene.truth()).keys()].sort());
  expect((await scene.rows()).filter((row) => row.isDeleted).map((row) => row.id)).toEqual(gone.toSorted());
  expect(await scene.run()).toMatchObject({ kind: 'full', unchanged: 145 });
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('O78 full and append: two runs give two versions of every row, each marked with its load', async () => {
  const scene = await openScene(syncline, { account: 'o78', size: 40, order: { strategy: 'full_only', landing: 'append' } });
  const { ids } = await scene.control.update({ ...scene.at, count: 1, fields: { notes: 'second' } });
  const second = await scene.run();
  expect(second).toMatchObject({ kind: 'full', updated: 1, unchanged: 39 });
  const versions = await versionsOf(scene);
  expect(versions).toHaveLength(80);
  const truth = [...(await scene.truth()).keys()].sort();
  for (const run of [scene.first!.id, second.id]) expect(versions.filter((v) => v.run === run).map((v) => v.id)).toEqual(truth);
  expect(versions.every((v) => v.loadedAt instanceof Date)).toBe(true);
  const changed = versions.filter((v) => v.id === ids[0]).map((v) => [v.run, v.notes === 'second']);
  expect(changed).toEqual([
    [scene.first!.id, false],
    [second.id, true],
  ]);
  // Beside them the table itself is what stands now, one row each.
  expect(await scene.rows()).toHaveLength(40);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('O79 full and merge: upserted by key, and what vanished is marked deleted', async () => {
  const scene = await openScene(syncline, { account: 'o79', order: { strategy: 'full_only', landing: 'merge' }, size: 50 });
  const { ids: changed } = await scene.control.update({ ...scene.at, count: 2, fields: { notes: 'merged' } });
  const { id: created } = await scene.control.create({ ...scene.at, fields: { notes: 'merged' } });
  const last = [...(await scene.truth()).keys()].sort().findLast((id) => id !== created)!;
  await scene.control.remove({ ...scene.at, id: last });
  expect(await scene.run()).toMatchObject({ inserted: 1, updated: 2, deleted: 1, unchanged: 47 });
  expect((await scene.rows()).filter((row) => row.isDeleted).map((row) => row.id)).toEqual([last]);
  for (const id of [...changed, created]) expect((await scene.raw(id)).notes).toBe('merged');
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('O80 incremental and merge: what changed is merged, and only that is read', async () => {
  const scene = await openScene(syncline, { account: 'o80', size: 50, order: { landing: 'merge' } });
  const before = await scene.rows();
  const { ids } = await scene.control.update({ ...scene.at, count: 3, fields: { notes: 'merged' } });
  const { id } = await scene.control.create({ ...scene.at, fields: { notes: 'merged' } });
  const run = await scene.run();
  expect(run).toMatchObject({ kind: 'incremental', inserted: 1, updated: 3, deleted: 0 });
  expect(run.fetched).toBeLessThan(50);
  const untouched = (row: { id: string }) => ![...ids, id].includes(row.id);
  expect((await scene.rows()).filter(untouched)).toEqual(before.filter(untouched));
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('O81 incremental and append: every version that was seen is kept beside the table', async () => {
  const scene = await openScene(syncline, { account: 'o81', size: 20, order: { landing: 'append' } });
  const [id] = [...(await scene.truth()).keys()];
  const runs = [scene.first!.id];
  for (const notes of ['one', 'two', 'three']) {
    await scene.control.update({ ...scene.at, id: id!, fields: { notes } });
    const run = await scene.run();
    expect(run).toMatchObject({ kind: 'incremental', updated: 1 });
    runs.push(run.id);
  }
  const versions = await versionsOf(scene);
  expect(versions).toHaveLength(23);
  const own = versions.filter((v) => v.id === id);
  expect(own.map((v) => v.run)).toEqual(runs);
  expect(own.slice(1).map((v) => v.notes)).toEqual(['one', 'two', 'three']);
  expect((await scene.raw(id!)).notes).toBe('three');
  // What the overlap reads again unchanged is no new version.
  await scene.run();
  expect(await versionsOf(scene)).toEqual(versions);
  await scene.expectAgrees();
  await scene.expectInvariants();
});

test('O78 a read that is begun anew in its run, and a record that it cannot store, leave one version of what was stored', async () => {
  const account = 'o78-again';
  await syncline.control.configure({ account, pageRecordsMax: 10 });
  const match = { account, object: 'contacts' };
  await syncline.control.fault({ match: { ...match, hasPageToken: true }, skip: 1, fault: { kind: 'page_expired' } });
  await syncline.control.fault({ match, fault: { kind: 'malformed', record: 'missing_id' } });
  const scene = await openScene(syncline, { account, size: 40, order: { strategy: 'full_only', landing: 'append' } });
  expect(scene.first).toMatchObject({ status: 'succeeded', inserted: 40 });
  const versions = await versionsOf(scene);
  expect(versions.map((v) => v.id)).toEqual([...(await scene.truth()).keys()].sort());
  expect(new Set(versions.map((v) => v.run))).toEqual(new Set([scene.first!.id]));
  await scene.vendor.call('POST', `/v1/connections/${scene.connectionId}:disconnect`, { purge: true, force: true });
  await expect.poll(() => versionsOf(scene), { timeout: 20_000 }).toEqual([]);
});

test(`O77 replace with a strategy that reads changes is refused: it has no whole set to swap`, async () => {
  const vendor = await syncline.createApplication();
  const objects = [{ object: 'contacts', strategy: 'full_then_incremental', landing: 'replace' }];
  await vendor.setUpProvider({});
  const refused = await vendor.request('POST', '/v1/sync-configs', { provider: 'sandbox', objects });
  expect(refused.status).toBe(400);
});
