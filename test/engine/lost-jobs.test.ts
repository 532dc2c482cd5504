import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimDueSyncs } from '../../src/syncs/index.ts';
import { type Engine, startEngine } from './support/start-engine.ts';

let engine: Engine;
const leaseSeconds = 10;

beforeAll(async () => {
  engine = await startEngine({ limits: { leaseSeconds } });
});
afterAll(() => engine.close());

async function moveClock(seconds: number): Promise<void> {
  await engine.pool.query(
    'insert into clock_offset (id, milliseconds) values (1, $1::bigint) on conflict (id) do update set milliseconds = excluded.milliseconds',
    [seconds * 1000],
  );
}

test('B18 a job whose worker dies before it took the lease is queued again after a lease, not later', async () => {
  const vendor = await engine.createVendor();
  const { syncId } = await vendor.setUp('contacts', 'lost-job');
  await vendor.finish(syncId);
  const waiting = async () => {
    const { rows } = await engine.pool.query<{ count: number }>(
      'select count(*)::int as count from graphile_worker._private_jobs where key = $1 and locked_at is null',
      [`run-sync:${syncId}`],
    );
    return rows[0]!.count;
  };
  await engine.pool.query('delete from graphile_worker._private_jobs');
  await engine.pool.query('update sync set next_run_at = syncline_now() where id = $1', [syncId]);
  expect(await claimDueSyncs({ ctx: vendor.ctx })).toBe(1);
  expect(await waiting()).toBe(1);

  await engine.pool.query(`update graphile_worker._private_jobs set locked_by = 'dead', locked_at = now() where key = $1`, [
    `run-sync:${syncId}`,
  ]);
  expect([await claimDueSyncs({ ctx: vendor.ctx }), await waiting()]).toEqual([0, 0]);
  try {
    await moveClock(leaseSeconds + 1);
    expect([await claimDueSyncs({ ctx: vendor.ctx }), await waiting()]).toEqual([1, 1]);
  } finally {
    await moveClock(0);
  }
});
