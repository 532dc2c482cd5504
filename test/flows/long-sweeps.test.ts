import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hubSchemaName } from '../../src/hub/schema-name.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline({ limits: { leaseSeconds: 4, tickSeconds: 0.3 } });
});
afterAll(() => syncline.close());

test('B18 a sweep that lasts longer than the lease keeps it: nobody takes the run for abandoned', async () => {
  const scene = await openScene(syncline, { account: 'sweep', size: 20, order: { strategy: 'full_only' } });
  await scene.control.remove({ ...scene.at, id: 'con_0000000007' });
  const hub = hubSchemaName(scene.vendor.applicationId);
  const locker = await syncline.pool.connect();
  let runId: string;
  try {
    // What only the end of a read looks at: there the sweep stands still, inside its statement.
    await locker.query(`begin; lock table ${hub}._syncline_delete_log in access exclusive mode`);
    runId = (await scene.vendor.call('POST', `/v1/syncs/${scene.syncId}:trigger`, { full: true })).id;
    await until(async () => (await waiting()) > 0);
    // A third of the lease passes between two renewals: with four of them it would have ended long ago.
    const seen = new Set<number>();
    await until(async () => seen.add(await leaseUntil(scene.syncId)).size > 4);
    await locker.query('commit');
  } finally {
    locker.release();
  }
  const run = await scene.vendor.waitForEnd({ runId });
  expect(run).toMatchObject({ status: 'succeeded', deleted: 1, error_code: null });
  expect((await scene.runs()).filter(({ error_code: code }) => code === 'abandoned')).toEqual([]);
  await scene.expectAgrees();
}, 180_000);

async function waiting(): Promise<number> {
  const { rows } = await syncline.pool.query(
    `select count(*)::int as count from pg_locks where not granted and relation::regclass::text like '%_syncline_delete_log'`,
  );
  return rows[0].count;
}

async function leaseUntil(syncId: string): Promise<number> {
  const { rows } = await syncline.pool.query('select lease_until from sync where id = $1', [syncId]);
  return rows[0].lease_until?.getTime() ?? 0;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; !(await holds()); i++) {
    if (i === 600) throw new Error('it has not come to that within thirty seconds');
    await sleep(50);
  }
}
