import type { ControlledRecord } from '../../sandbox/control-client.ts';
import type { Actor } from './actor.ts';
import { hubIdOf } from './subjects.ts';

/** The look-back of every object of the sandbox: below the mark by more than this, everything must be there. */
const lookbackMs = 5000;
const shownMax = 5;

interface Stored {
  state: { watermark: string | null; read: { kind: string; part: number; position: { cursor?: string } | null } | null } | null;
  /** Live records and their modified times. */
  rows: Record<string, number | null>;
}

/**
 * The checkpoint is never ahead of the data: what its mark and its position claim to have read stands in the hub, in one snapshot of
 * both, at any moment. Looked at after each kill.
 */
export async function lookAtClaims(actor: Actor): Promise<void> {
  const stored = await snapshot(actor);
  if (!stored?.state) return;
  const { records } = await actor.cluster.syncline.control.list(actor.at);
  const missing = [...behindMark(actor, stored, records), ...behindPosition(actor, stored, records)];
  if (missing.length === 0) return;
  const { watermark, read } = stored.state;
  const shown = missing.slice(0, shownMax).join(', ');
  actor.violations.add(
    `the checkpoint is ahead of the data: mark ${watermark}, position ${JSON.stringify(read?.position)}, and ${missing.length} missing: ${shown}`,
  );
}

async function snapshot({ cluster, schema, table, account, syncId }: Actor): Promise<Stored | null> {
  const { pool } = cluster.syncline;
  const { rows: found } = await pool.query<{ is_there: boolean }>('select to_regclass($1::text) is not null as is_there', [table]);
  if (!found[0]!.is_there) return null;
  const { rows } = await pool.query<Stored>(
    `select c.state,
            coalesce((
              select json_object_agg(t._syncline_record_id, extract(epoch from t._syncline_modified_at) * 1000)
              from ${table} t
              where t._syncline_customer_id = $2::text and t._syncline_deleted_at is null
            ), '{}') as rows
     from ${schema}._syncline_checkpoint c
     where c.sync = $1::text`,
    [syncId, account],
  );
  return rows[0] ?? null;
}

/** Older than the mark and its look-back, and not there in this version. A clock that was moved makes times that say nothing. */
function behindMark(actor: Actor, { state, rows }: Stored, records: ControlledRecord[]): string[] {
  const { subject, plan } = actor;
  const isMoved = plan.steps.some((step) => step.do === 'set_clock');
  if (!subject.claims.mark || isMoved || !state?.watermark) return [];
  const until = Date.parse(state.watermark) - lookbackMs;
  return records
    .filter(({ updatedAt, deletedAt }) => deletedAt === null && Date.parse(updatedAt) < until)
    .filter(({ id, updatedAt }) => !((rows[hubIdOf(subject, id)] ?? -1) >= Date.parse(updatedAt)))
    .map(({ id }) => id);
}

/** Before the position of an open full read in the order of ids, existing since before it began, and not there. */
function behindPosition({ subject, ledger }: Actor, { state, rows }: Stored, records: ControlledRecord[]): string[] {
  const read = state?.read;
  if (!subject.claims.listing || read?.kind !== 'full' || read.part !== 0 || !read.position?.cursor) return [];
  const { after } = JSON.parse(Buffer.from(read.position.cursor, 'base64url').toString('utf8')) as { after: { id: string } };
  return records
    .filter(({ id, createdAt }) => id <= after.id && createdAt < '2025' && !ledger.everGone.has(hubIdOf(subject, id)))
    .filter(({ id }) => !(hubIdOf(subject, id) in rows))
    .map(({ id }) => id);
}
