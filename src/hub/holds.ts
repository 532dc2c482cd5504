import type { HubHandle } from './handle.ts';
import type { HeldDelete, Hold, HoldDecision } from './held-types.ts';

/**
 * What waits for a decision, or is being carried out; oldest first, for the ids of runs sort by time of birth. A hold of which every
 * record was met again waits for nobody.
 */
export async function listHolds(
  hub: HubHandle,
  { syncId, after, rowsMax }: { syncId: string; after: string | null; rowsMax: number },
): Promise<Hold[]> {
  const { rows } = await hub.pool.query<Omit<Hold, 'deletes'> & { deletes: string }>(
    `select h.sync as "syncId",
            h.run_id as "runId",
            h.reason,
            (select count(*) from ${hub.names.stagedDelete} s where s.sync = h.sync and s.generation = h.generation) as deletes,
            h.held_at as "heldAt",
            h.decision
     from ${hub.names.hold} h
     where h.sync = $1::text and ($2::text is null or h.run_id > $2::text)
       and (h.decision is not null
            or exists (select from ${hub.names.stagedDelete} s where s.sync = h.sync and s.generation = h.generation))
     order by h.run_id
     limit $3::int4`,
    [syncId, after, rowsMax],
  );
  return rows.map((row) => ({ ...row, deletes: Number(row.deletes) }));
}

/** The ids of one hold, in their order. */
export async function listHeldDeletes(
  hub: HubHandle,
  { syncId, runId, after, rowsMax }: { syncId: string; runId: string; after: string | null; rowsMax: number },
): Promise<HeldDelete[]> {
  const { rows } = await hub.pool.query<HeldDelete>(
    `select s.record_id as "recordId",
            case when s.is_signalled then 'signalled' else 'missing' end as cause,
            s.modified_at as "modifiedAt"
     from ${hub.names.stagedDelete} s
     where s.sync = $1::text
       and s.generation = (select h.generation from ${hub.names.hold} h where h.sync = $1::text and h.run_id = $2::text)
       and ($3::text is null or s.record_id > $3::text)
     order by s.record_id
     limit $4::int4`,
    [syncId, runId, after, rowsMax],
  );
  return rows;
}

/** Taken once: whoever comes second is told what stands. */
export async function decideHold(
  hub: HubHandle,
  { syncId, runId, decision }: { syncId: string; runId: string; decision: HoldDecision },
): Promise<HoldDecision | null> {
  const { rows } = await hub.pool.query<{ decision: HoldDecision }>(
    `update ${hub.names.hold}
     set decision = coalesce(decision, $3::text)
     where sync = $1::text and run_id = $2::text
     returning decision`,
    [syncId, runId, decision],
  );
  return rows[0]?.decision ?? null;
}

export async function closeHold(hub: HubHandle, { syncId, runId }: { syncId: string; runId: string }): Promise<void> {
  await hub.pool.query(`delete from ${hub.names.hold} where sync = $1::text and run_id = $2::text and decision is not null`, [
    syncId,
    runId,
  ]);
}
