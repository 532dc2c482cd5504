import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkAlerts } from '../../src/syncs/alerts/check-alerts.ts';
import { startSyncline } from '../support/syncline.ts';
import { openScene, type Scene } from './support.ts';

let on: Awaited<ReturnType<typeof startSyncline>>;
beforeAll(async () => {
  on = await startSyncline();
});
afterAll(() => on.close());

/** What the tick does, now and from two processes at once. */
async function look() {
  const ctx = on.syncline.contextFor({ kind: 'system', id: 'test', applicationId: '' });
  await Promise.all([checkAlerts({ ctx }), checkAlerts({ ctx })]);
}

const alertsOf = ({ vendor }: Scene, kind: string) => vendor.list(`/v1/alerts?kind=${kind}`);
const eventsOf = async ({ vendor }: Scene, kind: string) =>
  (await vendor.list('/v1/events?types=alert.raised,alert.recovered')).filter(({ data }) => data.kind === kind).map(({ type }) => type);

/** Raised once however often it is looked for, recovered once when it is well again, and raised anew when it is not. */
async function expectOnce(scene: Scene, kind: string, detail: object, cause: () => Promise<unknown>, mend: () => Promise<unknown>) {
  await look();
  expect(await alertsOf(scene, kind), kind).toEqual([]);
  await cause();
  await look();
  await look();
  expect(await alertsOf(scene, kind), kind).toMatchObject([
    { kind, customer_id: scene.account, connection_id: scene.connectionId, recovered_at: null, detail },
  ]);
  expect(await eventsOf(scene, kind)).toEqual(['alert.raised']);
  await mend();
  await look();
  await look();
  expect(await alertsOf(scene, kind), kind).toMatchObject([{ recovered_at: expect.any(String) }]);
  expect(await eventsOf(scene, kind)).toEqual(['alert.raised', 'alert.recovered']);
  expect(await scene.vendor.list('/v1/alerts?open=true')).toEqual([]);
}

test('O72 a run that sets aside a tenth of its records raises one alert, and the next good run ends it', async () => {
  const scene = await openScene(on, { account: 'o72-rows', size: 20 });
  const { control, at } = scene;
  const cause = async () => {
    for (let n = 0; n < 3; n++) await control.fault({ match: at, fault: { kind: 'malformed', record: 'missing_id' } });
    const run = await scene.run({ full: true });
    expect(run.quarantined * 10).toBeGreaterThanOrEqual(run.fetched);
  };
  await expectOnce(scene, 'failed_rows', { fetched: 23, quarantined: 3 }, cause, async () => {
    await control.clearFaults({ account: at.account });
    await scene.run({ full: true });
  });
});

test('O72 held deletes and a refused customer raise an alert each, and end it when they are dealt with', async () => {
  const scene = await openScene(on, { account: 'o72-held', size: 60 });
  const { control, at, vendor } = scene;
  await expectOnce(
    scene,
    'deletes_held',
    {},
    async () => {
      await control.fault({ match: at, fault: { kind: 'empty' } });
      expect((await scene.run({ full: true })).status).toBe('held');
    },
    async () => {
      const [{ run_id: id }] = (await vendor.list(`/v1/held-deletes?sync_id=${scene.syncId}`)) as [{ run_id: string }];
      await vendor.call('POST', `/v1/held-deletes/${id}:reject`);
      await expect.poll(async () => (await scene.sync()).health, { timeout: 30_000 }).toBe('healthy');
    },
  );
  await expectOnce(
    scene,
    'needs_reauth',
    {},
    async () => {
      await on.pool.query(`update connection set status = 'needs_reauth', status_reason = 'refused' where id = $1`, [scene.connectionId]);
    },
    async () => {
      await on.pool.query(`update connection set status = 'active', status_reason = null where id = $1`, [scene.connectionId]);
    },
  );
});

test('O72 no success for three intervals and a run without end raise an alert each, by rules that the vendor sets', async () => {
  const scene = await openScene(on, { account: 'o72-late', size: 5, order: { interval_seconds: 3600 } });
  const { vendor, syncId } = scene;
  const ago = (hours: number) =>
    on.pool.query(`update sync set last_success_at = now() - $2 * interval '1 hour' where id = $1`, [syncId, hours]);
  await ago(2);
  await expectOnce(
    scene,
    'no_success',
    {},
    () => ago(4),
    () => ago(0),
  );
  const begun = (hours: number) =>
    on.pool.query(
      `with r as (update run set started_at = now() - $2 * interval '1 hour' where id = (select max(id) from run where sync_id = $1) returning id)
       update sync set current_run_id = r.id, status = 'paused' from r where sync.id = $1`,
      [syncId, hours],
    );
  await begun(1);
  await expectOnce(
    scene,
    'run_too_long',
    {},
    () => begun(7),
    () => begun(2),
  );
  await vendor.call('PATCH', '/v1/application', { alert_rules: { run_seconds_max: null, held: false } });
  await begun(9);
  await look();
  expect(await vendor.list('/v1/alerts?open=true')).toEqual([]);
  expect((await vendor.call('GET', '/v1/application')).alert_rules).toEqual({
    ...{
      failed_rows_percent: 10,
      run_seconds_max: null,
      intervals_without_success: 3,
      held: false,
      needs_reauth: true,
      destination_unavailable: true,
    },
  });
  expect((await vendor.request('PATCH', '/v1/application', { alert_rules: { run_seconds_max: 1 } })).status).toBe(400);
});
