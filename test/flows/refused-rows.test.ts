import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

test('B30 a row that the vendor’s table refuses is reported, tried by every run and stored when the table is mended', async () => {
  const scene = await openScene(syncline, { account: 'b30', size: 6, order: { strategy: 'full_then_incremental' } });
  const [broken, other] = [...(await scene.truth()).keys()];
  await syncline.pool.query(`alter table ${scene.table} add constraint counted check ((raw ->> 'note')::int >= 0) not valid`);
  await scene.control.update({ ...scene.at, ids: [broken!], fields: { note: 'many' }, updatedAt: ago(120) });
  expect(await scene.run()).toMatchObject({ status: 'succeeded', quarantined: 1, updated: 0 });
  const [entry] = await scene.vendor.list(`/v1/quarantine?sync_id=${scene.syncId}`);
  expect(entry).toMatchObject({ record_id: broken, reason: 'json_refused', attempts: 1 });

  // The mark moves far beyond it: the provider does not list it any more, and the run tries what the hub keeps.
  await scene.control.update({ ...scene.at, ids: [other!], fields: { note: '1' }, updatedAt: ago(30) });
  expect(await scene.run()).toMatchObject({ status: 'succeeded', updated: 1 });
  const again = await scene.run();
  expect(again).toMatchObject({ kind: 'incremental', status: 'succeeded', quarantined: 1, updated: 0 });
  const [tried] = await scene.vendor.list(`/v1/quarantine?sync_id=${scene.syncId}`);
  expect(tried.attempts).toBeGreaterThan(1);
  const told = await scene.events('records.quarantined');
  expect(told.map(({ data }) => [data.run_id, data.quarantined])).toEqual(expect.arrayContaining([[again.id, again.quarantined]]));

  await syncline.pool.query(`alter table ${scene.table} drop constraint counted`);
  expect(await scene.run()).toMatchObject({ status: 'succeeded', quarantined: 0, updated: 1 });
  expect(await scene.vendor.list(`/v1/quarantine?sync_id=${scene.syncId}`)).toEqual([]);
  expect((await scene.raw(broken!)).note).toBe('many');
  await scene.expectInvariants();
});

test('B30 what fails whatever the row stops the run with a name and without the server’s words, and nothing is lost', async () => {
  const scene = await openScene(syncline, { account: 'b30-trigger', size: 4 });
  const { pool } = syncline;
  const { watermark } = await scene.checkpoint();
  await pool.query(`create function ${scene.table}_broken() returns trigger language plpgsql as $$ begin perform not_there(new.raw); return new; end $$;
    create trigger broken before insert or update on ${scene.table} for each row execute function ${scene.table}_broken()`);
  const [id] = [...(await scene.truth()).keys()];
  await scene.control.update({ ...scene.at, ids: [id!], fields: { name: 'Behind the trigger' } });
  const failed = await scene.run();
  expect(failed).toMatchObject({ status: 'failed', error_code: 'destination_refused', quarantined: 0 });
  expect(failed.error_message).toContain('42883');
  expect(failed.error_message).not.toContain('not_there');
  expect((await scene.checkpoint()).watermark).toBe(watermark);
  await pool.query(`drop trigger broken on ${scene.table}`);
  expect(await scene.run()).toMatchObject({ status: 'succeeded', updated: 1 });
  expect((await scene.raw(id!)).name).toBe('Behind the trigger');
  await scene.expectInvariants();
});
