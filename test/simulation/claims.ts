import { objects } from '../../providers/sandbox/objects.ts';
import type { ControlledRecord } from '../../sandbox/control-client.ts';
import type { Actor } from './actor.ts';
import { lateMsMax } from './edit.ts';
import { hubIdOf, type Subject } from './subjects.ts';

/** The look-back of every object of the sandbox: below the mark by more than this, everything must be there. */
const lookbackMs = 5000;
const shownMax = 5;

interface Stored {
  state: { watermark: string | null; read: { kind: string; part: number; position: { cursor?: string } | null } | null } | null;
  /** Live records and their modified times. */
  rows: Record<string, number | null>;
  complete_as_of: Date | null;
}

/**
 * The checkpoint is never ahead of the data: what its mark and its position claim to have read stands in the hub, in one snapshot of
 * both, at any moment, and so does what the sync calls complete. Looked at after each kill, and when a run has ended.
 */
export async function lookAtClaims(actor: Actor): Promise<void> {
  const stored = await snapshot(actor);
  if (!stored?.state) return;
  const { records } = await actor.cluster.syncline.control.list(actor.at);
  lookAtCompleteness(actor, stored, records);
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
            ), '{}') as rows,
            s.complete_as_of
     from ${schema}._syncline_checkpoint c join sync s on s.id = c.sync
     where c.sync = $1::text`,
    [syncId, account],
  );
  return rows[0] ?? null;
}

function lookAtCompleteness(actor: Actor, stored: Stored, records: ControlledRecord[]): void {
  const missing = olderThanComplete(actor, stored, records);
  if (missing.length === 0) return;
  actor.violations.add(
    `the sync is complete as of ${stored.complete_as_of?.toISOString()}, and ${missing.length} older changes are missing: ${missing.slice(0, shownMax).join(', ')}`,
  );
}

/** Changed before the time that the sync calls complete, and not there in this version; deleted before it, and alive. */
function olderThanComplete(actor: Actor, { rows, complete_as_of: completeAsOf }: Stored, records: ControlledRecord[]): string[] {
  const { subject, ledger } = actor;
  if (completeAsOf === null || isClockMoved(actor) || actor.wasLiedTo || actor.isWritingLate) return [];
  const until = completeAsOf.getTime() - undeclaredLagMs(subject);
  return records
    .map((record) => ({ ...record, hubId: hubIdOf(subject, record.id), at: shownTime(subject, record.updatedAt) }))
    .filter(({ hubId, updatedAt }) => Date.parse(updatedAt) < until && !ledger.hidden.has(hubId))
    .filter(({ hubId, deletedAt, at }) => {
      const stored = rows[hubId];
      if (deletedAt !== null) return tellsDeletes(subject) && stored !== undefined;
      return stored === undefined || (stored !== null && stored < at);
    })
    .map(({ hubId, deletedAt }) => (deletedAt === null ? hubId : `the deletion of ${hubId}`));
}

/** What a listing merely leaves out is no part of the claim. */
function tellsDeletes({ finds, order, hasKeyPass }: Subject): boolean {
  return finds.deletes && order.strategy !== 'full_only' && !hasKeyPass;
}

/** How much later than the object declares writes show here: nobody can answer for those. */
function undeclaredLagMs({ provider, object }: Subject): number {
  const declaredSeconds = provider === 'sandbox' ? objects[object]!.visibilityLagSeconds : Number.POSITIVE_INFINITY;
  return Math.max(0, lateMsMax - declaredSeconds * 1000);
}

/** Calls show whole seconds. */
function shownTime({ object }: Subject, updatedAt: string): number {
  const at = Date.parse(updatedAt);
  return object === 'calls' ? at - (at % 1000) : at;
}

/** A clock that was moved makes times that say nothing. */
function isClockMoved({ plan }: Actor): boolean {
  return plan.steps.some((step) => step.do === 'set_clock');
}

/** Older than the mark and its look-back, and not there in this version. */
function behindMark(actor: Actor, { state, rows }: Stored, records: ControlledRecord[]): string[] {
  const { subject } = actor;
  if (!subject.claims.mark || isClockMoved(actor) || !state?.watermark) return [];
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
