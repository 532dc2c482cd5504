import { setTimeout as sleep } from 'node:timers/promises';
import type { Loose } from '../support/client.ts';
import type { Actor } from './actor.ts';
import { lookAtClaims } from './claims.ts';
import { compare } from './compare.ts';
import { isBusyDestination } from './excuses.ts';
import { connectAgain, trigger, waitUntilIdle } from './runs.ts';

/** Other seeds' kills go on meanwhile: a run may be abandoned some times before one gets through. */
const attemptsMax = 12;
const passPollsMax = 600;
const passPollMs = 150;
/** How a run may fail that begins after all faults are off: others' kills, a token that died with its worker, a busy machine. */
const excusable = new Set(['abandoned', 'auth_failed', null]);

/** Faults off: what the strategy promises is there after one run, and everything after the full reads that it takes. */
export async function settle(actor: Actor): Promise<void> {
  const { cluster, account, plan, subject, violations } = actor;
  await cluster.syncline.control.clearFaults({ account });
  await sleep(plan.settings.visibilityLagMs + 50);
  await waitUntilIdle(actor);
  if (subject.hasKeyPass) await passOverKeys(actor);
  else await succeed(actor, false);
  await lookAtClaims(actor);
  await compare(actor, `after a settled run by ${subject.order.strategy}`, false);
  for (let i = 0; i < subject.fullReads; i++) await succeed(actor, true);
  await compare(actor, 'after a settled full read', true);
  const rows = await versions(actor);
  const again = await succeed(actor, false);
  if (again.inserted + again.updated + again.deleted > 0)
    violations.add(`a run with nothing to do changed something: ${JSON.stringify(again)}`);
  if ((await versions(actor)) !== rows) violations.add('a run with nothing to do rewrote rows');
}

/**
 * A pass is due: it follows the next run by itself, when the schedule's turn comes. One that goes on with an earlier one may have met
 * what went since, so that another is due behind it.
 */
async function passOverKeys(actor: Actor): Promise<void> {
  const since = Date.now();
  for (let i = 0; i < attemptsMax; i++) if ((await passBehindRun(actor)) >= since) return;
  throw new Error(`no pass over the keys began in ${attemptsMax} attempts`);
}

/** When the pass began that followed a run. */
async function passBehindRun(actor: Actor): Promise<number> {
  const { pool } = actor.cluster.syncline;
  await pool.query("update sync set last_key_pass_at = syncline_now() - interval '1 day' where id = $1", [actor.syncId]);
  await succeed(actor, false);
  for (let i = 0; i < passPollsMax; i++) {
    const { rows } = await pool.query<{ at: Date | null }>(
      "select case when last_key_pass_at > syncline_now() - interval '1 hour' then last_key_pass_at end as at from sync where id = $1",
      [actor.syncId],
    );
    if (rows[0]!.at) return rows[0]!.at.getTime();
    await sleep(passPollMs);
  }
  throw new Error('no pass over the keys followed');
}

/** Runs until one has succeeded whose read began now: one that goes on with an earlier read knows nothing of the pages before. */
async function succeed(actor: Actor, full: boolean): Promise<Loose> {
  const since = Date.now();
  const seen = new Set((await waitUntilIdle(actor)).map((run) => run.id));
  let fresh: Loose[] = [];
  for (let i = 0; i < attemptsMax; i++) {
    await connectAgain(actor);
    await resume(actor);
    await trigger(actor, full);
    fresh = (await waitUntilIdle(actor)).filter((run) => !seen.has(run.id));
    const isOwnRead = (await lastReadBegan(actor)) >= since;
    // Held, because an earlier read that it went on with had been answered with a lie: the next one begins now, and settles it.
    for (const run of fresh) if (run.status === 'held' && !isOwnRead) seen.add(run.id);
    const strange = fresh.find((run) => !seen.has(run.id) && (run.status === 'held' || !isExcusable(run)));
    if (strange) throw new Error(`a run without any fault ended like this: ${JSON.stringify(strange)}`);
    const good = fresh.find((run) => run.status === 'succeeded' && (!full || run.kind === 'full'));
    if (good && isOwnRead) return good;
  }
  throw new Error(`no run succeeded in ${attemptsMax} attempts without faults: ${JSON.stringify(fresh)}`);
}

function isExcusable({ error_code: code, error_message: message }: Loose): boolean {
  return excusable.has(code) || (code === 'destination_unavailable' && isBusyDestination(message));
}

async function lastReadBegan({ cluster, schema, syncId }: Actor): Promise<number> {
  const { rows } = await cluster.syncline.pool.query<{ at: string }>(
    `select state -> 'lastRead' ->> 'startedAt' as at from ${schema}._syncline_checkpoint where sync = $1::text`,
    [syncId],
  );
  return Date.parse(rows[0]!.at);
}

/** A person paused it while the customer had to connect again. */
async function resume({ vendor, syncId }: Actor): Promise<void> {
  const { status } = await vendor.call('GET', `/v1/syncs/${syncId}`);
  if (status === 'paused') await vendor.call('POST', `/v1/syncs/${syncId}:resume`);
}

/** A digest of which rows were written by which transaction. */
async function versions({ cluster, table, account }: Actor): Promise<string> {
  const { rows } = await cluster.syncline.pool.query<{ digest: string }>(
    `select md5(coalesce(string_agg(_syncline_record_id || ' ' || xmin::text, ',' order by _syncline_record_id), '')) as digest
     from ${table}
     where _syncline_customer_id = $1::text`,
    [account],
  );
  return rows[0]!.digest;
}
