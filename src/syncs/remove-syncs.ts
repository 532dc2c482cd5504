import { AppError } from '../base/errors.ts';
import type { Tx } from '../db/index.ts';

/** Removes a config's syncs of objects that are not kept: counted first, and refused unless forced. Records stay in the hub. */
export async function removeSyncs(
  tx: Tx,
  input: { applicationId: string; syncConfigId: string; keep: string[]; isForced: boolean },
): Promise<void> {
  const where = { applicationId: input.applicationId, syncConfigId: input.syncConfigId, object: { notIn: input.keep } };
  const syncs = await tx.sync.count({ where });
  if (syncs === 0) return;
  if (!input.isForced)
    throw new AppError(
      'force_required',
      `This would remove ${syncs} ${syncs === 1 ? 'sync' : 'syncs'} with run history. Repeat it with force.`,
      {
        details: { syncs },
      },
    );
  // What was counted against their own caps goes with them.
  await tx.$executeRaw`
    delete from rate_window w
    using sync s
    where s.application_id = ${input.applicationId}::text
      and s.sync_config_id = ${input.syncConfigId}::text
      and s.object <> all (${input.keep}::text[])
      and w.connection_id = s.connection_id
      and w.holder = s.id`;
  await tx.sync.deleteMany({ where });
}
