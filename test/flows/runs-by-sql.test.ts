import { afterAll, beforeAll, expect, test } from 'vitest';
import { hubSchemaName } from '../../src/hub/schema-name.ts';
import { logIn } from '../hostile/support/sql-roles.ts';
import type { Loose } from '../support/client.ts';
import { startProcesses, startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene, type Scene } from './support.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline({ limits: { slicePagesMax: 1 } });
});
afterAll(() => syncline.close());

const compared = [
  ...['id', 'sync_id', 'connection_id', 'customer_id', 'provider', 'object', 'kind', 'trigger', 'status', 'error_code'],
  ...['slices', 'fetched', 'inserted', 'updated', 'deleted', 'unchanged', 'quarantined', 'first_seq', 'last_seq', 'started_at'],
];
const pick = (run: Loose) => Object.fromEntries(compared.map((name) => [name, run[name]]));

/** The rows as the customer's own role reads them. */
const rowsSql = `
  select run_id as id, sync_id, connection_id, customer_id, provider, object, kind, trigger, status, error_code, slices,
         fetched::int4, inserted::int4, updated::int4, deleted::int4, unchanged::int4, quarantined::int4,
         first_seq::text, last_seq::text, to_char(started_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as started_at,
         finished_at is not null as has_finished
  from _syncline_runs
  order by run_id`;

async function openReader(scene: Pick<Scene, 'vendor'>, customerId: string) {
  const { user, password } = await scene.vendor.call('POST', '/v1/sql-credentials', { name: 'Status page', customer_id: customerId });
  return logIn(syncline.databaseUrl, { role: user, password });
}

const byId = (runs: Loose[]) => runs.map(pick).sort((a, b) => (a.id < b.id ? -1 : 1));

test('O88 runs stand beside the records as a table of the customer’s own, equal to the API: read, failed, held and paused', async () => {
  const scene = await openScene(syncline, { account: 'o88', size: 1500 });
  const reader = await openReader(scene, scene.account);
  const { control, at, vendor, syncId } = scene;
  await control.update({ ...at, count: 7, fields: { name: 'Changed' } });
  await scene.run();
  await control.fault({ match: at, fault: { kind: 'malformed', record: 'missing_id' } });
  await scene.run();
  await control.fault({ match: at, fault: { kind: 'forbidden' }, times: null });
  expect((await scene.run()).status).toBe('failed');
  await control.clearFaults({ account: at.account });
  await control.fault({ match: at, fault: { kind: 'empty' } });
  expect((await scene.run({ full: true })).status).toBe('held');
  // A run that is paused on its way has no slice that could say so.
  await control.fault({ match: at, fault: { kind: 'slow', delayMs: 300 }, times: null });
  await vendor.call('POST', `/v1/syncs/${syncId}:trigger`, { full: true });
  await expect.poll(async () => (await scene.runs()).some((run) => run.status === 'running'), { timeout: 30_000 }).toBe(true);
  await vendor.call('POST', `/v1/syncs/${syncId}:pause`);
  await control.clearFaults({ account: at.account });
  await expect
    .poll(
      async () => {
        const rows = (await reader.query<Loose>(rowsSql)).map(({ has_finished: _, ...row }) => row);
        return { rows, differs: JSON.stringify(rows) !== JSON.stringify(byId(await scene.runs())) };
      },
      { timeout: 30_000 },
    )
    .toMatchObject({ differs: false });
  const rows = await reader.query<Loose>(rowsSql);
  expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(['succeeded', 'failed', 'held', 'cancelled']));
  expect(rows.every(({ has_finished }) => has_finished)).toBe(true);
  expect(new Set(rows.map(({ customer_id }) => customer_id))).toEqual(new Set([scene.account]));
  await vendor.call('POST', `/v1/connections/${scene.connectionId}:disconnect`, { purge: true, force: true });
  await expect.poll(async () => await reader.query(rowsSql), { timeout: 30_000 }).toEqual([]);
  await reader.end();
});

test('O88 a run’s row is never ahead of its records nor behind them, at any moment and over a killed worker', async () => {
  const killed = await startProcesses({ workers: 1, limits: { leaseSeconds: 2, tickSeconds: 0.3 } });
  try {
    const at = { account: 'o88-killed', object: 'contacts' };
    await killed.control.setSize({ ...at, size: 4000 });
    await killed.control.fault({ match: at, fault: { kind: 'slow', delayMs: 300 }, times: null });
    await killed.setUpProvider({ objects: ['contacts'] });
    const { connectionId } = await killed.connectCustomer({ customerId: at.account });
    const { id: syncId } = await killed.findSync({ connectionId, object: 'contacts' });
    const schema = hubSchemaName(killed.applicationId);
    await expect
      .poll(async () => (await killed.pool.query('select to_regclass($1) as has', [`${schema}.sandbox_contacts`])).rows[0].has)
      .not.toBe(null);
    const isHeld = async (id: string) =>
      (await killed.pool.query('select lease_owner is not null as held from sync where id = $1', [id])).rows[0].held;
    const looks: Loose[] = [];
    const look = async () => {
      const { rows } = await killed.pool.query(
        `select (select count(*)::int4 from ${schema}.sandbox_contacts) as records,
                (select coalesce(sum(inserted), 0)::int4 from ${schema}._syncline_runs) as told,
                (select array_agg(status order by run_id) from ${schema}._syncline_runs) as statuses`,
      );
      looks.push(rows[0]);
      return rows[0] as { records: number; told: number; statuses: string[] | null };
    };
    await expect.poll(async () => (await look()).records > 0 && (await isHeld(syncId)), { timeout: 60_000, interval: 20 }).toBe(true);
    await killed.workers[0]!.kill();
    await look();
    await killed.startWorkerProcess();
    await killed.control.clearFaults({ account: at.account });
    await expect.poll(async () => (await look()).records, { timeout: 60_000, interval: 20 }).toBe(4000);
    expect(looks.length).toBeGreaterThan(3);
    for (const { records, told } of looks) expect(told).toBe(records);
    // The dead worker could not tell the end of its run: whoever took over did. On a busy machine a living one may lose its short lease, too.
    await expect.poll(async () => (await look()).statuses?.join(' '), { timeout: 60_000 }).toMatch(/^(failed )+succeeded$/);
    const facts = ({ id, status, error_code, fetched, inserted, slices }: Loose) => ({ id, status, error_code, fetched, inserted, slices });
    const told = async () =>
      (
        await killed.pool.query(
          `select run_id as id, status, error_code, fetched::int4, inserted::int4, slices from ${schema}._syncline_runs order by 1`,
        )
      ).rows;
    const runs = async () => (await killed.list(`/v1/runs?sync_id=${syncId}`)).map(facts).sort((a, b) => (a.id < b.id ? -1 : 1));
    await expect.poll(async () => (await runs()).at(-1)?.status, { timeout: 60_000 }).toBe('succeeded');
    const shown = await runs();
    await expect.poll(told, { timeout: 60_000 }).toEqual(shown);
  } finally {
    await killed.close();
  }
}, 180_000);
