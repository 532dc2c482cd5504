import { setTimeout as sleep } from 'node:timers/promises';
import type { Loose } from '../support/client.ts';
import type { Actor } from './actor.ts';

/** Waits of providers, leases of the dead and other seeds' work on two cores: what takes longer than this has stalled. */
const idleWaitMsMax = 240_000;
const pollMs = 100;
const endAttemptsMax = 20;

/** Asks for a run. A sync that waits for its customer to connect again gets what it waits for first. */
export async function trigger(actor: Actor, full: boolean): Promise<Loose | null> {
  const ask = () => actor.vendor.request('POST', `/v1/syncs/${actor.syncId}:trigger`, { full });
  const first = await ask();
  if (first.status < 300) return first.body;
  await connectAgain(actor);
  const second = await ask();
  if (second.status < 300) return second.body;
  // The connection was refused in this very moment: the next step, or the settling, connects again.
  return null;
}

/** Until no run is in progress; answers all runs, newest first. Looked at by SQL: many wait at the same time. */
export async function waitUntilIdle(actor: Actor): Promise<Loose[]> {
  const { pool } = actor.cluster.syncline;
  let sync: Loose;
  for (const begun = performance.now(); performance.now() - begun < idleWaitMsMax; await sleep(pollMs)) {
    const { rows } = await pool.query(
      `select *, exists (select from run where sync_id = sync.id and status in ('queued', 'running')) as has_open_run
       from sync
       where id = $1::text`,
      [actor.syncId],
    );
    sync = rows[0];
    if (!sync.has_open_run && (sync.current_run_id === null || sync.status !== 'active'))
      return actor.vendor.list(`/v1/runs?sync_id=${actor.syncId}&page_size=100`);
  }
  throw new Error(`the sync was not idle within ${idleWaitMsMax} ms: ${JSON.stringify(sync)}`);
}

/** From now on no run begins: the schedule would go on while the books are read. */
export async function endSchedule(actor: Actor): Promise<void> {
  for (let i = 0; i < endAttemptsMax; i++) {
    await waitUntilIdle(actor);
    const { rowCount } = await actor.cluster.syncline.pool.query(
      "update sync set next_run_at = syncline_now() + interval '1 day' where id = $1::text and current_run_id is null and lease_owner is null",
      [actor.syncId],
    );
    if (rowCount === 1) return;
  }
  throw new Error('the sync is never idle');
}

/** The customer authorises again what was refused, as they would after a mail from the vendor. */
export async function connectAgain(actor: Actor): Promise<void> {
  const { vendor, subject, account, connectionId, violations } = actor;
  const connection = await vendor.call('GET', `/v1/connections/${connectionId}`);
  const sync = await vendor.call('GET', `/v1/syncs/${actor.syncId}`);
  if (connection.status === 'active' && sync.pause_reason !== 'auth') return;
  if (!actor.mayLoseGrant) violations.add(`the connection was lost without a reason: ${JSON.stringify(connection)}`);
  // A fault of the token endpoint that nothing has met yet would hit the person at the browser, who would only try once more.
  await actor.cluster.syncline.control.clearFaults({ account, endpoint: 'token' });
  const again = await vendor.connectCustomer({ customerId: account, provider: subject.provider, connectionId });
  if (again.status !== 'connected') violations.add(`connecting again came back with ${again.returned}`);
}
