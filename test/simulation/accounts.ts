import { setTimeout as sleep } from 'node:timers/promises';
import type { Loose } from '../support/client.ts';
import type { Actor } from './actor.ts';
import { isBusyDestination } from './excuses.ts';
import type { Known, Reader } from './reader.ts';

/** Reasons that a fault of the plan can give a run. Another one (internal above all) is ours, but for a machine too busy for its database. */
const reasons = new Set([
  ...['abandoned', 'auth_failed', 'page_expired', 'connection_not_active', 'checkpoint_stalled'],
  ...['provider_unavailable', 'provider_rate_limited', 'provider_forbidden', 'provider_rejected', 'provider_not_found'],
]);
const endedStatuses = new Set(['succeeded', 'failed', 'held', 'cancelled']);

interface Row {
  id: string;
  seq: string;
  isDeleted: boolean;
  raw: string;
}

/** A worker that froze in a transaction holds back what readers see: the database ends it, and they catch up. */
const attemptsMax = 60;
const attemptMs = 500;

/** The books at the end: runs, counters, the reader's replay and the announcements agree with the table. */
export async function checkAccounts(actor: Actor, reader: Reader): Promise<void> {
  let violations: string[] = [];
  for (let i = 0; i < attemptsMax; i++, await sleep(attemptMs)) {
    const rows = await rowsOf(actor);
    const runs = await actor.vendor.list(`/v1/runs?sync_id=${actor.syncId}&page_size=1000`);
    violations = [...checkRuns(runs, rows), ...checkReplay(await reader.catchUp(), rows), ...(await checkAnnounced(actor, rows))];
    if (violations.length === 0) return;
  }
  for (const violation of violations) actor.violations.add(violation);
}

function checkRuns(runs: Loose[], rows: Row[]): string[] {
  const violations: string[] = [];
  for (const run of runs) {
    const { id, status, error_code: errorCode, fetched, inserted, updated, unchanged, quarantined } = run;
    if (!endedStatuses.has(status) || run.finished_at === null) violations.push(`the run ${id} is ${status} at the end`);
    if (status === 'failed' && !reasons.has(errorCode) && !isBusyDestination(run.error_message))
      violations.push(`a run failed for a reason of ours: ${JSON.stringify(run)}`);
    if (fetched !== inserted + updated + unchanged + quarantined) violations.push(`counters do not add up: ${JSON.stringify(run)}`);
  }
  const sum = (key: string) => runs.reduce((total, run) => total + run[key], 0);
  const live = rows.filter((row) => !row.isDeleted).length;
  const counted = sum('inserted') - sum('deleted');
  if (counted !== live) violations.push(`the runs inserted ${sum('inserted')} and deleted ${sum('deleted')}, and ${live} are alive`);
  return violations;
}

function checkReplay(known: Map<string, Known>, rows: Row[]): string[] {
  const violations: string[] = [];
  if (known.size !== rows.length) violations.push(`a reader knows ${known.size} records, the table has ${rows.length}`);
  const different = rows.filter(({ id, seq, isDeleted, raw }) => {
    const replayed = known.get(id);
    return replayed?.seq !== seq || replayed.isDeleted !== isDeleted || replayed.record !== JSON.stringify(JSON.parse(raw));
  });
  const [first] = different;
  if (first)
    violations.push(
      `a reader's replay differs from the table in ${different.length} records: ${first.id} has seq ${first.seq}, the reader ${JSON.stringify(known.get(first.id))?.slice(0, 200)}`,
    );
  return violations;
}

/** Whoever waits for `records.changed` has been told of the last change: a kill between commit and announcement is made good. */
async function checkAnnounced({ vendor, syncId }: Actor, rows: Row[]): Promise<string[]> {
  const events = (await vendor.list('/v1/events?types=records.changed&page_size=1000')).filter(({ data }) => data.sync_id === syncId);
  const highest = (seqs: string[]) => seqs.reduce((max, seq) => (BigInt(seq) > max ? BigInt(seq) : max), 0n);
  const announced = highest(events.map(({ data }) => data.last_seq));
  const written = highest(rows.map(({ seq }) => seq));
  return announced < written ? [`changes up to seq ${written} were written, and announced up to ${announced}`] : [];
}

async function rowsOf({ cluster, table, account }: Actor): Promise<Row[]> {
  const { rows } = await cluster.syncline.pool.query<Row>(
    `select _syncline_record_id as id, _syncline_seq::text as seq, _syncline_deleted_at is not null as "isDeleted", raw::text as raw
     from ${table}
     where _syncline_customer_id = $1::text`,
    [account],
  );
  return rows;
}
