import type { Clock } from '../base/clock.ts';
import { AppError } from '../base/errors.ts';
import type { Tx } from '../db/index.ts';
import { stopRun } from './stop-syncs.ts';

interface Move {
  applicationId: string;
  syncConfigId: string;
  destinationId: string;
  /** The vendor has said that everything may be read again. */
  isAgreed: boolean;
}

/**
 * Sends the syncs of a config to another destination, which must be agreed to where there are any: nothing of theirs is there, so
 * that everything is read again. A run in progress ends, and its raised fence keeps its worker from the rest; what is known about
 * how far the old hub had come says nothing about the new one. Where the new one was theirs before, its old position is not believed.
 */
export async function moveSyncs(tx: Tx, clock: Clock, { applicationId, syncConfigId, destinationId, isAgreed }: Move): Promise<void> {
  const where = { applicationId, syncConfigId };
  await tx.$queryRaw`
    select id
    from sync
    where application_id = ${applicationId}::text and sync_config_id = ${syncConfigId}::text
    order by id
    for update`;
  const count = await tx.sync.count({ where });
  if (count > 0 && !isAgreed)
    throw new AppError(
      'resync_required',
      `${count} ${count === 1 ? 'sync reads' : 'syncs read'} everything again into the other destination; what this one holds stays there. Repeat it with resync.`,
      { details: { syncs: count } },
    );
  for (const sync of await tx.sync.findMany({ where: { ...where, OR: [{ currentRunId: { not: null } }, { leaseOwner: { not: null } }] } }))
    await stopRun(tx, clock, sync, {
      status: 'cancelled',
      errorCode: 'destination_changed',
      errorMessage: 'The sync config was sent to another destination while this run was in progress.',
    });
  await tx.$executeRaw`
    update sync
    set destination_id = ${destinationId}::text,
        fence = fence + 1,
        full_requested = true,
        reads_anew_since = (select syncline_now()),
        incrementals_since_full = 0,
        consecutive_failures = 0,
        health = 'pending',
        last_success_at = null,
        last_key_pass_at = null,
        last_full_records = null,
        announced_shape = default,
        complete_as_of = null,
        complete_seq = null,
        complete_before = null,
        complete_before_seq = null,
        next_run_at = case when next_run_at is null and last_success_at is null then null else (select syncline_now()) end,
        updated_at = ${clock.now()}::timestamptz
    where application_id = ${applicationId}::text and sync_config_id = ${syncConfigId}::text`;
}
